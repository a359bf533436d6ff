"""Undoes encodings of a text, and maps each decoded part to its source.

All data is UTF-8 bytes, because base64, hex and percent escapes hold bytes. The module knows no
secret.
"""

from __future__ import annotations

import binascii
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

from msgspec import Struct

PASSES = 4
"""The number of nested escapes of a character that are undone. The bound keeps time linear."""

_PERCENT = rb"%(?P<byte>[0-9a-fA-F]{2})"
_BACKSLASH = (
    rb"\\(?:u(?P<pair>[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|u(?P<unit>[0-9a-fA-F]{4})|U(?P<wide>[0-9a-fA-F]{8})"
    rb"|x(?P<repr>[0-9a-fA-F]{2})|(?P<short>[bfnrt\"'/\\]))"
)
_ENTITY = (
    rb"&(?:(?P<name>amp|lt|gt|quot|apos)"
    rb"|\#0*(?P<decimal>[0-9]{1,7})|\#[xX]0*(?P<hex>[0-9a-fA-F]{1,6}));"
)
# The last undoes all kinds at once, for neighbours that were escaped in different ways.
_ALL = b"|".join((_PERCENT, _BACKSLASH, _ENTITY))
_ESCAPES = tuple(re.compile(kind) for kind in (_PERCENT, _BACKSLASH, _ENTITY, _ALL))
# Python writes \x for a byte in the `repr` of bytes, and for a character in that of a text.
_OF_TEXT = tuple(re.compile(kind.replace(b"<repr>", b"<point>")) for kind in (_BACKSLASH, _ALL))
# The literal at the start lets the engine skip to the next candidate.
_NEEDLESS_PERCENT = re.compile(
    r"%(?:25)*(?:2[dDeE6]|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA]|5[cCfF]|7[eE])"
)
_NEEDLESS_BACKSLASH = re.compile(
    r"\\(?:u00|x|U000000)(?:2[dDeE56]|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA]|5[cCfF]|7[eE])"
)
_NEEDLESS_ENTITY = re.compile(
    r"&(?:amp;)*(?:amp;#"
    r"|\#0*(?:3[78]|4[5-9]|5[0-7]|6[5-9]|[78][0-9]|9[025789]|1[01][0-9]|12[0126]);"
    r"|\#[xX]0*(?:2[dDeE56]|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA]|5[cCfF]|7[eE]);)"
)
_SHORT_ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_NAMES = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_WORD = _LETTERS + b"+/-_"
_DIGITS = b"0123456789abcdefABCDEF"
_BASE64_TABLE = bytes(
    {ord("-"): ord("+"), ord("_"): ord("/")}.get(byte, byte if byte in _WORD else ord("A"))
    for byte in range(256)
)
_HEX_TABLE = bytes(byte if byte in _DIGITS else ord("0") for byte in range(256))
_PADDING = re.compile(rb"(?:=|%(?:25)*3[dD]){0,2}")


class View(Struct, frozen=True, kw_only=True):
    """The data of a text after an encoding is undone."""

    data: bytes
    origin: Callable[[int, int], tuple[int, int] | None]
    "Maps a slice of the data to its slice of the encoded bytes; `None` if it was not encoded."


def unescape_text(text: str) -> str | None:
    """Return the results of all passes as one text; `None` if no plain character is escaped.

    Escapes of the characters that start an escape count too, because they hide another escape.
    """
    if not (
        ("%" in text and _NEEDLESS_PERCENT.search(text))
        or ("\\" in text and _NEEDLESS_BACKSLASH.search(text))
        or ("&" in text and _NEEDLESS_ENTITY.search(text))
    ):
        return None
    passes = unescape_bytes(text.encode("utf-8", "surrogatepass"))
    return "\0".join(view.data.decode("utf-8", "replace") for view in passes)


def unescape_bytes(data: bytes) -> Iterator[View]:
    """Yield the data with escapes undone, in each order of their kinds."""
    # Each kind is also undone alone, so that a secret that looks like an escape is found.
    seen = {data}
    layer = [View(data=data, origin=lambda start, end: (start, end))]
    for _ in range(PASSES):
        deeper: list[View] = []
        for view in layer:
            for escape in (*_ESCAPES, *(_OF_TEXT if b"\\x" in view.data else ())):
                decoded = _undo_escape(view, escape)
                if decoded.data not in seen:
                    seen.add(decoded.data)
                    deeper.append(decoded)
                    yield decoded
        layer = deeper


def decode_base64_and_hex(data: bytes) -> Iterator[View]:
    """Yield the data decoded as base64 and as hex, from each position where a group can start."""
    # Other characters are replaced by a filler, so that one call decodes all words at once.
    folded = data.translate(_BASE64_TABLE) + b"AAA"
    for offset in range(4):
        size = (len(folded) - offset) // 4 * 4
        decoded = binascii.a2b_base64(folded[offset : offset + size])
        yield View(data=decoded, origin=_base64_origin(data, offset))
    digits = data.translate(_HEX_TABLE)
    for offset in range(2):
        size = max(0, len(digits) - offset) // 2 * 2
        decoded = binascii.unhexlify(digits[offset : offset + size])
        yield View(data=decoded, origin=_hex_origin(data, offset))


def _undo_escape(view: View, escape: re.Pattern[bytes]) -> View:
    data = view.data
    parts: list[bytes] = []
    # The start of each escaped and plain part, and its slice in the source; 0 ends a plain one.
    starts, sources = [0], [(0, 0)]
    size = kept = 0
    for match in escape.finditer(data):
        plain, char = data[kept : match.start()], _decode_escape(match)
        parts += (plain, char)
        size += len(plain) + len(char)
        starts += (size - len(char), size)
        sources += (match.span(), (match.end(), 0))
        kept = match.end()
    parts.append(data[kept:])

    def source_of(position: int) -> tuple[int, int]:
        index = bisect_right(starts, position) - 1
        start, end = sources[index]
        if end:
            return start, end
        start += position - starts[index]
        return start, start + 1

    def origin(start: int, end: int) -> tuple[int, int] | None:
        return view.origin(source_of(start)[0], source_of(end - 1)[1])

    return View(data=b"".join(parts), origin=origin)


def _decode_escape(match: re.Match[bytes]) -> bytes:
    kind = match.lastgroup or ""
    digits = match[kind]
    if kind in {"byte", "repr"}:
        return bytes([int(digits, 16)])
    if kind == "short":
        return _SHORT_ESCAPES.get(digits, digits)
    if kind == "name":
        return _NAMES[digits]
    if kind == "pair":
        units = bytes.fromhex(digits[:4].decode() + digits[-4:].decode())
        return units.decode("utf-16-be").encode()
    code = int(digits, 10 if kind == "decimal" else 16)
    return chr(code).encode("utf-8", "surrogatepass") if code <= 0x10FFFF else match[0]


def _base64_origin(data: bytes, offset: int) -> Callable[[int, int], tuple[int, int] | None]:
    def origin(start: int, end: int) -> tuple[int, int] | None:
        first, last = offset + start * 4 // 3, offset - (-end * 4 // 3)
        if last > len(data) or data[first:last].translate(None, _WORD):
            return None
        padding = _PADDING.match(data, last)
        return first, padding.end() if padding else last

    return origin


def _hex_origin(data: bytes, offset: int) -> Callable[[int, int], tuple[int, int] | None]:
    def origin(start: int, end: int) -> tuple[int, int] | None:
        first, last = offset + 2 * start, offset + 2 * end
        return None if data[first:last].translate(None, _DIGITS) else (first, last)

    return origin
