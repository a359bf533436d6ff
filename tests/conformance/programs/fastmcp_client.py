"""Goes through the MCP door with fastmcp: by OAuth in the browser, or with an API key.

Run as ``python fastmcp_client.py URL [KEY]``. Prints the tools, and what one of them answers.
"""

from __future__ import annotations

import asyncio
import json
import sys

from fastmcp import Client


async def main(url: str, key: str = "oauth") -> None:
    """Sign in, list, and call."""
    async with Client(url, auth=key) as client:
        tools = await client.list_tools()
        called = await client.call_tool("tavus_pal_list", {})
        refused = await client.call_tool("tavus_pal_get", {"pal_id": "p0"}, raise_on_error=False)
    told = {
        "tools": [tool.name for tool in tools],
        "called": called.structured_content,
        "refused": refused.is_error,
    }
    print(json.dumps(told))  # noqa: T201 - it is what the program is for


asyncio.run(main(*sys.argv[1:]))
