"""Plain data, as a file holds it: mappings with text keys, lists, scalars."""

from __future__ import annotations

from typing import Any, TypeGuard

from pytest_tavus.matching.shape import is_mapping

__all__ = ["is_dict", "is_list", "is_mapping", "is_tuple", "mapping", "plain_data"]


def is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def is_dict(value: object) -> TypeGuard[dict[str, Any]]:
    """Tell whether a value is a mapping as the reader builds it, with text keys."""
    return isinstance(value, dict)


def is_tuple(value: object) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def mapping(value: object) -> dict[str, Any] | None:
    """Return a mapping, `None` for any other value."""
    return value if is_dict(value) else None


def plain_data(value: object) -> Any:
    """Convert data of a Python program to the data of a file.

    Every mapping becomes a dict with text keys, and every sequence a list. The models accept or
    refuse values of other types, such as matchers.
    """
    if is_mapping(value):
        return {str(key): plain_data(item) for key, item in value.items()}
    if is_list(value) or is_tuple(value):
        return [plain_data(item) for item in value]
    return value
