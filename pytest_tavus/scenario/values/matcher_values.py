"""Matchers in a file: the tag ``!re "^A-"`` and the plain mapping ``{$re: "^A-"}``.

A value that is compared may be a matcher. A value that is said or sent may not, because nobody can
say "any text". ``{$literal: ...}`` keeps data that looks like a matcher. The first matcher of a
file imports the matcher classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pytest_tavus.contract.annotations import Complain
from pytest_tavus.errors import did_you_mean, find_closest
from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.scenario.text.plain import is_dict, is_list
from pytest_tavus.scenario.text.reader import TagError
from pytest_tavus.spans import Loc

_LITERAL = "$literal"


def from_tag(name: str, payload: object) -> Matcher:
    """Build the matcher of a YAML tag.

    Raises:
        TagError: no matcher has this name, or the matcher refuses the payload.

    """
    from pytest_tavus.matching.matchers.registry import MATCHERS, build_matcher

    if name not in MATCHERS:
        known = ", ".join(f"!{tag}" for tag in (*sorted(MATCHERS), "include"))
        close = find_closest(name, (*MATCHERS, "include"))
        message = f"!{name} is not a tag"
        hint = f"one of: {known}" if close is None else f"did you mean '!{close}'?"
        raise TagError(message, hint=hint)
    try:
        return build_matcher(name, build_expected(payload, (), _raise))
    except TagError:
        # A TagError is a ValueError; the branch below would lose its hint.
        raise
    except ValueError as error:
        raise TagError(str(error)) from None


def build_expected(value: object, at: Loc, complain: Complain) -> Any:
    """Convert each plain spelling of a matcher in an expected value to the matcher."""
    if is_dict(value):
        entries = value
        if len(entries) == 1 and (key := next(iter(entries))).startswith("$"):
            return _build_from_mapping(key, entries[key], at, complain)
        changed = {key: build_expected(item, (*at, key), complain) for key, item in entries.items()}
        return entries if _is_unchanged(entries, changed) else changed
    if is_list(value):
        items = value
        return [build_expected(item, (*at, index), complain) for index, item in enumerate(items)]
    return value


def build_literal(value: object, at: Loc, complain: Complain) -> object:
    """Return a value that is said or sent; report a matcher in the value."""
    if isinstance(value, Matcher):
        message = f"the matcher {value!r} cannot stand here: this value is given, not compared"
        complain(at, message, "write the value itself")
        return None
    if is_dict(value):
        entries = value
        if len(entries) == 1 and (key := next(iter(entries))).startswith("$"):
            return _build_literal_mapping(key, entries, at, complain)
        changed = {key: build_literal(item, (*at, key), complain) for key, item in entries.items()}
        return entries if _is_unchanged(entries, changed) else changed
    if is_list(value):
        items = value
        return [build_literal(item, (*at, index), complain) for index, item in enumerate(items)]
    return value


def find_matcher(value: object) -> Matcher | None:
    """Return the first matcher in a value, at any depth."""
    if isinstance(value, Matcher):
        return value
    if is_dict(value):
        inner = list(value.values())
    elif is_list(value):
        inner = value
    else:
        return None
    return next((found for item in inner if (found := find_matcher(item)) is not None), None)


def matchers_in(value: object, at: Loc = ()) -> Iterator[tuple[Loc, Matcher]]:
    """Yield each matcher in a value with its path."""
    if isinstance(value, Matcher):
        yield at, value
    elif is_dict(value):
        for key, item in value.items():
            yield from matchers_in(item, (*at, key))
    elif is_list(value):
        for index, item in enumerate(value):
            yield from matchers_in(item, (*at, index))


def _build_from_mapping(key: str, payload: object, at: Loc, complain: Complain) -> object:
    if key == _LITERAL:
        return payload
    from pytest_tavus.matching.matchers.registry import MATCHERS, build_matcher

    name = key[1:]
    if name not in MATCHERS:
        known = [f"${tag}" for tag in (*MATCHERS, "literal")]
        hint = did_you_mean(key, known) or "data that looks so is written {$literal: ...}"
        complain(at, f"{key} is not a matcher", hint)
        return None
    try:
        return build_matcher(name, build_expected(payload, (*at, key), complain))
    except ValueError as error:
        complain(at, str(error), None)
        return None


def _build_literal_mapping(
    key: str, entries: Mapping[str, object], at: Loc, complain: Complain
) -> object:
    if key == _LITERAL:
        return entries[key]
    from pytest_tavus.matching.matchers.registry import MATCHERS

    if key[1:] in MATCHERS:
        message = f"the matcher {key} cannot stand here: this value is given, not compared"
        complain(at, message, "data that looks so is written {$literal: ...}")
        return None
    return {key: build_literal(entries[key], (*at, key), complain)}


def _is_unchanged(before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    return all(before[key] is value for key, value in after.items())


def _raise(_at: Loc, message: str, hint: str | None) -> None:
    raise TagError(message, hint=hint)
