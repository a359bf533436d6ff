"""The sign-in of Tavus's hosted MCP server, on loopback: OAuth for MCP, and the CLI's login."""
