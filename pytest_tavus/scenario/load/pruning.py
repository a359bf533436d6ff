"""Plain data without the entries in which something is refused, so that the rest can be checked."""

from __future__ import annotations

from typing import Any

from pytest_tavus.scenario.text.plain import is_list, mapping
from pytest_tavus.spans import Loc


def without(data: Any, locs: list[Loc]) -> Any:
    """Return data without the mapping entries in which something is refused."""
    copied: set[int] = set()
    for loc in locs:
        for length in range(len(loc), 0, -1):
            if isinstance(loc[length - 1], str) and _has(data, loc[:length]):
                data = _dropped(data, loc[:length], copied)
                break
        else:
            if not any(_has(data, loc[:length]) for length in range(1, len(loc))):
                return None
    return data


def _has(data: Any, loc: Loc) -> bool:
    for step in loc:
        entries = mapping(data)
        if entries is not None and step in entries:
            data = entries[step]
        elif is_list(data) and isinstance(step, int):
            items = data
            if step >= len(items):
                return False
            data = items[step]
        else:
            return False
    return True


def _dropped(data: Any, loc: Loc, copied: set[int]) -> Any:
    """Return data without the entry at a path. An item of a list cannot go: its list does.

    What was copied before, by its `id`, is changed in place: thousands of entries may have to go.
    """
    step, rest = loc[0], loc[1:]
    if id(data) not in copied:
        data = list(data) if is_list(data) else dict(data)
        copied.add(id(data))
    if rest:
        data[step] = _dropped(data[step], rest, copied)
    else:
        del data[step]
    return data
