"""The wings of the package, and who may import whom: data that tests and a page are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

GROUND: Mapping[str, tuple[str, ...]] = {
    "json_data": (),
    "spans": (),
    "wire": (),
    "clock": (),
    "output": (),
    "errors": ("spans",),
    "matching": ("errors", "spans"),
}
"""What every wing may import, and what each of it may import of the others."""

_FACTS = ("contract", "trace")
_DATA = ("scenario", *_FACTS)
_PAL = ("handler", *_DATA)
_ROOMS = ("simulator/pal", *_PAL)
_ACCOUNT = ("simulator/rooms", *_ROOMS)
_MCP = ("simulator/account", *_ACCOUNT)
_SERVER = ("simulator/mcp", *_MCP)
_RUN = ("sessions", "report", "verdict", *_ROOMS)
_PLUGIN = ("run", *_RUN)

WINGS: Mapping[str, tuple[str, ...]] = {
    "trace": (),
    "contract": ("trace",),
    "scenario": ("contract",),
    "handler": _DATA,
    "verdict": _DATA,
    "report": ("verdict", *_DATA),
    "simulator": (),
    "simulator/pal": _PAL,
    "simulator/rooms": _ROOMS,
    "simulator/account": _ACCOUNT,
    "simulator/mcp": _MCP,
    "simulator/server": _SERVER,
    "sessions": _ROOMS,
    "run": _RUN,
    "plugin": ("simulator/server", *_PLUGIN),
    "cli": ("plugin", "simulator/server", *_SERVER, *_PLUGIN),
    "__init__": ("plugin", *_PLUGIN),
}
"""Each wing with those it may import, from the lowest to the highest: a wing imports only wings
that stand before it, and any ground. The simulator's rooms are told apart as wings are."""

THROUGH: Mapping[tuple[str, str], str] = {("plugin", "simulator/server"): "plugin/fixtures.py"}
"""Imports that one file alone may make, inside a function."""

PAIRS = 80
"""At most so many pairs of wings import one another, the simulator taken as one."""


def known() -> set[str]:
    """Return every wing and every ground room."""
    return {*GROUND, *WINGS}


def room_of(parts: Sequence[str]) -> str:
    """Return the wing or ground room of a module, from its path inside the package."""
    for length in (2, 1):
        if (name := "/".join(parts[:length])) in known():
            return name
    return "__init__" if len(parts) < 2 else parts[0]


def unit_of(parts: Sequence[str]) -> str:
    """Return the room of a module inside its wing: a folder, or a module beside the folders."""
    return "/".join(parts[: room_of(parts).count("/") + 2])


def may_import(importer: str, imported: str) -> bool:
    """Say whether a wing may import another, or itself."""
    if importer in GROUND:
        return imported in {importer, *GROUND[importer]}
    return imported in {importer, *GROUND, *WINGS[importer]}
