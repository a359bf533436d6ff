"""From the text of an option to its value.

Knows nothing of the options themselves. Every run of pytest loads this module, so it imports no
package that pytest does not, and compiles no pattern.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, dataclass_transform

_HOST = r"(?:\[[0-9a-f:.]+\]|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::[0-9]{1,5})?"
_DIGITS = 18
_SHOWN = 100


@dataclass_transform(kw_only_default=True, frozen_default=True)
class TableRow:
    """A value like a struct of msgspec, whose import costs more than all of this."""

    def __init__(self, **fields: Any) -> None:
        vars(self).update(fields)


class OptionSource(TableRow):
    """What a user gave for an option, in one place."""

    place: str
    "As the user knows it: ``--tavus-seed``, ``PYTEST_TAVUS_SEED``, ``tavus_seed in pytest.ini``."

    texts: tuple[str, ...]
    "More than one, or none, only where the option is a list."

    start: Path
    "The directory that a relative path starts from."

    @property
    def text(self) -> str:
        """The text that counts where only one can."""
        return self.texts[-1].strip()


class UnreadableError(Exception):
    """This text is not what the reader expects."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(text)


class Reader(TableRow):
    """Turns what was given into a value."""

    expects: str
    "What a valid text is: messages and the reference say it in these words."

    convert: Callable[[OptionSource], Any]
    "Returns the value, or raises :class:`UnreadableError`."

    words: tuple[str, ...] = ()
    "All valid texts, where they can be listed."


def choice(*words: str) -> Reader:
    """Read one of these words."""

    def convert(given: OptionSource) -> str:
        if given.text not in words:
            raise UnreadableError(given.text)
        return given.text

    return Reader(expects=" or ".join(repr(word) for word in words), convert=convert, words=words)


def whole_number(*, minimum: int = 0) -> Reader:
    """Read a whole number that is not below `minimum`."""

    def convert(given: OptionSource) -> int:
        text = given.text
        # No number that means something here has more digits, and Python reads only so many.
        if not (text.isascii() and text.isdigit()) or len(text) > _DIGITS:
            raise UnreadableError(text[:_SHOWN])
        if int(text) < minimum:
            raise UnreadableError(text)
        return int(text)

    return Reader(expects=f"a whole number, {minimum} or more", convert=convert)


def number_or(word: str) -> Reader:
    """Read a whole number that is not below 1, or the one word that may stand for it."""
    number = whole_number(minimum=1)

    def convert(given: OptionSource) -> int | str:
        return word if given.text == word else number.convert(given)

    return Reader(expects=f"{number.expects}, or {word!r}", convert=convert, words=(word,))


def _switch(given: OptionSource) -> bool:
    if given.text not in {"yes", "no"}:
        raise UnreadableError(given.text)
    return given.text == "yes"


def _path(given: OptionSource) -> Path:
    if not given.text:
        raise UnreadableError(given.text)
    return given.start / given.text


def _seconds(given: OptionSource) -> float:
    try:
        value = float(given.text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise UnreadableError(given.text)
    return value


def _names(given: OptionSource) -> tuple[str, ...]:
    for text in given.texts:
        if len(text.split()) != 1 or "=" in text:
            raise UnreadableError(text)
    return tuple(dict.fromkeys(text.strip() for text in given.texts))


def _hosts(given: OptionSource) -> tuple[str, ...]:
    hosts = tuple(dict.fromkeys(text.strip().lower() for text in given.texts))
    for host in hosts or ("",):  # a list of no hosts would be taken for one that allows all
        if re.fullmatch(_HOST, host) is None:
            raise UnreadableError(host)
    return hosts


def _pairs(given: OptionSource) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given.texts:
        key, _, value = (part.strip() for part in text.partition("="))
        if not (key and value) or key in found:
            raise UnreadableError(text)
        found[key] = value
    return found


PATH = Reader(expects="a path", convert=_path)
SECONDS = Reader(expects="a number of seconds above 0, such as 60 or 2.5", convert=_seconds)
SWITCH = Reader(expects="'yes' or 'no'", convert=_switch, words=("yes", "no"))
HOSTS = Reader(
    expects="a host such as shop.example.com, *.example.com or shop.example.com:8443",
    convert=_hosts,
)
NAMES = Reader(expects="one name a line, without spaces and without '='", convert=_names)
PAIRS = Reader(expects="'key = value', each key on one line only", convert=_pairs)
