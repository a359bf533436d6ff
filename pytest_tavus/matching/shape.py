"""Type guards for the kinds of JSON data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeGuard

SCALARS: Final = frozenset({str, int, float, bool, type(None)})
"""The types of JSON data without parts. Comparison tests them first, because the test is fast."""


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    # An instance check of an abstract class is slow, and most mappings are dicts.
    return type(value) is dict or isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    return isinstance(value, list | tuple)


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell whether a value is a number. JSON does not count booleans among numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool)
