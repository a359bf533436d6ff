r"""Finds one secret in a text, in all its spellings.

A secret leaves a program in many spellings: as it is, inside JSON (escaped, and escaped again
in nested JSON), in `repr` and `ascii` of Python, inside a URL, inside HTML, inside base64 with or
without a user name before it, as hex, and as base64 or hex of these. The module knows no event.

A pattern finds one kind of escape, with any neighbours of the secret. For base64, hex, several
kinds and needless escapes, the text is decoded first. Not found:

- a needless escape, or hex in mixed case, inside base64 or hex; hex in mixed case of base64;
- another letter case of a secret inside base64 or hex, unless all of it is lower or upper case
  and base64 or hex is applied once;
- three of base64 and hex, or more than four passes of several or needless escapes;
- several or needless escapes of a secret that forms another escape with its neighbours, such as
  ``41\u0062c`` after ``%``;
- several escapes, if ``\x`` stands for a byte in one place and for a character in another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pytest_tavus.trace.redaction.anchors import list_anchors, plain_part, utf8
from pytest_tavus.trace.redaction.decoding import View, decode_base64_and_hex, unescape_bytes

MASK = "********"
"""The replacement of a secret: the same eight asterisks that Tavus shows [doc]."""

SHORT = 4
"""Secrets of fewer characters are masked only if they are a whole value.

Four characters are at least 32 bits. Their base64 or hex occurs by accident about once in some
thousand random texts of 1 MB.
"""

ANY_CASE = 8
"""ASCII secrets of at least so many characters are found in any letter case.

A shorter secret may be an ordinary word at the start of a sentence.
"""

DEPTH = 2
"""How often base64 and hex are decoded; escapes between them do not count."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_ESCAPES = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}
_ENTITIES = {
    "&": "&(?:amp|#38|#x26);",
    "<": "&(?:lt|#60|#x3[cC]);",
    ">": "&(?:gt|#62|#x3[eE]);",
    '"': "&(?:quot|#34|#x22);",
    "'": "&(?:apos|#39|#x27);",
}
# A run of backslashes is matched only from its first, because a long run took quadratic time.
_RUN = r"(?<!\\)\\++"


class Disguises:
    """Finds one secret in any text, however it is encoded there."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        data = utf8(secret)
        short = len(secret) < SHORT
        direct = _build_pattern(secret)
        if short:
            direct = rf'(?:\A|(?<=["=])){direct}(?=\\*"|&|\Z)'
        self._any_case = len(secret) >= ANY_CASE and secret.isascii()
        other_cases = {secret.lower(), secret.upper()} - {secret} if self._any_case else ()
        by_depth = () if short else list_anchors(secret, other_cases)
        self.plain = plain_part(secret).lower()
        self.anchors = tuple(dict.fromkeys(anchor for anchors in by_depth for anchor in anchors))
        """A text that has neither the plain part in any case nor an anchor holds the secret only
        with needless escapes, and then `unescape_text` of the text has one of them."""
        self._anchors = tuple(tuple(anchor.encode() for anchor in anchors) for anchors in by_depth)
        # In a form, a space is a plus.
        spellings = () if short else (data, data.replace(b" ", b"+"))
        self._spellings = tuple({text.lower() if self._any_case else text for text in spellings})
        any_case = re.IGNORECASE | re.ASCII if self._any_case else re.NOFLAG
        self._direct = re.compile(f"(?=({direct}))", any_case)

    def spans(self, text: str) -> list[tuple[int, int, bool]]:
        """Return start and end of each place of the secret, in order, overlaps included.

        The flag tells the secret itself from an encoded spelling.
        """
        places = {match.span(1) for match in self._direct.finditer(text)}
        if self._spellings:
            data = utf8(text)
            places |= _map_to_characters(data, self._places(data, DEPTH))
        secret = self._secret
        return [(start, end, text[start:end] == secret) for start, end in sorted(places)]

    def _places(self, data: bytes, depth: int) -> Iterator[tuple[int, int]]:
        yield from self._find_in_view(data, depth)
        for view in unescape_bytes(data):
            yield from _map_to_source(view, self._find_in_view(view.data, depth))

    def _find_in_view(self, data: bytes, depth: int) -> Iterator[tuple[int, int]]:
        for spelling in self._spellings:
            yield from _find_all(spelling, data.lower() if self._any_case else data)
        if any(anchor in data for anchors in self._anchors[:depth] for anchor in anchors):
            for word in decode_base64_and_hex(data):
                yield from _map_to_source(word, self._places(word.data, depth - 1))


def _map_to_source(view: View, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for place in places:
        source = view.origin(*place)
        if source is not None:
            yield source


def _find_all(needle: bytes, data: bytes) -> Iterator[tuple[int, int]]:
    at = data.find(needle)
    while at >= 0:
        yield at, at + len(needle)
        at = data.find(needle, at + 1)


def _map_to_characters(data: bytes, places: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    found = set(places)
    if data.isascii():
        return found
    characters = {0: 0}
    last = 0
    for at in sorted({at for place in found for at in place}):
        part = data[last:at].decode("utf-8", "surrogatepass")
        characters[at] = characters[last] + len(part)
        last = at
    return {(characters[start], characters[end]) for start, end in found}


def _build_pattern(secret: str) -> str:
    """Return a pattern for every spelling by one encoding; JSON and percent may be repeated."""
    parts = re.findall(r"(\\*)([^\\]|\Z)", secret)
    return "".join(
        _after_backslashes(len(run), char) if run else _character(char)
        for run, char in parts
        if run or char
    )


def _after_backslashes(count: int, char: str) -> str:
    """Return a pattern for a run and the character after it, whose own backslashes join the run."""
    following = _character(char) if char else ""
    escaped = rf"\\{{{count + 1},}}+(?:{'|'.join(_tails(char)[:-1])})|" if char else ""
    return (
        rf"(?:(?<!\\)(?:{escaped}\\{{{count},}}+{following})"
        rf"|(?:%(?:25)*5[cC]){{{count}}}{following}|(?:{_RUN}u005[cC]){{{count}}}{following})"
    )


def _character(char: str) -> str:
    """Return a pattern for every spelling of one character, the escaped ones first."""
    if char in _PLAIN:
        return re.escape(char)
    tails = _tails(char) if char in "\"'/" else _tails(char)[:-1]
    spellings = [
        rf"{_RUN}(?:{'|'.join(tails)})",
        "".join(rf"%(?:25)*{_any_case(f'{byte:02x}')}" for byte in utf8(char)),
    ]
    if char in _ENTITIES:
        spellings.append(_ENTITIES[char])
    if char == " ":
        spellings.append(r"\+")
    spellings.append(re.escape(char))
    return f"(?:{'|'.join(spellings)})"


def _tails(char: str) -> list[str]:
    """Return patterns for the part after the backslashes of an escape; the character is last."""
    code = ord(char)
    python = [f"x{code:02x}"] if code < 0x100 else [f"U{code:08x}"] if code > 0xFFFF else []
    digits = [_any_case(escape) for escape in (f"u{_utf16(char)}", *python)]
    letter = [_ESCAPES[char]] if char in _ESCAPES else []
    return [*digits, *letter, re.escape(char)]


def _utf16(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return r"\\++u".join(units[at : at + 4] for at in range(0, len(units), 4))


def _any_case(digits: str) -> str:
    return re.sub("[a-f]", lambda letter: f"[{letter[0]}{letter[0].upper()}]", digits)
