"""The sign-in of Tavus's hosted MCP server, on loopback: OAuth for MCP, and the CLI's login.

Sessions, codes and tokens know no HTTP; `provider.py` implements the interface of the MCP SDK.
Callbacks stay on this machine. Add a route to `endpoint.py`, a time limit to `terms.py`.
"""
