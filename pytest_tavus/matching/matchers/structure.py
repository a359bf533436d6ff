"""Matchers that hold other expectations: alternatives, negation, lists; and contradictions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from pytest_tavus.matching.assignment.pairing import pair_leaves
from pytest_tavus.matching.assignment.plan import Leaf, Steps
from pytest_tavus.matching.compare import Subtree, matches
from pytest_tavus.matching.matcher import Matcher, refuse
from pytest_tavus.matching.matchers.presence import AbsentValue, AnyValue
from pytest_tavus.matching.shape import SCALARS, is_list, is_mapping
from pytest_tavus.matching.text import ABSENT, describe, format_yaml


def are_exclusive(parts: Sequence[object]) -> bool:
    """Tell whether certainly no value matches all of the parts."""
    for part in parts:
        values = _list_values(part)
        if values is not None and not any(_matches_all(parts, value) for value in values):
            return True
    mappings = [part for part in parts if is_mapping(part)]
    if mappings and any(is_list(part) for part in parts):
        return True
    keys = dict.fromkeys(key for mapping in mappings for key in mapping)
    return any(are_exclusive([item[key] for item in mappings if key in item]) for key in keys)


def _list_values(part: object) -> list[object] | None:
    """Return all values that match a part; `None` if they cannot be listed."""
    if isinstance(part, AbsentValue):
        return [ABSENT]
    if isinstance(part, OneOf):
        inner = [_list_values(item) for item in part.content]
        return None if None in inner else [value for values in inner for value in values or ()]
    if isinstance(part, AllOf):
        listed = (_list_values(item) for item in part.content)
        return next((values for values in listed if values is not None), None)
    return [part] if type(part) in SCALARS and not _is_open(part) else None


def _matches_all(parts: Sequence[object], value: object) -> bool:
    return all(_is_open(part) or matches(part, value) for part in parts)


def _is_open(part: object) -> bool:
    # A part with a placeholder gets its value during play.
    if isinstance(part, str):
        return "{" in part
    if isinstance(part, Matcher):
        return _is_open(part.payload)
    if is_mapping(part):
        return any(map(_is_open, part.values()))
    return is_list(part) and any(map(_is_open, part))


_UNLIMITED = 1 << 60
"""Steps. A matcher must answer; the number of its steps grows with the square of the list."""


def _read_items(tag: str, payload: object) -> tuple[object, ...]:
    if not is_list(payload) or not payload:
        refuse(f"!{tag} takes a list with something in it, not {describe(payload)}")
    return tuple(payload)


def _contains_all(expected: Sequence[object], actual: Sequence[object], *, exact: bool) -> bool:
    """Tell whether each expected element can have an element of its own."""
    if len(expected) > len(actual):
        return False
    rows = tuple(Leaf(row=index) for index in range(len(expected)))
    costs = _ElementCosts(expected, actual, exact=exact)
    steps = Steps(_UNLIMITED)
    return pair_leaves(rows, costs, len(actual), steps=steps, match_all=False).is_complete


class _ElementCosts:
    def __init__(
        self, expected: Sequence[object], actual: Sequence[object], *, exact: bool
    ) -> None:
        self._expected, self._actual, self._exact = expected, actual, exact

    def holds(self, row: int, observation: int) -> bool:
        return matches(self._expected[row], self._actual[observation], exact=self._exact)

    fits = holds

    def price(self, row: int, observation: int) -> int | None:
        return 0 if self.holds(row, observation) else None


class Structure(Matcher):
    """A matcher that holds expectations."""

    __slots__ = ()

    content: Any

    @property
    def payload(self) -> object:
        return self.content

    def matches(self, actual: object) -> bool:
        return self.matches_within(actual, exact=False)

    @abstractmethod
    def matches_within(self, actual: object, *, exact: bool) -> bool: ...

    # Dicts and lists in the content have no hash; their text is the same for equal matchers.
    def __hash__(self) -> int:
        return hash((self.tag, format_yaml(self.content)))


@dataclass(frozen=True, slots=True, repr=False)
class Contains(Structure):
    """Text that contains this text; a list with this element, or with all of a list's elements.

    ``note: !contains 'ring twice'``, ``tags: !contains vip``, ``items: !contains {sku: S-1}``.
    """

    tag = "contains"
    takes = "a text, an element of a list, or a list of elements"
    content: object = field(hash=False)

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        has_parts = isinstance(payload, str) or is_list(payload) or is_mapping(payload)
        if payload is None or (has_parts and not payload):
            refuse(f"!contains takes {cls.takes}: {describe(payload)} is in everything")
        return cls(payload)

    def matches_within(self, actual: object, *, exact: bool) -> bool:
        if isinstance(actual, str):
            return isinstance(self.content, str) and self.content in actual
        if not is_list(actual):
            return False
        expected = self.content if is_list(self.content) else (self.content,)
        return _contains_all(expected, actual, exact=exact)

    __hash__ = Structure.__hash__


@dataclass(frozen=True, slots=True, repr=False)
class OneOf(Structure):
    """One of several: ``size: !one_of [S, M, L]``. Each may hold matchers."""

    tag = "one_of"
    takes = "a list of values"
    content: tuple[object, ...] = field(hash=False)

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        content = _read_items(cls.tag, payload)
        if AnyValue() in content and AbsentValue() in content:
            refuse(f"!one_of {format_yaml(content)} would match always")
        if AnyValue() in content and len(content) > 1:
            refuse(
                f"!one_of {format_yaml(content)} would match what !any matches: write !any for that"
            )
        return cls(content)

    def matches_within(self, actual: object, *, exact: bool) -> bool:
        return any(matches(item, actual, exact=exact) for item in self.content)

    __hash__ = Structure.__hash__


@dataclass(frozen=True, slots=True, repr=False)
class AllOf(Structure):
    """Everything at once: ``code: !all_of [!re '^A', !length 7]``."""

    tag = "all_of"
    takes = "a list of values, most of them matchers"
    content: tuple[object, ...] = field(hash=False)

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        content = _read_items(cls.tag, payload)
        if are_exclusive(content):
            refuse(
                f"!all_of {format_yaml(content)} would match nothing: its parts exclude one another"
            )
        return cls(content)

    def matches_within(self, actual: object, *, exact: bool) -> bool:
        return all(matches(item, actual, exact=exact) for item in self.content)

    __hash__ = Structure.__hash__


@dataclass(frozen=True, slots=True, repr=False)
class Not(Structure):
    """Present, and not this: ``status: !not cancelled``. What is not there is ``!absent``."""

    tag = "not"
    takes = "a value or a matcher"
    content: object = field(hash=False)

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        if payload == "" or isinstance(payload, AnyValue):
            refuse("!not takes the value or the matcher that must not match")
        return cls(payload)

    def matches_within(self, actual: object, *, exact: bool) -> bool:
        return actual is not ABSENT and not matches(self.content, actual, exact=exact)

    def __repr__(self) -> str:
        return f"!not {format_yaml(self.content)}"

    __hash__ = Structure.__hash__


@dataclass(frozen=True, slots=True, repr=False)
class Unordered(Structure):
    """A list with these elements in any order: ``items: !unordered [{sku: S-1}, {sku: S-2}]``."""

    tag = "unordered"
    takes = "a list"
    content: tuple[object, ...] = field(hash=False)

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        if not is_list(payload):
            refuse(f"!unordered takes a list, not {describe(payload)}")
        return cls(tuple(payload))

    def matches_within(self, actual: object, *, exact: bool) -> bool:
        if not is_list(actual) or len(actual) != len(self.content):
            return False
        return _contains_all(self.content, actual, exact=exact)

    __hash__ = Structure.__hash__


@dataclass(frozen=True, slots=True, repr=False)
class Exact(Subtree):
    """A mapping or list with nothing more than is written: ``address: !exact {city: Oslo}``."""

    tag = "exact"
    takes = "a mapping or a list"
    exact = True
    tree: object = field(hash=False)

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        if not (is_mapping(payload) or is_list(payload)):
            refuse(f"!exact takes a mapping or a list, not {describe(payload)}")
        return cls(payload)

    @property
    def payload(self) -> object:
        return self.tree

    def matches(self, actual: object) -> bool:
        return matches(self.tree, actual, exact=True)

    def __hash__(self) -> int:
        return hash((self.tag, format_yaml(self.tree)))
