"""ASGI applications in this process, called without a socket and without a client.

The room behaves like a server and names the application's own mistakes. It knows no tool and no
scenario. Add a protocol rule to `call.py`, a lifespan rule to `lifespan.py`.
"""
