"""An account with Tavus's stock, and the PALs and tools that tests put into it."""

from __future__ import annotations

from typing import Any

from pytest_tavus.simulator.account.store.stock import add_stock
from tests.simulator.account.account import AccountClient

PAL: dict[str, Any] = {
    "pal_name": "Support",
    "system_prompt": "You help.",
    "default_face_id": "r90bbd427f71",
}

LAYER_SHAPE = "{'layers': {'llm': [\"the layer 'llm' must be a mapping of settings\"]}}"
"""The refusal of a layer that is no mapping."""


def open_account() -> AccountClient:
    """Open an account with the stock only."""
    client = AccountClient()
    add_stock(client.account)
    return client


async def open_account_with_pal() -> tuple[AccountClient, str]:
    """Open an account with one PAL; return the id of the PAL too."""
    client = open_account()
    return client, await create_pal(client)


async def create_pal(client: AccountClient, **fields: Any) -> str:
    pal_id: str = (await client.fetch("POST /pals", {**PAL, **fields}))["pal_id"]
    return pal_id


def tool_body(name: str = "get_order", **fields: Any) -> dict[str, Any]:
    """Return the body that creates a tool."""
    return {"name": name, "description": "Finds an order.", **fields}


def api(**fields: Any) -> dict[str, Any]:
    """Return a delivery to an API."""
    return {"api": {"url": "https://api.example.com/orders", **fields}}


async def create_tool(client: AccountClient, name: str = "get_order", **fields: Any) -> str:
    tool_id: str = (await client.fetch("POST /tools", tool_body(name, **fields)))["tool_id"]
    return tool_id
