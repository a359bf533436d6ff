"""The tools of Tavus's MCP server; each tool calls the REST API in process. No MCP, no HTTP.

Tools refuse and answer as the recorded official server does. They reach the account through
`client.py` only. Add a tool to the module of its subject in `tools/`, and the module to `table.py`.
"""
