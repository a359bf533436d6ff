"""The MCP endpoint: streamable HTTP in both eras of the protocol, built at the first request.

Tools come from `simulator/mcp`, the sign-in from `oauth`. The endpoint keeps no sessions.
Add a method of the protocol to `endpoint.py`.
"""
