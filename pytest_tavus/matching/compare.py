"""Hold a value that was seen against one that was written.

Mappings are recursive subsets unless `exact`; lists must have the same length. Types count: text
``'1'`` is not the number 1, ``true`` is not 1, null is not absent. Only whole and broken numbers
of the same value are equal, because JSON does not tell 1 from 1.0. A value that was masked raises
`UnknownValueError` wherever it would have to be compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, ClassVar, Final

from msgspec import Struct

from pytest_tavus.matching.masked import Masked, UnknownValueError
from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.matching.shape import SCALARS, is_list, is_mapping, is_number
from pytest_tavus.matching.text import ABSENT, describe
from pytest_tavus.spans import Loc

__all__ = ["ABSENT", "FARTHEST", "Mismatch", "compare", "describe", "distance", "matches"]

FARTHEST: Final = 1_000_000
"""The distance of values that have nothing in common. Distances are whole so that sums of them
do not depend on the order of adding."""

_TEXT_LIMIT = 256
_CLOSELY = 64
"""Characters that are compared one with the other; the work grows with the square."""


class Mismatch(Struct, frozen=True, kw_only=True):
    """One place where two values part."""

    path: Loc
    "From the root of the compared values."

    expected: Any
    "A value, a matcher, or `ABSENT` for a key that an exact comparison does not allow."

    actual: Any
    "A value, or `ABSENT`."


class Subtree(Matcher):
    """A matcher that only changes how the tree below it is compared, so paths lead through it."""

    __slots__ = ()

    exact: ClassVar[bool]
    tree: Any


def compare(expected: Any, actual: Any, *, exact: bool = False) -> tuple[Mismatch, ...]:
    """Return every place where `actual` is not as `expected`; empty if it matches."""
    return tuple(_mismatches(expected, actual, (), exact))


def matches(expected: Any, actual: Any, *, exact: bool = False) -> bool:
    """Tell whether `actual` is as `expected`: the same as an empty :func:`compare`, sooner."""
    if type(expected) in SCALARS:
        return _equal(expected, actual)
    if not exact and is_mapping(expected) and is_mapping(actual):
        return all(matches(wanted, _member(actual, key)) for key, wanted in expected.items())
    return next(_mismatches(expected, actual, (), exact), None) is None


def _mismatches(expected: Any, actual: Any, path: Loc, exact: bool) -> Iterator[Mismatch]:  # noqa: FBT001 - a walk
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
        for key, wanted, found in _items(expected, actual, exact=exact):
            yield from _mismatches(wanted, found, (*path, key), exact)
    elif is_list(expected) and is_list(actual) and len(expected) == len(actual):
        for index, (wanted, found) in enumerate(zip(expected, actual, strict=True)):
            yield from _mismatches(wanted, found, (*path, index), exact)
    elif not _equal(expected, actual):
        yield Mismatch(path=path, expected=expected, actual=actual)


def _items(
    expected: Mapping[Any, Any], actual: Mapping[Any, Any], *, exact: bool
) -> Iterator[tuple[Any, Any, Any]]:
    for key, wanted in expected.items():
        yield key, wanted, _member(actual, key)
    if exact:
        for key, found in actual.items():
            if key not in expected:
                yield key, ABSENT, found


def _member(actual: Mapping[Any, Any], key: Any) -> Any:
    """Return a member, or `ABSENT`; that is not known where the name of another was masked."""
    found = actual.get(key, ABSENT)
    if found is ABSENT:
        hidden = next((name for name in actual if type(name) is Masked), None)
        if hidden is not None:
            raise UnknownValueError(hidden)
    return found


def _equal(expected: Any, actual: Any) -> bool:
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


def distance(expected: Any, actual: Any, *, exact: bool = False) -> int:
    """Return how far apart two values are: 0 if and only if they match, at most `FARTHEST`.

    It ranks near misses and nothing else: a text that differs in one letter is closer than
    another text, which is closer than a value of another type.
    """
    if matches(expected, actual, exact=exact):
        return 0
    if isinstance(expected, Subtree):
        return distance(expected.tree, actual, exact=expected.exact)
    if isinstance(expected, Matcher):
        return _leaf_distance(expected, actual)
    if is_mapping(expected) and is_mapping(actual):
        items = _items(expected, actual, exact=exact)
        return _mean([distance(wanted, found, exact=exact) for _, wanted, found in items])
    if is_list(expected) and is_list(actual):
        shared = zip(expected, actual, strict=False)
        parts = [distance(wanted, found, exact=exact) for wanted, found in shared]
        return _mean(parts + [FARTHEST] * abs(len(expected) - len(actual)))
    return _leaf_distance(expected, actual)


def _mean(parts: list[int]) -> int:
    return -(-sum(parts) // len(parts)) if parts else 0


def _similarity(one: str, other: str) -> float:
    """Return how much two texts have in common, from 0 to 1."""
    length = len(one) + len(other)
    shared = 0
    if max(len(one), len(other)) > _CLOSELY:
        begin = _common_prefix_length(one, other)
        one, other = one[begin:], other[begin:]
        end = _common_prefix_length(one[::-1], other[::-1])
        shared = 2 * (begin + end)
        one, other = one[: len(one) - end], other[: len(other) - end]
    pair = SequenceMatcher(None, one[:_CLOSELY], other[:_CLOSELY])
    close = len(one[:_CLOSELY]) + len(other[:_CLOSELY])
    return (shared + pair.ratio() * close) / length if length else 1.0


def _common_prefix_length(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _leaf_distance(expected: Any, actual: Any) -> int:
    if actual is ABSENT:
        return FARTHEST
    if isinstance(expected, str) and isinstance(actual, str):
        alike = _similarity(expected[:_TEXT_LIMIT], actual[:_TEXT_LIMIT])
        return int(FARTHEST * (0.1 + 0.6 * (1 - alike)))
    kin = isinstance(expected, Matcher) or type(expected) is type(actual)
    return int(FARTHEST * (0.7 if kin else 0.9))
