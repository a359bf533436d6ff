"""Requests of MCP clients of each era, written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import httpx2
import pytest

from tests.simulator.server.mcp.hosted import KEY, Hosted
from tests.simulator.server.oauth.oauth_client import ACCEPT

Era = Literal["2025-06-18", "2025-11-25", "2026-07-28", "2031-01-01"]

ERAS = pytest.mark.parametrize("era", ["2025-06-18", "2025-11-25", "2026-07-28"])


async def send(
    server: Hosted, era: Era, method: str, params: Mapping[str, Any] | None = None
) -> httpx2.Response:
    """Send one request as a client of that era writes it, with nothing between it and the wire."""
    headers = {**ACCEPT, "Authorization": f"Bearer {KEY}", "MCP-Protocol-Version": era}
    body: dict[str, Any] = {
        "jsonrpc": "2.0",
        "id": 7,
        "method": method,
        "params": dict(params or {}),
    }
    if era >= "2026-07-28":
        headers["Mcp-Method"] = method
        for key in {"name", "uri"} & body["params"].keys():
            headers["Mcp-Name"] = body["params"][key]
        body["params"]["_meta"] = {
            "io.modelcontextprotocol/protocolVersion": era,
            "io.modelcontextprotocol/clientCapabilities": {},
        }
    return await server.http.post("/mcp", json=body, headers=headers)


async def call(server: Hosted, era: Era, name: str, arguments: Any = None) -> dict[str, Any]:
    """Call a tool, and return the result without what the era adds to every result."""
    params = {"name": name} if arguments is None else {"name": name, "arguments": arguments}
    answer = await send(server, era, "tools/call", params)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()["result"]
    return {key: result[key] for key in result.keys() - {"_meta", "resultType"}}
