"""Expectations of one value that exclude one another, as far as their few values tell.

A text with a brace may have a placeholder, so that nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_tavus.matching.compare import matches
from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.matching.matchers.presence import AbsentValue
from pytest_tavus.matching.shape import SCALARS, is_list, is_mapping
from pytest_tavus.matching.text import ABSENT


def exclusive(parts: Sequence[Any]) -> bool:
    """Tell whether it is certain that no value suits all of the parts."""
    for part in parts:
        values = _values(part)
        if values is not None and not any(_suits_all(parts, value) for value in values):
            return True
    mappings = [part for part in parts if is_mapping(part)]
    if mappings and any(is_list(part) for part in parts):
        return True
    keys = {key: [one[key] for one in mappings if key in one] for each in mappings for key in each}
    return any(exclusive(members) for members in keys.values())


def _values(part: Any) -> list[Any] | None:
    """Return the only values that a part takes; `None` where there may be others."""
    if isinstance(part, AbsentValue):
        return [ABSENT]
    if isinstance(part, Matcher) and part.tag == "one_of":
        inner = [_values(item) for item in part.payload]
        return None if None in inner else [value for one in inner for value in one or ()]
    if isinstance(part, Matcher) and part.tag == "all_of":
        return next((found for item in part.payload if (found := _values(item)) is not None), None)
    return [part] if type(part) in SCALARS and not _is_open(part) else None


def _suits_all(parts: Sequence[Any], value: Any) -> bool:
    return all(_is_open(part) or matches(part, value) for part in parts)


def _is_open(part: Any) -> bool:
    """Tell whether a placeholder may stand in a part."""
    if isinstance(part, str):
        return "{" in part
    if isinstance(part, Matcher):
        return _is_open(part.payload)
    if is_mapping(part):
        return any(map(_is_open, part.values()))
    return is_list(part) and any(map(_is_open, part))
