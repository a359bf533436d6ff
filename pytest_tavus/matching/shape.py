"""The kinds of JSON data, told apart for the type checkers too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard


def is_mapping(value: Any) -> TypeGuard[Mapping[Any, Any]]:
    """Tell whether a value is a mapping."""
    return isinstance(value, Mapping)


def is_list(value: Any) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Tell whether a value is a list. Text is none."""
    return isinstance(value, list | tuple)


def is_number(value: Any) -> TypeGuard[int | float]:
    """Tell whether a value is a number. A boolean is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)
