"""The HTTP server of the simulated Tavus: REST, rooms, MCP, OAuth and control on one loopback port.

The only room with server sockets. `compose.py` is its composition root, `options.py` every option.
Nothing here knows what an operation does. Add an endpoint as a folder with `endpoint.py` and a
line in `compose.py`.
"""
