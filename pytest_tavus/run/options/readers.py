"""Converts the text of an option to its value. Knows no option.

Every run of pytest loads this module, so it imports only packages that pytest itself imports, and
compiles no pattern.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias, dataclass_transform

_HOST = r"(?:\[[0-9a-f:.]+\]|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::[0-9]{1,5})?"
_MAX_DIGITS = 18
_MAX_QUOTED = 100


OptionValue: TypeAlias = "bool | int | float | str | Path | tuple[str, ...] | dict[str, str] | None"
"""The value of an option. `None` is a default only: the user cannot write it."""


@dataclass_transform(kw_only_default=True, frozen_default=True)
class TableRow:
    """A record like a `msgspec.Struct`; the import of msgspec would cost more than this room."""

    def __init__(self, **fields: object) -> None:
        vars(self).update(fields)


class OptionSource(TableRow):
    """The texts that a user wrote for an option in one place."""

    place: str
    "As the user knows it: ``--tavus-seed``, ``PYTEST_TAVUS_SEED``, ``tavus_seed in pytest.ini``."

    texts: tuple[str, ...]
    "Exactly one, unless the option is a list."

    start: Path
    "The directory to which a relative path refers."

    @property
    def text(self) -> str:
        """The only text of an option that is not a list."""
        return self.texts[-1].strip()


class UnreadableError(Exception):
    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(text)


class Reader(TableRow):
    """Converts the texts of an option to its value."""

    expects: str
    "Describes a valid text, in error messages and in the reference."

    convert: Callable[[OptionSource], OptionValue]
    "Returns the value, or raises :class:`UnreadableError`."

    words: tuple[str, ...] = ()
    "All valid texts, if there is a list of them: an error suggests the closest."


def choice(*words: str) -> Reader:
    def convert(source: OptionSource) -> str:
        if source.text not in words:
            raise UnreadableError(source.text)
        return source.text

    return Reader(expects=" or ".join(repr(word) for word in words), convert=convert, words=words)


def whole_number(*, minimum: int = 0) -> Reader:
    def convert(source: OptionSource) -> int:
        text = source.text
        # `int` raises a ValueError of its own beyond 4300 digits; no option needs so many.
        if not (text.isascii() and text.isdigit()) or len(text) > _MAX_DIGITS:
            raise UnreadableError(text[:_MAX_QUOTED])
        if int(text) < minimum:
            raise UnreadableError(text)
        return int(text)

    return Reader(expects=f"a whole number, {minimum} or more", convert=convert)


def number_or(word: str) -> Reader:
    """Read a whole number of 1 or more, or `word`."""
    number = whole_number(minimum=1)

    def convert(source: OptionSource) -> OptionValue:
        return word if source.text == word else number.convert(source)

    return Reader(expects=f"{number.expects}, or {word!r}", convert=convert, words=(word,))


def _switch(source: OptionSource) -> bool:
    if source.text not in {"yes", "no"}:
        raise UnreadableError(source.text)
    return source.text == "yes"


def _path(source: OptionSource) -> Path:
    if not source.text:
        raise UnreadableError(source.text)
    return source.start / source.text


def _seconds(source: OptionSource) -> float:
    try:
        value = float(source.text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise UnreadableError(source.text)
    return value


def _names(source: OptionSource) -> tuple[str, ...]:
    for text in source.texts:
        if len(text.split()) != 1 or "=" in text:
            raise UnreadableError(text)
    return tuple(dict.fromkeys(text.strip() for text in source.texts))


def _hosts(source: OptionSource) -> tuple[str, ...]:
    hosts = tuple(dict.fromkeys(text.strip().lower() for text in source.texts))
    for host in hosts or ("",):  # an empty list is refused: as a value it would allow every host
        if re.fullmatch(_HOST, host) is None:
            raise UnreadableError(host)
    return hosts


def _pairs(source: OptionSource) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in source.texts:
        key, _, value = (part.strip() for part in text.partition("="))
        if not (key and value) or key in pairs:
            raise UnreadableError(text)
        pairs[key] = value
    return pairs


PATH = Reader(expects="a path", convert=_path)
SECONDS = Reader(expects="a number of seconds above 0, such as 60 or 2.5", convert=_seconds)
SWITCH = Reader(expects="'yes' or 'no'", convert=_switch, words=("yes", "no"))
HOSTS = Reader(
    expects="a host such as shop.example.com, *.example.com or shop.example.com:8443",
    convert=_hosts,
)
NAMES = Reader(expects="one name a line, without spaces and without '='", convert=_names)
PAIRS = Reader(expects="'key = value', each key on one line only", convert=_pairs)
