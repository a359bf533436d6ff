"""Short ways of writing a turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tests.truth.cell import Ground

Turn = dict[str, Any]


def call(tool: str = "find", arguments: Mapping[str, Any] | None = None, /, **more: Any) -> Turn:
    """Return an expected call."""
    return {tool: dict(arguments or {}), **more}


def turn(*calls: Any, plays: Any = None, **more: Any) -> Turn:
    """Return a turn with its expected calls."""
    said = {} if plays is None else {"plays": plays}
    return {"user": "Go on, please.", "calls": list(calls) or "none", **said, **more}


def plays(*calls: Any, says: str = "Done.", **more: Any) -> dict[str, Any]:
    """Return what the PAL plays: these calls, then this line."""
    return {"calls": list(calls), "says": says, **more}


def asked(arguments: Mapping[str, Any], played: Mapping[str, Any], **more: Any) -> list[Turn]:
    """Return the one turn in which a call is expected with some arguments, played with others."""
    return [turn(call("find", arguments, **more), plays=plays({"find": dict(played)}))]


def texts_like(on: Ground) -> dict[str, str]:
    """Return texts that look like the key, or like what is shown in its place, and differ."""
    return {
        "another": on.spare,
        "encoded": quote(on.key, safe=""),
        "twice": on.key * 2,
        "asterisks": "********",
        "mask": "⟦env.SHOP_KEY⟧",
        "longer": f"{on.key}0",
        "cut": on.key[:-1],
    }


def numbers_like(on: Ground) -> dict[str, Any]:
    """Return values that look like the number and differ."""
    return {
        "another": on.number + 2000,
        "containing": 20000 + on.number,
        "text": str(on.number),
        "fraction": on.number + 0.5,
        "mask": "⟦env.DEBUG⟧",
        "asterisks": "********",
    }
