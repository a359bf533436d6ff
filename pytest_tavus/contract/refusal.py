"""What the reader of a shape refuses: which value, where, and the value that it expects instead.

Readers of files and of request bodies put the same refusal into words of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NoReturn

from msgspec import Struct

from pytest_tavus.spans import Loc, format_loc

Kind = Literal[
    "missing key", "unknown key", "key", "kind", "word", "bound", "no tag", "tag", "other"
]
"""What is wrong: of a value its `kind`, its `word` or its `bound`; `tag` is a type of a union."""

_SCALARS: Mapping[type[object], str] = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
}


class Refusal(Struct, frozen=True, kw_only=True):
    """One thing that a shape refuses, in no words yet."""

    kind: Kind
    loc: Loc
    owner: type[Struct]
    "The shape of the mapping that holds the value, or lacks the key."

    found: Any
    "The tag, if it is unknown."

    expected: str = ""
    "The kind of value, the words in quotes, or how the value stands to `limit`."

    limit: float = 0
    known: tuple[str, ...] = ()
    "The keys, words or tags of which one was meant."

    message: str = ""
    "The sentence of a check; the only words for a refusal of kind `key` or `other`."

    hint: str | None = None


class RefusedError(ValueError):
    """Raised by a check inside a shape; the reader adds the place."""

    def __init__(self, sentence: str, *, hint: str | None = None) -> None:
        super().__init__(sentence)
        self.hint = hint


class ShapeError(ValueError):
    """Data does not have a shape. The text names places and kinds, and quotes no value."""

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__("; ".join(_outline(one) for one in refusals))
        self.refusals = refusals


def _outline(refusal: Refusal) -> str:
    expected = f"{refusal.kind}, expected {refusal.expected}" if refusal.expected else refusal.kind
    limit = f" {refusal.limit:g}" if refusal.kind == "bound" else ""
    return f"{format_loc(refusal.loc)}: {refusal.message or expected}{limit}"


def refuse(sentence: str, *, hint: str | None = None) -> NoReturn:
    """Refuse the value that is being read.

    Raises:
        RefusedError: always.

    """
    raise RefusedError(sentence, hint=hint)


def name_kind(value: object, *, other: str) -> str:
    """Name the kind of a scalar without showing any of it."""
    return _SCALARS.get(type(value), other)
