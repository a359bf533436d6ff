"""The HTTP server of the simulated Tavus: REST, rooms, MCP, OAuth and control on one loopback port.

No other room opens server sockets. `compose.py` is the composition root; `options.py` holds every
option. Nothing here knows what an operation does. Add an endpoint as a folder with `endpoint.py`
and a line in `compose.py`.
"""
