"""The kinds of JSON data, told apart for the type checkers too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeGuard

SCALARS: Final = frozenset({str, int, float, bool, type(None)})
"""The types of JSON data that holds nothing else. Told apart before anything slower is asked."""


def is_mapping(value: Any) -> TypeGuard[Mapping[Any, Any]]:
    """Tell whether a value is a mapping."""
    return type(value) is dict or isinstance(value, Mapping)


def is_list(value: Any) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Tell whether a value is a list. Text is none."""
    return isinstance(value, list | tuple)


def is_number(value: Any) -> TypeGuard[int | float]:
    """Tell whether a value is a number. A boolean is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)
