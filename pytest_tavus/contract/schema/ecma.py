r"""Translates regular expressions of JSON Schema, which are ECMA-262 with flag `u`, to Python's.

The two dialects look alike and differ in ``\d``, ``$``, ``.`` and ``[]``. Other readers of JSON
Schema would refuse or misread a pattern that only Python understands.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NoReturn

_SPACE: Final = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_CLASSES: Mapping[str, str] = MappingProxyType({"d": "0-9", "w": "A-Za-z0-9_", "s": _SPACE})
_CONTROLS: Final = "tnvfr"
_NOT_HERE: Mapping[str, str] = MappingProxyType(
    {
        "A": "write ^ for the beginning",
        "Z": "write $ for the end",
        "z": "write $ for the end",
        "a": r"write \x07",
        "e": r"write \x1b",
    }
)
_CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "Letter": "L",
        "Uppercase_Letter": "Lu",
        "Lowercase_Letter": "Ll",
        "Mark": "M",
        "Number": "N",
        "Decimal_Number": "Nd",
        "Punctuation": "P",
        "Symbol": "S",
        "Separator": "Z",
    }
)
_TOKEN: Final = re.compile(
    r"""\\(?:u\{(?P<point>[0-9A-Fa-f]{1,6})\}
          |u(?P<high>[dD][89abAB][0-9A-Fa-f]{2})\\u(?P<low>[dD][c-fC-F][0-9A-Fa-f]{2})
          |(?P<code>u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})
          |c(?P<control>[A-Za-z])
          |(?P<property>[pP])\{(?:(?:General_Category|gc)=)?(?P<category>[\w=]+)\}
          |k<(?P<backref>[A-Za-z_$][\w$]*)>
          |(?P<escaped>.))
      |(?P<group>\((?:\?(?::|=|!|<=|<!|<(?P<name>[A-Za-z_$][\w$]*)>|(?P<strange>.?)))?)
      |(?P<repeat>(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??)
      |(?P<set>\[\^?\]?)
      |(?P<plain>.)""",
    re.VERBOSE | re.DOTALL,
)


class NotEcmaError(ValueError):
    """A pattern is no regular expression of JSON Schema. The text is a phrase with the reason."""


@lru_cache(1024)
def python_pattern(pattern: str) -> re.Pattern[str]:
    r"""Return the Python expression that matches the same texts.

    Raises:
        NotEcmaError: if the pattern is not ECMA-262, or Python cannot express it
            (``\p{Script=...}``, a look-behind of no fixed width).

    """
    written = _Translation(pattern).text()
    try:
        return re.compile(written)
    except (re.error, OverflowError, RecursionError) as error:
        raise NotEcmaError(getattr(error, "msg", None) or str(error)) from None


class _Translation:
    """Translates one pattern in one pass."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._parts: list[str] = []
        self._in_set = False

    def text(self) -> str:
        """Return the whole pattern, translated."""
        repeated = False
        at = 0
        while at < len(self._pattern):
            found = _TOKEN.match(self._pattern, at)
            if found is None or found["plain"] == "\\":
                _refuse("it ends in a backslash")
            if self._in_set:
                at += self._take_member(found)
                continue
            if found["repeat"] is not None and repeated:
                _refuse(f"{found['repeat']!r} repeats a repetition, which only Python allows")
            repeated = found["repeat"] is not None
            self._parts.append(self._translate_token(found))
            at = found.end()
        if self._in_set:
            _refuse("a bracket is never closed")
        return "".join(self._parts)

    def _translate_token(self, found: re.Match[str]) -> str:
        if found["group"] is not None:
            return _group(found)
        if found["set"] is not None:
            return self._open_set(found["set"])
        plain = found["plain"]
        if plain is not None:
            return {"$": r"\Z", ".": r"[^\n\r\u2028\u2029]", "{": r"\{"}.get(plain, plain)
        return found["repeat"] or _escape(found, in_set=False)

    def _open_set(self, opening: str) -> str:
        # In Python, a bracket after the opening is a member of the set. In ECMA-262 it closes
        # the set: `[]` matches nothing, `[^]` matches every character.
        if opening.endswith("]"):
            return "(?!)" if opening == "[]" else r"[\s\S]"
        self._in_set = True
        return opening

    def _take_member(self, found: re.Match[str]) -> int:
        """Translate one member of a set, and return its length in the pattern."""
        if found[0].startswith("\\"):
            self._parts.append(_escape(found, in_set=True))
            return len(found[0])
        character = found[0][0]
        self._in_set = character != "]"
        # Python warns of possible set operations at these characters unless they are escaped.
        self._parts.append(f"\\{character}" if character in "[&~|" else character)
        return 1


def _group(found: re.Match[str]) -> str:
    if found["strange"] is not None:
        _refuse(f"'(?{found['strange']}' begins no group of ECMA-262")
    name = found["name"]
    return found["group"] if name is None else f"(?P<{name}>"


def _escape(found: re.Match[str], *, in_set: bool) -> str:
    if found["high"] is not None:
        # With the flag `u`, an escaped surrogate pair is one character.
        pair = bytes.fromhex(found["high"] + found["low"]).decode("utf-16-be")
        return re.escape(pair)
    if found["point"] is not None:
        return _point(found["point"])
    if found["category"] is not None:
        return _property(found, in_set=in_set)
    if found["control"] is not None:
        return f"\\x{ord(found['control']) % 32:02x}"
    if found["backref"] is not None:
        return f"(?P={found['backref']})"
    return f"\\{found['code']}" if found["code"] else _letter(found["escaped"], in_set=in_set)


def _point(digits: str) -> str:
    if int(digits, 16) > sys.maxunicode:
        _refuse(f"\\u{{{digits}}} is no character")
    return re.escape(chr(int(digits, 16)))


def _property(found: re.Match[str], *, in_set: bool) -> str:
    inside = _category(found["category"])
    if found["property"] == "p":
        return inside if in_set else f"[{inside}]"
    if in_set:
        _refuse("\\P{...} cannot stand in a set here")
    return f"[^{inside}]"


def _letter(letter: str, *, in_set: bool) -> str:
    members = _CLASSES.get(letter.lower())
    if members is not None and (letter.islower() or not in_set):
        negated = "^" if letter.isupper() else ""
        return members if in_set else f"[{negated}{members}]"
    # A negated class inside a set cannot be a set of its own, so its complement is spelled out.
    if members is not None:
        return f"\\{letter}" if letter == "S" else _complement(letter)
    if letter in "bB":
        word = "(?<![A-Za-z0-9_])(?=[A-Za-z0-9_])|(?<=[A-Za-z0-9_])(?![A-Za-z0-9_])"
        boundary = f"(?:{word})" if letter == "b" else f"(?!{word})"
        return r"\x08" if in_set else boundary
    if letter == "0":
        return r"\x00"
    if not letter.isalnum() or letter in _CONTROLS or letter.isdecimal():
        return f"\\{letter}" if letter.isascii() else letter
    known = _NOT_HERE.get(letter)
    return _refuse(f"\\{letter} is no escape of ECMA-262" + (f": {known}" if known else ""))


def _complement(letter: str) -> str:
    return r"\x00-/:-\U0010ffff" if letter == "D" else r"\x00-/:-@\[-^`{-\U0010ffff"


@lru_cache(32)
def _category(name: str) -> str:
    # Python's `re` knows no category, so the characters are listed as ranges.
    short = _CATEGORIES.get(name, name)
    points = [
        point
        for point in range(sys.maxunicode + 1)
        if unicodedata.category(chr(point)).startswith(short)
    ]
    if not points:
        _refuse(f"\\p{{{name}}} cannot be tried here: write the characters as a set")
    ranges: list[list[int]] = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


def _refuse(phrase: str) -> NoReturn:
    raise NotEcmaError(phrase)
