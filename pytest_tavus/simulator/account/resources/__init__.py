"""The resources of the REST API, one module each: their routes and operations.

A resource reads and writes the tables of the account; it knows no HTTP and no MCP. Add a plain
route to `plain` of the resource, any other route to `ROUTES` with its operation.
"""
