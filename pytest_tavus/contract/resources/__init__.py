"""The bodies of Tavus's other resources: documents, faces, voices, deployments, builder requests.

One module for each resource: its shape and its rules. The simulated account stores them; this
room stores nothing. Add a resource as a module.
"""
