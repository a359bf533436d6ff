"""The tools of Tavus's own MCP server, each done by the REST operations of `service`."""
