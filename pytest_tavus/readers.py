"""From the text of an option to its value.

A text that is not valid is an error that names where it was given, what was found and what was
expected. Knows nothing of the options themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pytest_tavus.errors import Problem, ScenarioError, did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a user gave for an option, in one place."""

    place: str
    "As the user knows it: ``--tavus-seed``, ``PYTEST_TAVUS_SEED``, ``tavus_seed in pytest.ini``."

    texts: tuple[str, ...]
    "At least one. More than one where the option is a list."

    start: Path
    "The directory that a relative path starts from."

    @property
    def text(self) -> str:
        """The text that counts where only one can."""
        return self.texts[-1].strip()


Reader = Callable[[Given], Any]
"""Turns what was given into the value; raises a ScenarioError for a text that is not valid."""


def path(given: Given) -> Path:
    """Read a path, relative to where it was given."""
    if not given.text:
        _refuse(given, "a path")
    return given.start / given.text


def choice(*words: str) -> Reader:
    """Read one of these words."""

    def read(given: Given) -> str:
        if given.text not in words:
            expected = " or ".join(repr(word) for word in words)
            _refuse(given, expected, hint=did_you_mean(given.text, words))
        return given.text

    return read


def whole_number(*, minimum: int = 0) -> Reader:
    """Read a whole number that is not below `minimum`."""

    def read(given: Given) -> int:
        text = given.text
        if not (text.isascii() and text.isdigit()) or int(text) < minimum:
            _refuse(given, f"a whole number of at least {minimum}")
        return int(text)

    return read


def seconds(given: Given) -> float:
    """Read a number of seconds above zero."""
    try:
        value = float(given.text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        _refuse(given, "a number of seconds above 0, such as 60 or 2.5")
    return value


def names(given: Given) -> tuple[str, ...]:
    """Read names without a space, in the order given, each once."""
    for text in given.texts:
        if not text.strip() or len(text.split()) > 1 or "=" in text:
            _refuse(given, "one name without spaces and without '='", text=text)
    return tuple(dict.fromkeys(text.strip() for text in given.texts))


def pairs(given: Given) -> dict[str, str]:
    """Read lines of the form ``key = value``."""
    found: dict[str, str] = {}
    for text in given.texts:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not (key and equals and value):
            _refuse(given, "a line 'key = value'", text=text)
        if key in found:
            _refuse(given, f"the key {key!r} once", text=text)
        found[key] = value
    return found


def _refuse(
    given: Given, expected: str, *, text: str | None = None, hint: str | None = None
) -> NoReturn:
    found = given.texts[-1] if text is None else text
    message = f"{given.place}: got {found!r}, expected {expected}"
    raise ScenarioError(Problem(message=message, hint=hint))
