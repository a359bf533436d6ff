"""Matchers on type."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_tavus.matching.matcher import PlainMatcher
from pytest_tavus.matching.shape import is_list, is_mapping, is_number


@dataclass(frozen=True, slots=True, repr=False)
class NullValue(PlainMatcher):
    """Null: ``note: !null``, the same as ``note: null``."""

    tag = "null"

    def matches(self, actual: object) -> bool:
        return actual is None


@dataclass(frozen=True, slots=True, repr=False)
class TextValue(PlainMatcher):
    """Any text: ``name: !str``."""

    tag = "str"

    def matches(self, actual: object) -> bool:
        return isinstance(actual, str)


@dataclass(frozen=True, slots=True, repr=False)
class WholeNumber(PlainMatcher):
    """A whole number: ``quantity: !int``. JSON does not tell 2 from 2.0, so both are."""

    tag = "int"

    def matches(self, actual: object) -> bool:
        return is_number(actual) and (isinstance(actual, int) or actual.is_integer())


@dataclass(frozen=True, slots=True, repr=False)
class AnyNumber(PlainMatcher):
    """Any number: ``price: !number``."""

    tag = "number"

    def matches(self, actual: object) -> bool:
        return is_number(actual)


@dataclass(frozen=True, slots=True, repr=False)
class AnyBoolean(PlainMatcher):
    """True or false: ``gift: !bool``."""

    tag = "bool"

    def matches(self, actual: object) -> bool:
        return isinstance(actual, bool)


@dataclass(frozen=True, slots=True, repr=False)
class AnyList(PlainMatcher):
    """Any list, empty ones too: ``items: !list``."""

    tag = "list"

    def matches(self, actual: object) -> bool:
        return is_list(actual)


@dataclass(frozen=True, slots=True, repr=False)
class AnyMapping(PlainMatcher):
    """Any mapping, empty ones too: ``address: !dict``."""

    tag = "dict"

    def matches(self, actual: object) -> bool:
        return is_mapping(actual)
