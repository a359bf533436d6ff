"""Changes of a value: for each leaf of JSON data, the values that it is exchanged for."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, cast

GONE = object()
"""Stands for a value that is taken out."""

MASKS = {"stars": "********", "mask": "⟦env.SHOP_KEY⟧"}
"""What may be shown in the place of a secret."""

Path = tuple[str | int, ...]


def leaves(data: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every value that holds no other, with its path. A matcher is one value."""
    if isinstance(data, dict) and data and not is_matcher(cast("object", data)):
        for key, value in cast("dict[str, Any]", data).items():
            yield from leaves(value, (*at, key))
    elif isinstance(data, list) and data:
        for index, value in enumerate(cast("list[object]", data)):
            yield from leaves(value, (*at, index))
    else:
        yield at, data


def is_matcher(data: object) -> bool:
    """Tell whether data is a matcher in its plain spelling."""
    return isinstance(data, dict) and any(
        str(key).startswith("$") for key in cast("dict[str, Any]", data)
    )


def at(data: Any, path: Path) -> Any:
    """Return the value at a path."""
    for step in path:
        data = data[step]
    return data


def put(data: Any, path: Path, value: Any) -> Any:
    """Return a copy of data with another value at a path, or without the one that is there."""
    if not path:
        return None if value is GONE else value
    changed = copy.deepcopy(data)
    inner = at(changed, path[:-1])
    if value is GONE:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return changed


def others(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield values that look alike and differ: another one, another type, none, and masks."""
    if isinstance(value, bool):
        yield from (("swap", not value), ("type", int(value)))
    elif isinstance(value, int | float):
        yield from (("swap", value + 1), ("longer", float(f"2{value}")), ("type", str(value)))
    elif isinstance(value, str):
        yield from (("swap", _another(value)), ("type", [value]))
    if value is not None:
        yield "null", None
    yield from (*MASKS.items(), ("gone", GONE))


def _another(text: str) -> str:
    """Return a text of the same length that differs in one place."""
    if not text:
        return "x"
    return text[:-1] + ("7" if text[-1] != "7" else "8")


def dotted(path: Path) -> str:
    """Return a path as it is written in the name of a mutant."""
    return ".".join(str(step) for step in path) or "all"
