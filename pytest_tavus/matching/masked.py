"""A value that was masked before it was stored: no comparison can tell what it was."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pytest_tavus.matching.shape import is_list, is_mapping


class UnknownValueError(Exception):
    """A comparison asks for a value that was masked: neither yes nor no would be true."""

    def __init__(self, value: Masked) -> None:
        super().__init__(f"the value {value} was masked in this trace, so it cannot be compared")


class Masked(Struct, frozen=True):
    """A text of a stored trace in which a mask stands for a secret."""

    text: str
    "With its masks."

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


def require_known(value: Any) -> None:
    """Refuse data in which anything was masked.

    Raises:
        UnknownValueError: with the first value that was.

    """
    if isinstance(value, Masked):
        raise UnknownValueError(value)
    if is_mapping(value):
        for key, item in value.items():
            require_known(key)
            require_known(item)
    elif is_list(value):
        for item in value:
            require_known(item)
