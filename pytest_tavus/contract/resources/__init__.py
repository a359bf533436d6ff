"""The bodies of Tavus's other resources: documents, faces, voices, deployments, builder requests.

Each module has the shape and the rules of one resource. The simulated account stores resources;
this room stores nothing. Add a resource as a module.
"""
