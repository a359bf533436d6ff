"""The tools of Tavus's MCP server; each tool calls the REST API in process. No MCP, no HTTP.

Tools refuse and answer as the recorded official server does. Tools reach the account through
`client.py` only. Add a tool as a row of `table.py`: a `Request`, or a function in `tools/`.
"""
