"""The tools of Tavus's MCP server, each done by calling the API in process. No MCP, no HTTP."""
