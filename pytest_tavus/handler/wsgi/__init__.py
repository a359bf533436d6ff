"""WSGI applications in this process, each call in a thread of its own.

The room behaves like a server and names the application's own mistakes. It knows no tool and no
scenario. Add a protocol rule to `call.py`.
"""
