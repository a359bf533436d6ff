"""Requests of MCP tools to the API: injected faults strike them, and the journal records them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.simulator.server.served import InProcessServer, served

pytestmark = pytest.mark.asyncio


async def call_tool(server: InProcessServer, tool: str, **arguments: Any) -> str:
    """Call a tool over HTTP and return what its caller reads."""
    server.http.headers["authorization"] = f"Bearer {server.tavus.keys.first}"
    told = await server.http.post(
        "/mcp",
        json={
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": tool, "arguments": arguments},
        },
        headers={"accept": "application/json, text/event-stream"},
    )
    text: str = told.json()["result"]["content"][0]["text"]
    return text


def notes(server: InProcessServer) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = server.tavus.admin.journal.as_json()["notes"]
    return told


async def test_requests_of_a_tool_are_noted() -> None:
    async with served() as server:
        text = await call_tool(server, "tavus_pal_list", limit=3, intent="canary-8f3b")

        assert json.loads(text)["data"] == []
        assert notes(server) == [
            {
                "name": "mcp.request",
                "method": "GET",
                "path": "/v2/pals",
                "query": {"limit": "3", "page": "0"},
                "body": None,
                "status": 200,
            }
        ]
        assert "canary" not in json.dumps(server.tavus.admin.journal.as_json())


async def test_secrets_of_a_tool_are_not_noted() -> None:
    auth = {"type": "bearer", "token": "canary-8f3b"}
    delivery = {"api": {"url": "https://shop.example.com/", "auth": auth}}
    async with served() as server:
        made = await call_tool(
            server, "tavus_tool_create", name="t", description="d", delivery=delivery
        )

        assert "canary" not in made
        assert [note["path"] for note in notes(server)] == ["/v2/tools", "/v2/tools"]
        assert "canary" not in json.dumps(server.tavus.admin.journal.as_json())


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"status": 503}, "GET /pals was refused with 503: this 503 was scripted"),
        ({"status": 429, "body": {"message": "slow down"}}, "refused with 429: slow down"),
        ({"effect": "drop"}, "GET /pals was not answered: the connection was cut, as a fault"),
        ({"effect": "malformed"}, "GET /pals was not answered: the answer is no JSON, as a fault"),
    ],
)
async def test_a_fault_strikes_a_tool_as_well(fault: dict[str, Any], says: str) -> None:
    async with served() as server:
        await server.http.post("/_simulator/faults", json={"path": "/v2/pals", "times": 1, **fault})
        text = await call_tool(server, "tavus_pal_list")
        again = await call_tool(server, "tavus_pal_list")

    assert says in text
    assert json.loads(again)["data"] == []


async def test_a_delay_is_waited_for() -> None:
    async with served() as server:
        fault = {"path": "/v2/pals", "effect": "delay", "delay": 0.01}
        await server.http.post("/_simulator/faults", json=fault)

        assert json.loads(await call_tool(server, "tavus_pal_list"))["data"] == []
        (shown,) = server.tavus.admin.faults.as_json()
        assert shown["struck"] == 1
