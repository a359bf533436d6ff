"""An account with Tavus's stock, and the PALs and tools that tests put into it."""

from __future__ import annotations

from typing import Any

from pytest_tavus.simulator.account.store.stock import add_stock
from tests.simulator.account.account import Desk

PAL: dict[str, Any] = {
    "pal_name": "Support",
    "system_prompt": "You help.",
    "default_face_id": "r90bbd427f71",
}

LAYER_SHAPE = "{'layers': {'llm': [\"the layer 'llm' must be a mapping of settings\"]}}"
"""What is said of a layer that is no mapping."""


def desk() -> Desk:
    """Open an account that has the stock and nothing else."""
    made = Desk()
    add_stock(made.account)
    return made


async def desk_with_pal() -> tuple[Desk, str]:
    """Open an account with one PAL, and return the PAL's id too."""
    made = desk()
    return made, await made_pal(made)


async def made_pal(at: Desk, **fields: Any) -> str:
    """Create a PAL, and return its id."""
    pal_id: str = (await at.get("POST /pals", {**PAL, **fields}))["pal_id"]
    return pal_id


def tool_body(name: str = "get_order", **fields: Any) -> dict[str, Any]:
    """Return what a tool is created from."""
    return {"name": name, "description": "Finds an order.", **fields}


def api(**fields: Any) -> dict[str, Any]:
    """Return a delivery to an API."""
    return {"api": {"url": "https://api.example.com/orders", **fields}}


async def made_tool(at: Desk, name: str = "get_order", **fields: Any) -> str:
    """Create a tool, and return its id."""
    tool_id: str = (await at.get("POST /tools", tool_body(name, **fields)))["tool_id"]
    return tool_id
