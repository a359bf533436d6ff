"""Masks: what stands in a text in place of a secret, told apart from all other text.

A mask is ``⟦env.SHOP_KEY⟧``: its source between two brackets that open nothing else. An opening
bracket that was in the text itself is written ``⟦⟦⟧``, so no text can be mistaken for a mask.
"""

from __future__ import annotations

import re
from typing import Any, Final, cast
from urllib.parse import quote

from msgspec.structs import replace

from pytest_tavus.matching.masked import Masked, UnknownValueError
from pytest_tavus.wire import HttpRequest, find_header

OPEN, CLOSE = "⟦", "⟧"

MASKED: Final = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
"""A mask, or an escaped bracket. Its group is the source, or the bracket."""

_FIRST: Final = 0xF0000
"""The first character of a plane for private use: no text that a tool is sent holds it."""

_HELD: Final = re.compile("[\U000f0000-\U000fffff]")
_FORM = "application/x-www-form-urlencoded"
_ESCAPED = f"{OPEN}{OPEN}{CLOSE}"


def mask(source: str) -> str:
    """Return the mask that names a source."""
    return f"{OPEN}{source.replace(OPEN, '').replace(CLOSE, '')}{CLOSE}"


def escape_brackets(text: str) -> str:
    """Return a text in which no bracket opens a mask."""
    return text.replace(OPEN, _ESCAPED) if OPEN in text else text


def holds_mask(text: str) -> bool:
    """Tell whether part of a text of a masked trace is not known."""
    return OPEN in text and any(found[1] != OPEN for found in MASKED.finditer(text))


def read_masked(value: Any) -> Any:
    """Return JSON data of a masked trace as it was; a text with a mask in it becomes `Masked`."""
    if isinstance(value, str):
        if OPEN not in value:
            return value
        return Masked(value) if holds_mask(value) else value.replace(_ESCAPED, OPEN)
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {read_masked(key): read_masked(item) for key, item in members.items()}
    if isinstance(value, list):
        return [read_masked(item) for item in cast("list[object]", value)]
    return value


class Masks:
    """The masks of one request, each held by a character that no encoding takes apart.

    What is read from a text is cut, decoded and split. A mask would fall apart in that, and its
    halves would look like values.
    """

    def __init__(self) -> None:
        self._masks: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._masks)

    def __str__(self) -> str:
        return " ".join(self._masks)

    def replace_in(self, request: HttpRequest) -> HttpRequest:
        """Return a request with a character in place of every mask."""
        encoded = (find_header(request.headers, "Content-Type") or "").startswith(_FORM)
        body = request.body.decode("utf-8", "surrogateescape")
        return replace(
            request,
            url=self._replace_text(request.url, encoded=True),
            headers=tuple((name, self._replace_text(value)) for name, value in request.headers),
            body=self._replace_text(body, encoded=encoded).encode("utf-8", "surrogateescape"),
        )

    def restore_in(self, value: Any) -> Any:
        """Return JSON data in which each text that a mask is part of is `Masked`."""
        if isinstance(value, str):
            text = _HELD.sub(self._mask, value)
            return value if text == value else Masked(text)
        if isinstance(value, dict):
            members = cast("dict[str, Any]", value)
            return {self.restore_in(key): self.restore_in(item) for key, item in members.items()}
        if isinstance(value, list):
            return [self.restore_in(item) for item in cast("list[object]", value)]
        return value

    def _mask(self, held: re.Match[str]) -> str:
        index = ord(held[0]) - _FIRST
        return self._masks[index] if index < len(self._masks) else held[0]

    def _replace_text(self, text: str, *, encoded: bool = False) -> str:
        def replace_mask(found: re.Match[str]) -> str:
            if found[1] == OPEN:
                return OPEN
            self._masks.append(found[0])
            character = chr(_FIRST + len(self._masks) - 1)
            return quote(character) if encoded else character

        return MASKED.sub(replace_mask, text) if OPEN in text else text


def comparable_text(text: str, *, masked: bool) -> str:
    """Return a text of a trace to be compared; `masked` says whether the trace is.

    Raises:
        UnknownValueError: part of it was masked before the trace was stored.

    """
    if not masked:
        return text
    found = read_masked(text)
    if isinstance(found, Masked):
        raise UnknownValueError(found)
    return str(found)
