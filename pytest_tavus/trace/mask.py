"""Masks: what stands in a text in place of a secret, told apart from all other text.

A mask is ``⟦env.SHOP_KEY⟧``: its source between two brackets that open nothing else. An opening
bracket that was in the text itself is written ``⟦⟦⟧``, so no text can be mistaken for a mask.
"""

from __future__ import annotations

import re
from typing import Any, Final, cast

from pytest_tavus.matching.masked import Masked, UnknownValueError

OPEN, CLOSE = "⟦", "⟧"

MASKED: Final = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
"""A mask, or an escaped bracket. Its group is the source, or the bracket."""

_ESCAPED = f"{OPEN}{OPEN}{CLOSE}"


def mask(source: str) -> str:
    """Return the mask that names a source."""
    return f"{OPEN}{source.replace(OPEN, '').replace(CLOSE, '')}{CLOSE}"


def escaped(text: str) -> str:
    """Return a text in which no bracket opens a mask."""
    return text.replace(OPEN, _ESCAPED) if OPEN in text else text


def holds_mask(text: str) -> bool:
    """Tell whether part of a text of a masked trace is not known."""
    return OPEN in text and any(found[1] != OPEN for found in MASKED.finditer(text))


def known(value: Any) -> Any:
    """Return JSON data of a masked trace as it was; a text with a mask in it becomes `Masked`."""
    if isinstance(value, str):
        if OPEN not in value:
            return value
        return Masked(value) if holds_mask(value) else value.replace(_ESCAPED, OPEN)
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {known(key): known(item) for key, item in members.items()}
    if isinstance(value, list):
        return [known(item) for item in cast("list[object]", value)]
    return value


def compared(text: str, *, masked: bool) -> str:
    """Return a text of a trace to be compared; `masked` says whether the trace is.

    Raises:
        UnknownValueError: part of it was masked before the trace was stored.

    """
    if not masked:
        return text
    found = known(text)
    if isinstance(found, Masked):
        raise UnknownValueError(found)
    return str(found)
