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


def are_exclusive(parts: Sequence[Any]) -> bool:
    """Tell whether it is certain that no value suits all of the parts."""
    for part in parts:
        values = _values(part)
        if values is not None and not any(_suits_all(parts, value) for value in values):
            return True
    mappings = [part for part in parts if is_mapping(part)]
    if mappings and any(is_list(part) for part in parts):
        return True
    keys = {key: [one[key] for one in mappings if key in one] for each in mappings for key in each}
    return any(are_exclusive(members) for members in keys.values())


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


_UNLIMITED = 1 << 60
"""Steps. A matcher holds or does not; the number of steps grows with the square of the list."""


def _holds(expected: Any, actual: Any, *, exact: bool) -> bool:
    return matches(expected, actual, exact=exact)


def _read_items(tag: str, payload: Any) -> tuple[Any, ...]:
    if not is_list(payload) or not payload:
        refuse(f"!{tag} takes a list with something in it, not {describe(payload)}")
    return tuple(payload)


def _contains_all(wanted: tuple[Any, ...], actual: list[Any], *, exact: bool) -> bool:
    """Tell whether each wanted element can have an element of its own."""
    if len(wanted) > len(actual):
        return False
    places = tuple(Leaf(row=index) for index in range(len(wanted)))
    fitting = _ElementCosts(wanted, actual, exact=exact)
    return pair_leaves(
        places, fitting, len(actual), steps=Steps(_UNLIMITED), all_seen=False
    ).is_complete


class _ElementCosts:
    """The elements of a list, and what is wanted of them."""

    def __init__(self, wanted: tuple[Any, ...], actual: list[Any], *, exact: bool) -> None:
        self._wanted, self._actual, self._exact = wanted, actual, exact

    def holds(self, row: int, seen: int) -> bool:
        """Tell whether an element is as wanted."""
        return _holds(self._wanted[row], self._actual[seen], exact=self._exact)

    fits = holds

    def price(self, row: int, seen: int) -> int | None:
        """Return 0 where it is."""
        return 0 if self.holds(row, seen) else None


class Structure(Matcher):
    """A matcher on expectations. Equal where they are written alike."""

    __slots__ = ()

    content: Any

    @property
    def payload(self) -> Any:
        """The expectation or expectations inside."""
        return self.content

    def matches(self, actual: Any) -> bool:
        """Tell whether a value is as asked; mappings inside are subsets."""
        return self.matches_within(actual, exact=False)

    @abstractmethod
    def matches_within(self, actual: Any, *, exact: bool) -> bool:
        """Tell whether a value is as asked, in a subtree that is exact or not."""

    def __hash__(self) -> int:
        return hash((self.tag, format_yaml(self.content)))


@dataclass(frozen=True, slots=True, repr=False)
class Contains(Structure):
    """Text that contains this text; a list with this element, or with all of a list's elements.

    ``note: !contains 'ring twice'``, ``tags: !contains vip``, ``items: !contains {sku: S-1}``.
    """

    tag = "contains"
    takes = "a text, an element of a list, or a list of elements"
    content: Any = field(hash=False)

    @classmethod
    def from_payload(cls, payload: Any) -> Self:
        """Build the matcher from anything that is not empty."""
        if payload is None or (isinstance(payload, str | list | tuple | dict) and not payload):
            refuse(f"!contains takes {cls.takes}: {describe(payload)} is in everything")
        return cls(payload)

    def matches_within(self, actual: Any, *, exact: bool) -> bool:
        """Tell whether the text or the list contains what is asked."""
        if isinstance(actual, str):
            return isinstance(self.content, str) and self.content in actual
        if not is_list(actual):
            return False
        wanted = tuple(self.content) if is_list(self.content) else (self.content,)
        return _contains_all(wanted, list(actual), exact=exact)

    __hash__ = Structure.__hash__


@dataclass(frozen=True, slots=True, repr=False)
class OneOf(Structure):
    """One of several: ``size: !one_of [S, M, L]``. Each may hold matchers."""

    tag = "one_of"
    takes = "a list of values"
    content: tuple[Any, ...] = field(hash=False)

    @classmethod
    def from_payload(cls, payload: Any) -> Self:
        """Build the matcher from a list that leaves something to fail."""
        content = _read_items(cls.tag, payload)
        if AnyValue() in content and AbsentValue() in content:
            refuse(f"!one_of {format_yaml(content)} would match always")
        if AnyValue() in content and len(content) > 1:
            refuse(
                f"!one_of {format_yaml(content)} would match what !any matches: write !any for that"
            )
        return cls(content)

    def matches_within(self, actual: Any, *, exact: bool) -> bool:
        """Tell whether some alternative matches."""
        return any(_holds(item, actual, exact=exact) for item in self.content)

    __hash__ = Structure.__hash__


@dataclass(frozen=True, slots=True, repr=False)
class AllOf(Structure):
    """Everything at once: ``code: !all_of [!re '^A', !length 7]``."""

    tag = "all_of"
    takes = "a list of values, most of them matchers"
    content: tuple[Any, ...] = field(hash=False)

    @classmethod
    def from_payload(cls, payload: Any) -> Self:
        """Build the matcher from a list that some value can suit."""
        content = _read_items(cls.tag, payload)
        if are_exclusive(content):
            refuse(
                f"!all_of {format_yaml(content)} would match nothing: its parts exclude one another"
            )
        return cls(content)

    def matches_within(self, actual: Any, *, exact: bool) -> bool:
        """Tell whether every part matches."""
        return all(_holds(item, actual, exact=exact) for item in self.content)

    __hash__ = Structure.__hash__


@dataclass(frozen=True, slots=True, repr=False)
class Not(Structure):
    """Present, and not this: ``status: !not cancelled``. What is not there is ``!absent``."""

    tag = "not"
    takes = "a value or a matcher"
    content: Any = field(hash=False)

    @classmethod
    def from_payload(cls, payload: Any) -> Self:
        """Build the matcher from anything that leaves something to match."""
        if payload == "" or isinstance(payload, AnyValue):
            refuse("!not takes the value or the matcher that must not match")
        return cls(payload)

    def matches_within(self, actual: Any, *, exact: bool) -> bool:
        """Tell whether there is a value and it is another."""
        return actual is not ABSENT and not _holds(self.content, actual, exact=exact)

    def __repr__(self) -> str:
        return f"!not {format_yaml(self.content)}"

    __hash__ = Structure.__hash__


@dataclass(frozen=True, slots=True, repr=False)
class Unordered(Structure):
    """A list with these elements in any order: ``items: !unordered [{sku: S-1}, {sku: S-2}]``."""

    tag = "unordered"
    takes = "a list"
    content: tuple[Any, ...] = field(hash=False)

    @classmethod
    def from_payload(cls, payload: Any) -> Self:
        """Build the matcher from a list."""
        if not is_list(payload):
            refuse(f"!unordered takes a list, not {describe(payload)}")
        return cls(tuple(payload))

    def matches_within(self, actual: Any, *, exact: bool) -> bool:
        """Tell whether both lists pair off completely."""
        if not is_list(actual) or len(actual) != len(self.content):
            return False
        return _contains_all(self.content, list(actual), exact=exact)

    __hash__ = Structure.__hash__


@dataclass(frozen=True, slots=True, repr=False)
class Exact(Subtree):
    """A mapping or list with nothing more than is written: ``address: !exact {city: Oslo}``."""

    tag = "exact"
    takes = "a mapping or a list"
    exact = True
    tree: Any = field(hash=False)

    @classmethod
    def from_payload(cls, payload: Any) -> Self:
        """Build the matcher from a mapping or a list."""
        if not (is_mapping(payload) or is_list(payload)):
            refuse(f"!exact takes a mapping or a list, not {describe(payload)}")
        return cls(payload)

    @property
    def payload(self) -> Any:
        """The expectation below."""
        return self.tree

    def matches(self, actual: Any) -> bool:
        """Tell whether the value is exactly this."""
        return _holds(self.tree, actual, exact=True)

    def __hash__(self) -> int:
        return hash((self.tag, format_yaml(self.tree)))
