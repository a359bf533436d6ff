"""Builds the run-time values of single fields, and reports problems that their types allow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pytest_tavus.contract.annotations import After, Complain
from pytest_tavus.contract.refusal import refuse
from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.matching.text import describe
from pytest_tavus.scenario.text.plain import is_dict
from pytest_tavus.scenario.values.matcher_values import build_expected, build_literal
from pytest_tavus.scenario.values.templates import is_path, root
from pytest_tavus.spans import Loc


def word_test(word: str) -> After:
    """Return a conversion to a boolean: whether a value, or each of a mapping, equals `word`."""

    def make(value: object, _at: Loc, _complain: Complain) -> object:
        return (
            {key: item == word for key, item in value.items()} if is_dict(value) else value == word
        )

    return After(make)


def build_word_set(words: tuple[str, ...], _at: Loc, _complain: Complain) -> frozenset[str]:
    return frozenset(words)


def deduplicate_names(names: tuple[str, ...], _at: Loc, _complain: Complain) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def check_arguments(value: object) -> object:
    """Refuse arguments that are no mapping; an empty value means no arguments."""
    if value is None:
        return {}
    if not (is_dict(value) or isinstance(value, Matcher)):
        refuse(
            f"the arguments of a call are a mapping of names to values, not {value!r}",
            hint="write {name: value}; for a call with any arguments, leave them out",
        )
    return value


def build_arguments(value: object, at: Loc, complain: Complain) -> object:
    """Build the arguments of a played call, which may contain no matcher."""
    return build_literal(value, at, complain) or {}


def check_save(paths: dict[str, str], at: Loc, complain: Complain) -> Mapping[str, str]:
    """Refuse a name that is no identifier, and a path outside result and arguments."""
    for name, path in paths.items():
        if not name.isidentifier():
            hint = "use letters, digits and _"
            complain((*at, name), f"{name!r} cannot be the name of a saved value", hint)
        if not is_path(path) or root(path) not in {"result", "arguments"}:
            message = f"{path!r} is not the path of a value to save"
            complain((*at, name), message, "write result.<path> or arguments.<path>")
    return paths


def build_text_expectations(items: tuple[Any, ...], at: Loc, complain: Complain) -> tuple[Any, ...]:
    """Build texts and matchers, and refuse all other values."""
    heard: list[Any] = []
    for index, item in enumerate(items):
        here = (*at, index)
        value = build_expected(item, here, complain)
        if value == "":
            complain(here, "the text is empty, and an empty text is in everything", "write a text")
        elif isinstance(value, (str, Matcher)):
            heard.append(value)
        # A refused matcher is already reported: it becomes None, though its item is not.
        elif value is not None or item is None:
            hint = f'quote it: "{item}"' if isinstance(item, (int, float)) else None
            message = f"each of {at[-1]} is a text or a matcher, not {describe(item)}"
            complain(here, message, hint)
    return tuple(heard)


def check_patterns(items: tuple[str, ...], at: Loc, complain: Complain) -> tuple[str, ...]:
    """Refuse regular expressions that do not compile, or that match every text."""
    for index, item in enumerate(items):
        try:
            pattern = re.compile(item)
        except re.error as error:
            complain((*at, index), f"{item!r} is not a regular expression: {error}", None)
            continue
        # Two sample texts find the usual mistakes, such as `.*` and `x?`.
        if pattern.search("") is not None and pattern.search("anything else") is not None:
            complain((*at, index), f"{item!r} matches every text, so it cannot fail", None)
    return tuple(items)
