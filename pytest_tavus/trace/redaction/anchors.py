"""The anchors of a secret: texts that its encodings must contain, for a plain search.

The search itself is in `prefilter.py`.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

ENOUGH = 4
"""Plain characters of a secret whose base64 and hex are long enough to search for."""


def plain_part(secret: str) -> str:
    """Return the longest part without a character that any encoding escapes; it may be empty."""
    return _longest("[A-Za-z0-9._~-]+", secret)


def list_anchors(
    secret: str, other_cases: Iterable[str] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the anchors for base64 and hex, and those for base64 or hex applied twice.

    Other letter cases of the secret have anchors of the first kind only.
    """
    once: list[str] = []
    twice: list[str] = []
    for spelling in _spellings(secret):
        digits, cores = spelling.hex(), _plain_cores(spelling)
        # One anchor for hex in lower, upper and mixed case.
        once += (*cores, _longest("[0-9]+", digits))
        for inner in (*cores, digits, digits.upper()):
            outer = inner.encode()
            twice += (*_plain_cores(outer), outer.hex(), outer.hex().upper())
    for other in other_cases:
        for spelling in _spellings(other):
            once += (*_plain_cores(spelling), _longest("[0-9]+", spelling.hex()))
    return tuple(once), tuple(twice)


def base64_cores(data: bytes) -> tuple[str, ...]:
    """Return the part of the data's base64 that does not depend on its neighbours.

    There are three, because the data can start at each of three positions in a group of bytes.
    """
    cores: list[str] = []
    for offset, skipped in ((0, 0), (1, 2), (2, 3)):
        word = base64.b64encode(bytes(offset) + data).decode("ascii")
        cores.append(word[skipped : (offset + len(data)) * 8 // 6])
    return tuple(cores)


def _spellings(secret: str) -> Iterable[bytes]:
    """Return the bytes to which base64 and hex may be applied."""
    # The base64 of a short plain part would be too short an anchor; then each spelling counts.
    plain = plain_part(secret)
    if len(plain) >= ENOUGH:
        return (plain.encode(),)
    as_json = json.dumps(secret)[1:-1]
    percent = quote(utf8(secret), safe="")
    spellings = (
        as_json,
        as_json.replace("/", "\\/"),
        json.dumps(secret, ensure_ascii=False)[1:-1],
        percent,
        re.sub("%..", lambda escape: escape[0].lower(), percent),
        quote(utf8(secret)),
        quote_plus(utf8(secret)),
        html.escape(secret),
        ascii(secret)[1:-1],
        repr(secret)[1:-1],
    )
    return dict.fromkeys(map(utf8, (secret, *spellings)))


def _plain_cores(data: bytes) -> list[str]:
    # "+" and "/" of base64 have several spellings, such as "-" and "_", so no anchor has them.
    return [_longest("[A-Za-z0-9]+", core) for core in base64_cores(data)]


def _longest(pattern: str, text: str) -> str:
    return max(re.findall(pattern, text), key=len, default="")


def utf8(text: str) -> bytes:
    """Encode a text that may hold half a surrogate pair."""
    return text.encode("utf-8", "surrogatepass")
