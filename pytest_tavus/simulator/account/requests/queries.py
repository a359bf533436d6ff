"""Reads what stands in a query: every value is text there, and a wrong one is a 400 that says so.

A name that an operation does not know is passed over, as clients send more than is documented.
"""

from __future__ import annotations

from collections.abc import Mapping

from pytest_tavus.simulator.account.requests.refusals import bad_field

Query = Mapping[str, str]

_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def flag(query: Query, name: str, *, default: bool = False) -> bool:
    """Return a yes or no, written as text [client]."""
    text = query.get(name, "").strip().lower()
    if not text:
        return default
    if text not in _FLAGS:
        raise bad_field(name, f"expected true or false, found {query[name]!r}")
    return _FLAGS[text]


def whole(query: Query, name: str, *, default: int, least: int, most: int | None = None) -> int:
    """Return a whole number within its limits."""
    text = query.get(name, "").strip()
    if not text:
        return default
    limits = f"at least {least}" if most is None else f"from {least} to {most}"
    if not (text.isascii() and text.removeprefix("-").isdigit()) or len(text) > 18:
        raise bad_field(name, f"expected a whole number {limits}, found {text!r}")
    number = int(text)
    if number < least or (most is not None and number > most):
        raise bad_field(name, f"expected a whole number {limits}, found {number}")
    return number


def choice(query: Query, name: str, choices: Mapping[str, str] | tuple[str, ...]) -> str | None:
    """Return one of the choices, or what it stands for; `None` where none is written."""
    text = query.get(name, "").strip().lower()
    if not text:
        return None
    meanings = choices if isinstance(choices, Mapping) else {each: each for each in choices}
    if text not in meanings:
        raise bad_field(name, f"expected one of {', '.join(meanings)}, found {query[name]!r}")
    return meanings[text]


def words(query: Query, *names: str) -> tuple[str, ...]:
    """Return a list that is written with commas, under any of its names [client]."""
    texts = (query.get(name, "") for name in names)
    return tuple(word.strip() for text in texts for word in text.split(",") if word.strip())
