"""Makes the run-time values of single fields, and complains of what only shows then."""

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
    """Return a conversion to whether a value, or each of a mapping, is this word."""

    def make(value: Any, _at: Loc, _complain: Complain) -> Any:
        return {k: one == word for k, one in value.items()} if is_dict(value) else value == word

    return After(make)


def build_word_set(words: tuple[str, ...], _at: Loc, _complain: Complain) -> frozenset[str]:
    """Make a set of words."""
    return frozenset(words)


def deduplicate_names(names: tuple[str, ...], _at: Loc, _complain: Complain) -> tuple[str, ...]:
    """Keep each name once, in order."""
    return tuple(dict.fromkeys(names))


def check_arguments(value: Any) -> Any:
    """Refuse arguments that are no mapping; nothing stands for no arguments."""
    if value is None:
        return {}
    if not (is_dict(value) or isinstance(value, Matcher)):
        refuse(
            f"the arguments of a call are a mapping of names to values, not {value!r}",
            hint="write {name: value}; for a call with any arguments, leave them out",
        )
    return value


def build_arguments(value: Any, at: Loc, complain: Complain) -> Any:
    """Make the arguments of a call that is made, not compared."""
    return build_literal(value, at, complain) or {}


def check_save(wanted: dict[str, str], at: Loc, complain: Complain) -> Mapping[str, str]:
    """Keep what is saved, by name, and refuse what is no name and no path."""
    for name, path in wanted.items():
        if not name.isidentifier():
            hint = "use letters, digits and _"
            complain((*at, name), f"{name!r} cannot be the name of a saved value", hint)
        if not is_path(path) or root(path) not in {"result", "arguments"}:
            message = f"{path!r} is not the path of a value to save"
            complain((*at, name), message, "write result.<path> or arguments.<path>")
    return wanted


def build_text_expectations(items: tuple[Any, ...], at: Loc, complain: Complain) -> tuple[Any, ...]:
    """Keep texts and matchers, and refuse all else."""
    heard: list[Any] = []
    for index, item in enumerate(items):
        here = (*at, index)
        value = build_expected(item, here, complain)
        if value == "":
            complain(here, "the text is empty, and an empty text is in everything", "write a text")
        elif isinstance(value, (str, Matcher)):
            heard.append(value)
        elif value is not None or item is None:
            hint = f'quote it: "{item}"' if isinstance(item, (int, float)) else None
            message = f"each of {at[-1]} is a text or a matcher, not {describe(item)}"
            complain(here, message, hint)
    return tuple(heard)


def check_patterns(items: tuple[str, ...], at: Loc, complain: Complain) -> tuple[str, ...]:
    """Keep regular expressions, and refuse those that cannot be compiled or cannot fail."""
    for index, item in enumerate(items):
        try:
            pattern = re.compile(item)
        except re.error as error:
            complain((*at, index), f"{item!r} is not a regular expression: {error}", None)
            continue
        if pattern.search("") is not None and pattern.search("anything else") is not None:
            complain((*at, index), f"{item!r} matches every text, so it cannot fail", None)
    return tuple(items)
