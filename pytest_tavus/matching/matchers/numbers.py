"""Matchers on numbers and lengths."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

from pytest_tavus.matching.matcher import Matcher, refuse
from pytest_tavus.matching.shape import is_list, is_mapping, is_number
from pytest_tavus.matching.text import describe

_RELATIVE = 1e-6


def _read_number(tag: str, payload: Any) -> int | float:
    if not is_number(payload):
        refuse(f"!{tag} takes a number, not {describe(payload)}")
    if not math.isfinite(payload):
        refuse(f"!{tag} takes a finite number, not {payload}")
    return payload


class Bound(Matcher):
    """A matcher that compares a number with a limit."""

    __slots__ = ()

    takes = "a number"
    limit: int | float

    @property
    def payload(self) -> int | float:
        """The limit."""
        return self.limit


@dataclass(frozen=True, slots=True, repr=False)
class Greater(Bound):
    """A number above the limit: ``total: !gt 0``."""

    tag = "gt"
    limit: int | float

    @classmethod
    def from_payload(cls, payload: Any) -> Self:
        """Build the matcher from a number."""
        return cls(_read_number(cls.tag, payload))

    def matches(self, actual: Any) -> bool:
        """Tell whether the value is a number above the limit."""
        return is_number(actual) and bool(actual > self.limit)


@dataclass(frozen=True, slots=True, repr=False)
class AtLeast(Bound):
    """A number not below the limit: ``quantity: !ge 1``."""

    tag = "ge"
    limit: int | float

    @classmethod
    def from_payload(cls, payload: Any) -> Self:
        """Build the matcher from a number."""
        return cls(_read_number(cls.tag, payload))

    def matches(self, actual: Any) -> bool:
        """Tell whether the value is a number that is not below the limit."""
        return is_number(actual) and bool(actual >= self.limit)


@dataclass(frozen=True, slots=True, repr=False)
class Less(Bound):
    """A number below the limit: ``discount: !lt 1``."""

    tag = "lt"
    limit: int | float

    @classmethod
    def from_payload(cls, payload: Any) -> Self:
        """Build the matcher from a number."""
        return cls(_read_number(cls.tag, payload))

    def matches(self, actual: Any) -> bool:
        """Tell whether the value is a number below the limit."""
        return is_number(actual) and bool(actual < self.limit)


@dataclass(frozen=True, slots=True, repr=False)
class AtMost(Bound):
    """A number not above the limit: ``guests: !le 12``."""

    tag = "le"
    limit: int | float

    @classmethod
    def from_payload(cls, payload: Any) -> Self:
        """Build the matcher from a number."""
        return cls(_read_number(cls.tag, payload))

    def matches(self, actual: Any) -> bool:
        """Tell whether the value is a number that is not above the limit."""
        return is_number(actual) and bool(actual <= self.limit)


@dataclass(frozen=True, slots=True, repr=False)
class Between(Matcher):
    """A number from the first to the second, both included: ``guests: !between [1, 12]``."""

    tag = "between"
    takes = "a list of two numbers, the lower one first"
    lowest: int | float
    highest: int | float

    @classmethod
    def from_payload(cls, payload: Any) -> Self:
        """Build the matcher from a list of two numbers."""
        if not is_list(payload) or len(payload) != 2:
            refuse(f"!between takes {cls.takes}, not {describe(payload)}")
        lowest, highest = (_read_number(cls.tag, item) for item in payload)
        if lowest > highest:
            refuse(f"!between [{lowest}, {highest}] can never match: {lowest} is higher")
        return cls(lowest, highest)

    @property
    def payload(self) -> list[int | float]:
        """Both limits."""
        return [self.lowest, self.highest]

    def matches(self, actual: Any) -> bool:
        """Tell whether the value is a number within the limits."""
        return is_number(actual) and bool(self.lowest <= actual <= self.highest)


@dataclass(frozen=True, slots=True, repr=False)
class Approx(Matcher):
    """A number close to the value: ``total: !approx 19.99`` or ``{value: 19.99, abs: 0.01}``.

    Close means within a millionth of the value, or within `abs`, or within `rel` of the value.
    """

    tag = "approx"
    takes = "a number, or a mapping of value and one of abs and rel"
    value: int | float
    abs: int | float | None = None
    rel: int | float | None = None

    @classmethod
    def from_payload(cls, payload: Any) -> Self:
        """Build the matcher from a number or a mapping."""
        if not is_mapping(payload):
            return cls(_read_number(cls.tag, payload))
        given = set(payload) - {"value"}
        if "value" not in payload or len(given) != 1 or not given <= {"abs", "rel"}:
            refuse(f"!approx takes {cls.takes}, not {describe(payload)}")
        name = given.pop()
        tolerance = _read_number(cls.tag, payload[name])
        if tolerance < 0:
            refuse(f"!approx: {name} must not be negative, but is {tolerance}")
        return cls(_read_number(cls.tag, payload["value"]), **{name: tolerance})

    @property
    def payload(self) -> Any:
        """The value, with its tolerance where one was given."""
        given = {"abs": self.abs, "rel": self.rel}
        limits = {name: limit for name, limit in given.items() if limit is not None}
        return {"value": self.value, **limits} if limits else self.value

    def matches(self, actual: Any) -> bool:
        """Tell whether the value is a number within the tolerance."""
        if not is_number(actual):
            return False
        relative = self.rel if self.rel is not None else _RELATIVE
        tolerance = self.abs if self.abs is not None else relative * abs(self.value)
        return bool(abs(actual - self.value) <= tolerance)


@dataclass(frozen=True, slots=True, repr=False)
class Length(Matcher):
    """A text, list or mapping of a length: ``items: !length 2`` or ``!length {min: 1, max: 3}``."""

    tag = "length"
    takes = "a whole number, or a mapping of min and max"
    minimum: int
    maximum: int | None

    @classmethod
    def from_payload(cls, payload: Any) -> Self:
        """Build the matcher from a whole number or a mapping of limits."""
        limits = payload if is_mapping(payload) else {"min": payload, "max": payload}
        known = bool(limits) and set(limits) <= {"min", "max"}
        whole = (isinstance(item, int) and not isinstance(item, bool) for item in limits.values())
        if not known or not all(whole):
            refuse(f"!length takes {cls.takes}, not {describe(payload)}")
        minimum, maximum = limits.get("min", 0), limits.get("max")
        if minimum < 0 or (maximum is not None and maximum < minimum):
            refuse(f"!length can never match a length of {describe(payload)}")
        if minimum == 0 and maximum is None:
            refuse("!length {min: 0} would match every length")
        return cls(minimum, maximum)

    @property
    def payload(self) -> Any:
        """The length, or its limits."""
        if self.minimum == self.maximum:
            return self.minimum
        limits = {"min": self.minimum, "max": self.maximum}
        return {name: limit for name, limit in limits.items() if limit is not None}

    def matches(self, actual: Any) -> bool:
        """Tell whether the value has a length, and this one."""
        if not (isinstance(actual, str) or is_list(actual) or is_mapping(actual)):
            return False
        return self.minimum <= len(actual) and (self.maximum is None or len(actual) <= self.maximum)
