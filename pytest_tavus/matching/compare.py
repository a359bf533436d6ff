"""Compares an observed value with an expected one.

Mappings are recursive subsets unless `exact`; lists must have the same length. Types count: text
``'1'`` is not the number 1, ``true`` is not 1, null is not absent. An integer equals a float of
the same value, because JSON does not tell 1 from 1.0. A comparison that needs a masked value
raises `UnknownValueError`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, ClassVar, Final

from msgspec import Struct

from pytest_tavus.matching.masked import Masked, UnknownValueError
from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.matching.shape import SCALARS, is_list, is_mapping, is_number
from pytest_tavus.matching.text import ABSENT
from pytest_tavus.spans import Loc

FARTHEST: Final = 1_000_000
"""The distance of values that have nothing in common. Distances are integers, so their sums do not
depend on the order of addition."""

_TEXT_LIMIT = 256
_CLOSELY = 64
"""Characters that `SequenceMatcher` compares; its work grows with the square."""


class Mismatch(Struct, frozen=True, kw_only=True):
    """One path at which two values differ."""

    path: Loc
    "From the root of the compared values."

    expected: object
    "A value, a matcher, or `ABSENT` for a key that an exact comparison does not allow."

    actual: object
    "A value, or `ABSENT`."


class Subtree(Matcher):
    """A matcher that changes the comparison of the tree below it; paths lead into the tree."""

    __slots__ = ()

    exact: ClassVar[bool]
    tree: object


def compare(expected: object, actual: object, *, exact: bool = False) -> tuple[Mismatch, ...]:
    """Return one mismatch for each path at which the values differ; empty if they match."""
    return tuple(_mismatches(expected, actual, (), exact))


def matches(expected: object, actual: object, *, exact: bool = False) -> bool:
    """Tell whether :func:`compare` would find nothing; it stops at the first mismatch."""
    if type(expected) in SCALARS:
        return _equal(expected, actual)
    if not exact and is_mapping(expected) and is_mapping(actual):
        return all(matches(item, _member(actual, key)) for key, item in expected.items())
    return next(_mismatches(expected, actual, (), exact), None) is None


def _mismatches(expected: object, actual: object, path: Loc, exact: bool) -> Iterator[Mismatch]:  # noqa: FBT001 - recursive
    if type(actual) is Masked:
        raise UnknownValueError(actual)
    if type(expected) in SCALARS:
        if not _equal(expected, actual):
            yield Mismatch(path=path, expected=expected, actual=actual)
    elif isinstance(expected, Subtree):
        yield from _mismatches(expected.tree, actual, path, expected.exact)
    elif isinstance(expected, Matcher):
        if not expected.matches_within(actual, exact=exact):
            yield Mismatch(path=path, expected=expected, actual=actual)
    elif is_mapping(expected) and is_mapping(actual):
        for key, item, found in _items(expected, actual, exact=exact):
            yield from _mismatches(item, found, (*path, key), exact)
    elif is_list(expected) and is_list(actual) and len(expected) == len(actual):
        for index, (item, found) in enumerate(zip(expected, actual, strict=True)):
            yield from _mismatches(item, found, (*path, index), exact)
    elif not _equal(expected, actual):
        yield Mismatch(path=path, expected=expected, actual=actual)


def _items(
    expected: Mapping[Any, object], actual: Mapping[Any, object], *, exact: bool
) -> Iterator[tuple[Any, object, object]]:
    for key, item in expected.items():
        yield key, item, _member(actual, key)
    if exact:
        for key, found in actual.items():
            if key not in expected:
                yield key, ABSENT, found


def _member(actual: Mapping[Any, object], key: object) -> object:
    found = actual.get(key, ABSENT)
    if found is ABSENT:
        # A masked key may be the key that is looked for.
        hidden = next((name for name in actual if type(name) is Masked), None)
        if hidden is not None:
            raise UnknownValueError(hidden)
    return found


def _equal(expected: object, actual: object) -> bool:
    if type(expected) is str and type(actual) is str:
        return expected == actual
    if type(actual) is Masked:
        raise UnknownValueError(actual)
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if is_number(expected) and is_number(actual):
        return expected == actual
    if expected is None or actual is None or expected is ABSENT or actual is ABSENT:
        return expected is actual
    return isinstance(expected, str) and isinstance(actual, str) and expected == actual


def distance(expected: object, actual: object, *, exact: bool = False) -> int:
    """Return 0 if and only if two values match, otherwise a number up to `FARTHEST`.

    The distance ranks near misses and nothing else: a text that differs in one letter is closer
    than another text, which is closer than a value of another type.
    """
    if matches(expected, actual, exact=exact):
        return 0
    if isinstance(expected, Subtree):
        return distance(expected.tree, actual, exact=expected.exact)
    if isinstance(expected, Matcher):
        return _leaf_distance(expected, actual)
    if is_mapping(expected) and is_mapping(actual):
        items = _items(expected, actual, exact=exact)
        return _mean([distance(item, found, exact=exact) for _, item, found in items])
    if is_list(expected) and is_list(actual):
        shared = zip(expected, actual, strict=False)
        parts = [distance(item, found, exact=exact) for item, found in shared]
        return _mean(parts + [FARTHEST] * abs(len(expected) - len(actual)))
    return _leaf_distance(expected, actual)


def _mean(parts: list[int]) -> int:
    return -(-sum(parts) // len(parts)) if parts else 0


def _similarity(first: str, second: str) -> float:
    """Return a number from 0, for nothing in common, to 1, for equal texts."""
    length = len(first) + len(second)
    shared = 0
    if max(len(first), len(second)) > _CLOSELY:
        # Long texts differ in the middle as a rule, so that the ends need no SequenceMatcher.
        begin = _common_prefix_length(first, second)
        first, second = first[begin:], second[begin:]
        end = _common_prefix_length(first[::-1], second[::-1])
        shared = 2 * (begin + end)
        first, second = first[: len(first) - end], second[: len(second) - end]
    pair = SequenceMatcher(None, first[:_CLOSELY], second[:_CLOSELY])
    close = len(first[:_CLOSELY]) + len(second[:_CLOSELY])
    return (shared + pair.ratio() * close) / length if length else 1.0


def _common_prefix_length(first: str, second: str) -> int:
    pairs = enumerate(zip(first, second, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(first), len(second)))


def _leaf_distance(expected: object, actual: object) -> int:
    if actual is ABSENT:
        return FARTHEST
    if isinstance(expected, str) and isinstance(actual, str):
        alike = _similarity(expected[:_TEXT_LIMIT], actual[:_TEXT_LIMIT])
        return int(FARTHEST * (0.1 + 0.6 * (1 - alike)))
    kin = isinstance(expected, Matcher) or type(expected) is type(actual)
    return int(FARTHEST * (0.7 if kin else 0.9))
