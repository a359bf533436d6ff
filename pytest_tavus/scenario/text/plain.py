"""Plain data, as a file holds it: mappings with text keys, lists, scalars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Tell whether a value is a list."""
    return isinstance(value, list)


def is_dict(value: Any) -> TypeGuard[dict[str, Any]]:
    """Tell whether a value is a mapping as a file holds it."""
    return isinstance(value, dict)


def is_tuple(value: Any) -> TypeGuard[tuple[Any, ...]]:
    """Tell whether a value is a tuple."""
    return isinstance(value, tuple)


def is_mapping(value: Any) -> TypeGuard[Mapping[Any, Any]]:
    """Tell whether a value is a mapping of any kind."""
    return type(value) is dict or isinstance(value, Mapping)


def mapping(value: Any) -> dict[str, Any] | None:
    """Return a value that is a mapping, and `None` in place of anything else."""
    return value if is_dict(value) else None


def plain_data(value: Any) -> Any:
    """Return data that a program gives as what a file would have held.

    Every mapping becomes a dict with text keys, and every sequence a list. Values of other types,
    such as matchers, are left to the models to accept or refuse.
    """
    if is_mapping(value):
        return {str(key): plain_data(item) for key, item in value.items()}
    if is_list(value) or is_tuple(value):
        return [plain_data(item) for item in value]
    return value
