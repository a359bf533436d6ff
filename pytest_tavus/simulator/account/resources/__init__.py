"""The resources of the REST API, one module each: the routes, and the operations behind them.

A resource reads and writes the tables of the account; it knows no HTTP and no MCP.
Add a route to the module of its resource: a row of `ROUTES` and its operation.
"""
