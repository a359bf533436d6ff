"""Data that a program gives, made into what a file would have held: mappings, lists, scalars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast


def plain_data(value: Any) -> Any:
    """Return a copy in which every mapping is a dict with text keys, and every sequence a list.

    Values of other types, such as matchers, are left to the models to accept or refuse.
    """
    if isinstance(value, Mapping):
        entries = cast("Mapping[Any, Any]", value)
        return {str(key): plain_data(item) for key, item in entries.items()}
    if isinstance(value, (list, tuple)):
        return [plain_data(item) for item in cast("list[Any]", value)]
    return value
