"""Values that were masked before their trace was stored, so that nothing can compare them."""

from __future__ import annotations

from msgspec import Struct

from pytest_tavus.matching.shape import is_list, is_mapping


class UnknownValueError(Exception):
    """A comparison needs a masked value: neither yes nor no would be true."""

    def __init__(self, value: Masked) -> None:
        super().__init__(f"the value {value} was masked in this trace, so it cannot be compared")


class Masked(Struct, frozen=True):
    """A text of a stored trace in which a mask stands for a secret."""

    text: str
    "The masks included."

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


def require_known(value: object) -> None:
    """Refuse data that holds a masked value.

    Raises:
        UnknownValueError: with the first masked value.

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
