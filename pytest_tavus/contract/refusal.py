"""The refusals of a shape's reader: the value, its path, and the expected value.

Readers of files and readers of request bodies describe the same refusal in different words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NoReturn

from msgspec import Struct

from pytest_tavus.spans import Loc, format_loc

Kind = Literal[
    "missing key", "unknown key", "key", "kind", "word", "bound", "no tag", "tag", "other"
]
"""The fault. `kind`, `word` and `bound` are faults of a value; `tag` is the type of a union."""

_SCALARS: Mapping[type[object], str] = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
}


class Refusal(Struct, frozen=True, kw_only=True):
    """A value or a key that a shape refuses, without a message for users."""

    kind: Kind
    loc: Loc
    owner: type[Struct]
    "The shape of the mapping that has the value or lacks the key."

    found: Any
    "The refused value; the tag, if the tag is unknown."

    expected: str = ""
    "The kind of value, the words in quotes, or the relation to `limit`, as `at least`."

    limit: float = 0
    known: tuple[str, ...] = ()
    "The allowed keys, words or tags."

    message: str = ""
    "The sentence of a check. A refusal of kind `key` or `other` has no other words."

    hint: str | None = None


class RefusedError(ValueError):
    """Raised by a check inside a shape; the reader adds the path."""

    def __init__(self, sentence: str, *, hint: str | None = None) -> None:
        super().__init__(sentence)
        self.hint = hint


class ShapeError(ValueError):
    """Data does not have a shape. The text names paths and kinds, and quotes no value."""

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__("; ".join(_outline(refusal) for refusal in refusals))
        self.refusals = refusals


def _outline(refusal: Refusal) -> str:
    expected = f"{refusal.kind}, expected {refusal.expected}" if refusal.expected else refusal.kind
    limit = f" {refusal.limit:g}" if refusal.kind == "bound" else ""
    return f"{format_loc(refusal.loc)}: {refusal.message or expected}{limit}"


def refuse(sentence: str, *, hint: str | None = None) -> NoReturn:
    """Refuse the current value.

    Raises:
        RefusedError: always.

    """
    raise RefusedError(sentence, hint=hint)


def name_kind(value: object, *, other: str) -> str:
    """Name the kind of a scalar without a part of its value."""
    return _SCALARS.get(type(value), other)
