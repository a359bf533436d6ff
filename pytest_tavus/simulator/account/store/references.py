"""What PALs point at: the objects that hold an id, and what happens when it is deleted."""

from __future__ import annotations

from typing import Any

from pytest_tavus.contract.body import json_list
from pytest_tavus.simulator.account.store.account import Account


def forget(account: Account, field: str, key: str) -> None:
    """Take an id out of a field of every PAL, be that field the id itself or a list of ids."""
    for pal in account["pals"].rows():
        held = pal.get(field)
        if (ids := json_list(held)) is not None:
            pal[field] = [each for each in ids if each != key]
        elif held == key:
            pal[field] = None


def holders(account: Account, field: str, key: str) -> list[dict[str, Any]]:
    """Return the PALs that hold an id in a field, the oldest first."""
    return [
        pal
        for pal in account["pals"].rows()
        if pal.get(field) == key or key in (json_list(pal.get(field)) or ())
    ]
