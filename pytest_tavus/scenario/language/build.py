"""From a document of the language to the run-time value that its class names.

Each key is copied to the field of the same name, or converted as its class declares. A class is
looked into once, and of a document only the keys that are written: the value has the defaults.
Mistakes that only become visible here are reported here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.matching.text import describe
from pytest_tavus.scenario.language.shapes import Converter, Part
from pytest_tavus.scenario.text.plain import is_dict
from pytest_tavus.scenario.values.matcher_values import Complain, build_expected
from pytest_tavus.scenario.values.templates import is_path, root
from pytest_tavus.spans import Loc


class _Plan(Struct, frozen=True):
    fields: Mapping[str, tuple[str, Converter | None]]
    "By field: the key as it is written, and its conversion."

    has_place: bool
    nulls: tuple[str, ...]
    "Fields that may be null, so that `expects_<field>` of the value tells whether one is written."


def build(part: Part, at: Loc, complain: Complain, **given: Any) -> Any:
    """Build the value of a document. `given` has fields that hold where it does not say them."""
    plan, written = _plan(type(part)), part.__dict__
    if plan.has_place:
        given["at"] = at
    for name in part.model_fields_set:
        value = written[name]
        if value is not None and name in plan.fields:
            key, make = plan.fields[name]
            if make is not None:
                value = make(value, (*at, key), complain)
            elif type(value) not in _SCALARS:
                value = _copy(value, (*at, key), complain)
            given[name] = value
    for name in plan.nulls:
        given[f"expects_{name}"] = name in part.model_fields_set
    return part.builds.value(**given)


def build_key(part: Part, at: Loc, complain: Complain, *, name: str) -> Any:
    """Build the value of one key, which stands at this path."""
    _, make = _plan(type(part)).fields[name]
    return (make or _copy)(getattr(part, name), at, complain)


@cache
def _plan(kind: type[Part]) -> _Plan:
    builds, known = kind.builds, kind.builds.value.__struct_fields__
    fields = {
        name: (field.alias or name, builds.converters.get(name))
        for name, field in kind.model_fields.items()
        if name not in builds.excluded
    }
    nulls = tuple(name for name in kind.nullable if f"expects_{name}" in known)
    return _Plan(fields, "at" in known, nulls)


_SCALARS = frozenset({str, int, float, bool})


def _copy(value: Any, at: Loc, complain: Complain) -> Any:
    kind: type[object] = value.__class__
    if kind in _SCALARS:
        return value
    if kind is list:
        return tuple([_copy(item, (*at, index), complain) for index, item in enumerate(value)])
    if kind is dict:
        return {key: _copy(item, (*at, key), complain) for key, item in value.items()}
    return build(value, at, complain)


def build_word_test(word: str) -> Converter:
    """Return a conversion to whether a value, or each of a mapping, is this word."""

    def make(value: Any, _at: Loc, _complain: Complain) -> Any:
        return {k: one == word for k, one in value.items()} if is_dict(value) else value == word

    return make


def build_word_set(words: list[str], _at: Loc, _complain: Complain) -> frozenset[str]:
    """Make a set of words."""
    return frozenset(words)


def deduplicate_names(names: list[str], _at: Loc, _complain: Complain) -> tuple[str, ...]:
    """Keep each name once, in order."""
    return tuple(dict.fromkeys(names))


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


def build_text_expectations(items: list[Any], at: Loc, complain: Complain) -> tuple[Any, ...]:
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


def check_patterns(items: list[str], at: Loc, complain: Complain) -> tuple[str, ...]:
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
