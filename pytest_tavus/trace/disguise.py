"""The shapes in which one secret can turn up in a text.

A secret leaves a program in many spellings: as it is, inside JSON (escaped, and escaped again
where JSON is carried in JSON), inside a URL, inside HTML, inside base64 with or without a user name
before it. This module finds all of them. It knows nothing of events.
"""

from __future__ import annotations

import base64
import re

MASK = "********"
"""What stands in place of a secret; the same eight asterisks that Tavus shows [doc]."""

SHORT = 4
"""Secrets of fewer characters are masked only where they are a whole value."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_ESCAPES = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}
_ENTITIES = {
    "&": "&(?:amp|#38|#x26);",
    "<": "&(?:lt|#60|#x3[cC]);",
    ">": "&(?:gt|#62|#x3[eE]);",
    '"': "&(?:quot|#34|#x22);",
    "'": "&(?:apos|#39|#x27);",
}
_BASE64_SPELLINGS = {
    "+": r"(?:[+-]|%2[bB])",
    "/": r"(?:\\*/|_|%2[fF])",
}
_BASE64_NEIGHBOUR = "[A-Za-z0-9+/_-]?"
_BASE64_END = "(?:=|%3[dD]){0,2}"

Span = tuple[int, int, str]
"""From and to, as in a slice, and the mask that goes there."""


class Disguises:
    """Finds one secret in any text, however it is encoded there."""

    def __init__(self, secret: str, mask: str = MASK) -> None:
        self._mask = mask
        cores = () if len(secret) < SHORT else _base64_cores(secret)
        direct = _spelled(secret)
        if len(secret) < SHORT:
            direct = rf'(?:\A|(?<=["=])){direct}(?=\\*"|&|\Z)'
        self.anchors = (_anchor(secret), *(_anchor(core) for core in cores))
        """Plain texts: a text that holds none of them cannot hold the secret."""
        self._patterns = (direct, *(_base64_word(core) for core in cores))

    def spans(self, text: str) -> list[Span]:
        """Return where the secret stands, places that overlap included."""
        return [
            (*match.span(1), self._mask)
            for pattern in self._patterns
            for match in re.finditer(f"(?=({pattern}))", text)
        ]


def masked(text: str, spans: list[Span]) -> str:
    """Return the text with every span, joined where they touch, replaced by its mask."""
    parts: list[str] = []
    kept = 0
    for start, end, mask in _joined(spans):
        parts += (text[kept:start], mask)
        kept = end
    return "".join((*parts, text[kept:]))


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end, mask in sorted(spans):
        if joined and start <= joined[-1][1]:
            first = joined[-1]
            joined[-1] = (first[0], max(end, first[1]), first[2])
        else:
            joined.append((start, end, mask))
    return joined


def _spelled(secret: str) -> str:
    parts = re.findall(r"\\+|[^\\]", secret)
    return "".join(_backslashes(part) if part[0] == "\\" else _character(part) for part in parts)


def _backslashes(run: str) -> str:
    """Return one pattern for the run: one for each backslash could match in too many ways."""
    count = len(run)
    return rf"(?:\\{{{count},}}|(?:%(?:25)*5[cC]){{{count}}}|(?:\\+u005[cC]){{{count}}})"


def _character(char: str) -> str:
    """Return a pattern for every spelling of one character, the escaped ones first."""
    if char in _PLAIN:
        return re.escape(char)
    spellings = [
        rf"\\+u{_any_case(_utf16(char))}",
        "".join(rf"%(?:25)*{_any_case(f'{byte:02x}')}" for byte in _utf8(char)),
    ]
    if char in _ESCAPES:
        spellings.append(rf"\\+{_ESCAPES[char]}")
    if char in _ENTITIES:
        spellings.append(_ENTITIES[char])
    if char == " ":
        spellings.append(r"\+")
    spellings.append((r"\\*" if char in "\"'/" else "") + re.escape(char))
    return f"(?:{'|'.join(spellings)})"


def _utf8(char: str) -> bytes:
    return char.encode("utf-8", "surrogatepass")


def _utf16(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return r"\\+u".join(units[at : at + 4] for at in range(0, len(units), 4))


def _any_case(digits: str) -> str:
    letters = {letter: f"[{letter}{letter.upper()}]" for letter in "abcdef"}
    return "".join(letters.get(digit, digit) for digit in digits)


def _base64_cores(secret: str) -> tuple[str, ...]:
    """Return the part of the secret's base64 that does not depend on its neighbours.

    There are three: the secret can begin at each of three places in a group of bytes.
    """
    data = secret.encode("utf-8", "surrogatepass")
    cores: list[str] = []
    for offset, skipped in ((0, 0), (1, 2), (2, 3)):
        word = base64.b64encode(bytes(offset) + data).decode("ascii")
        cores.append(word[skipped : (offset + len(data)) * 8 // 6])
    return tuple(cores)


def _base64_word(core: str) -> str:
    """Return a pattern for the core and for the characters beside it that hold some bits of it."""
    spelled = "".join(_BASE64_SPELLINGS.get(char, char) for char in core)
    return f"{_BASE64_NEIGHBOUR}{spelled}{_BASE64_NEIGHBOUR}{_BASE64_END}"


def _anchor(text: str) -> str:
    """Return the longest part that every encoding leaves as it is; empty where there is none."""
    return max(re.findall(r"[A-Za-z0-9]+", text), key=len, default="")
