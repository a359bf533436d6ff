"""Masks: the replacements of secrets in a text.

A mask is ``⟦env.SHOP_KEY⟧``: the source of the secret between two brackets. An opening bracket of
the text itself is written ``⟦⟦⟧``, so no text can be mistaken for a mask.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote

from msgspec.structs import replace

from pytest_tavus.matching.masked import Masked, UnknownValueError
from pytest_tavus.matching.shape import is_list, is_mapping
from pytest_tavus.wire import HttpRequest, find_header

OPEN, CLOSE = "⟦", "⟧"

MASKED: Final = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
"""A mask, or an escaped bracket. Its group is the source, or the bracket."""

_FIRST: Final = 0xF0000
"""The first character of a plane for private use, which no text for a tool holds."""

_STAND_INS: Final = re.compile("[\U000f0000-\U000fffff]")
_FORM = "application/x-www-form-urlencoded"
_ESCAPED = f"{OPEN}{OPEN}{CLOSE}"


def mask(source: str) -> str:
    """Build the mask of a source. Brackets in the source are dropped."""
    return f"{OPEN}{source.replace(OPEN, '').replace(CLOSE, '')}{CLOSE}"


def escape_brackets(text: str) -> str:
    """Escape the opening brackets of a text, so that none opens a mask."""
    return text.replace(OPEN, _ESCAPED) if OPEN in text else text


def holds_mask(text: str) -> bool:
    """Tell whether a text of a masked trace holds a mask, so that a part of it is lost."""
    return OPEN in text and any(found[1] != OPEN for found in MASKED.finditer(text))


def read_masked(value: object) -> Any:
    """Return JSON data of a masked trace without escapes; a text with a mask becomes `Masked`."""
    if isinstance(value, str):
        if OPEN not in value:
            return value
        return Masked(value) if holds_mask(value) else value.replace(_ESCAPED, OPEN)
    if is_mapping(value):
        return {read_masked(key): read_masked(item) for key, item in value.items()}
    return [read_masked(item) for item in value] if is_list(value) else value


class Masks:
    """The masks of one request, each replaced by one character while the request is read.

    A reader cuts, decodes and splits the texts of a request. It would cut a mask too, and the
    halves would look like values.
    """

    def __init__(self) -> None:
        self._masks: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._masks)

    def __str__(self) -> str:
        return " ".join(self._masks)

    def replace_in(self, request: HttpRequest) -> HttpRequest:
        """Replace every mask of a request by a character."""
        encoded = (find_header(request.headers, "Content-Type") or "").startswith(_FORM)
        body = request.body.decode("utf-8", "surrogateescape")
        return replace(
            request,
            url=self._replace_text(request.url, encoded=True),
            headers=tuple((name, self._replace_text(value)) for name, value in request.headers),
            body=self._replace_text(body, encoded=encoded).encode("utf-8", "surrogateescape"),
        )

    def restore_in(self, value: object) -> Any:
        """Restore the masks in JSON data. A text with a mask becomes `Masked`."""
        if isinstance(value, str):
            text = _STAND_INS.sub(self._restore, value)
            return value if text == value else Masked(text)
        if is_mapping(value):
            return {self.restore_in(key): self.restore_in(item) for key, item in value.items()}
        return [self.restore_in(item) for item in value] if is_list(value) else value

    def _restore(self, found: re.Match[str]) -> str:
        index = ord(found[0]) - _FIRST
        return self._masks[index] if index < len(self._masks) else found[0]

    def _replace_text(self, text: str, *, encoded: bool = False) -> str:
        def replace_mask(found: re.Match[str]) -> str:
            if found[1] == OPEN:
                return OPEN
            self._masks.append(found[0])
            character = chr(_FIRST + len(self._masks) - 1)
            return quote(character) if encoded else character

        return MASKED.sub(replace_mask, text) if OPEN in text else text


def comparable_text(text: str, *, masked: bool) -> str:
    """Return a text of a trace for a comparison. `masked` is that of the trace.

    Raises:
        UnknownValueError: the text holds a mask.

    """
    if not masked:
        return text
    found = read_masked(text)
    if isinstance(found, Masked):
        raise UnknownValueError(found)
    return str(found)
