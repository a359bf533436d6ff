"""Matchers as a file spells them: the tag ``!re "^A-"`` and the plain mapping ``{$re: "^A-"}``.

They may stand where a value is compared. Where a value is said or sent they are refused, because
nobody can say "any text". ``{$literal: ...}`` keeps data as it is that looks like a matcher.
The matchers themselves are imported with the first that a file spells.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_tavus.contract.annotations import Complain
from pytest_tavus.errors import did_you_mean, find_closest
from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.scenario.text.plain import is_dict, is_list
from pytest_tavus.scenario.text.reader import TagError
from pytest_tavus.spans import Loc

_LITERAL = "$literal"


def from_tag(name: str, payload: Any) -> Matcher:
    """Return the matcher that a YAML tag stands for.

    Raises:
        TagError: there is no such matcher, or it cannot be built from this.

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
        raise
    except ValueError as error:
        raise TagError(str(error)) from None


def build_expected(value: Any, at: Loc, complain: Complain) -> Any:
    """Return a value that something will be compared with, its plain spellings made matchers."""
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


def build_literal(value: Any, at: Loc, complain: Complain) -> Any:
    """Return a value that is said or sent, and refuse matchers in it."""
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


def find_matcher(value: Any) -> Matcher | None:
    """Return the first matcher in a value, if there is one."""
    if isinstance(value, Matcher):
        return value
    if is_dict(value):
        inner = list(value.values())
    elif is_list(value):
        inner = value
    else:
        return None
    return next((found for item in inner if (found := find_matcher(item)) is not None), None)


def matchers_in(value: Any, at: Loc = ()) -> Iterator[tuple[Loc, Matcher]]:
    """Yield every matcher in a value with its path."""
    if isinstance(value, Matcher):
        yield at, value
    elif is_dict(value):
        for key, item in value.items():
            yield from matchers_in(item, (*at, key))
    elif is_list(value):
        for index, item in enumerate(value):
            yield from matchers_in(item, (*at, index))


def _build_from_mapping(key: str, payload: Any, at: Loc, complain: Complain) -> Any:
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


def _build_literal_mapping(key: str, entries: dict[str, Any], at: Loc, complain: Complain) -> Any:
    if key == _LITERAL:
        return entries[key]
    from pytest_tavus.matching.matchers.registry import MATCHERS

    if key[1:] in MATCHERS:
        message = f"the matcher {key} cannot stand here: this value is given, not compared"
        complain(at, message, "data that looks so is written {$literal: ...}")
        return None
    return {key: build_literal(entries[key], (*at, key), complain)}


def _is_unchanged(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return all(before[key] is value for key, value in after.items())


def _raise(_at: Loc, message: str, hint: str | None) -> None:
    raise TagError(message, hint=hint)
