"""The sign-in of Tavus's hosted MCP server, on loopback: OAuth for MCP, and the CLI's login.

Sessions, codes and tokens know no HTTP; the provider answers the questions of the MCP SDK.
Callbacks stay on this machine. Add an address to `endpoint.py`, a term to `terms.py`.
"""
