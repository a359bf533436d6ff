"""One PAL being built: which, from what, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field

from pytest_tavus.simulator.mcp.client import ApiClient, ToolRefusal


class ReadDocument(Struct, kw_only=True):
    """A document that was read for the carrier."""

    name: str
    text: str


class Build(Struct, kw_only=True):
    """What changes while a PAL is being built."""

    builder_id: str
    pal_id: str
    "Of the draft; a fan-out may answer with another one [client]."

    brief: str
    "What the creator opened with."

    request: str
    "What the creator asked for last."

    drafted: bool = False
    transcript: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    "What was said while it was built: roles and texts."

    documents: dict[str, ReadDocument] = field(default_factory=dict[str, ReadDocument])
    faces: Sequence[str] = ()
    "The ids of the faces that the carrier may choose from, the most recommended first."


async def keep_said(client: ApiClient, build: Build, *, role: str, text: str) -> None:
    """Keep a line, here and in the builder's session. Raises `ToolRefusal`."""
    said = {"messages": [{"role": role, "content": text}]}
    await client.post(f"/builder/{build.builder_id}/append-messages", said)
    build.transcript.append({"role": role, "text": text})


async def or_nothing(client: ApiClient, path: str, **query: Any) -> Any:
    """Read what a build goes on without: `None` where the API refuses."""
    try:
        return await client.get(path, **query)
    except ToolRefusal:
        return None
