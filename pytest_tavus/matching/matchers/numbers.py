"""Matchers on numbers and lengths."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from pytest_tavus.matching.matcher import Matcher, refuse
from pytest_tavus.matching.shape import is_list, is_mapping, is_number
from pytest_tavus.matching.text import describe

_RELATIVE = 1e-6


def _read_number(tag: str, payload: object) -> int | float:
    if not is_number(payload):
        refuse(f"!{tag} takes a number, not {describe(payload)}")
    if not math.isfinite(payload):
        refuse(f"!{tag} takes a finite number, not {payload}")
    return payload


@dataclass(frozen=True, slots=True, repr=False)
class Bound(Matcher):
    """A matcher that compares a number with a limit."""

    takes = "a number"
    limit: int | float

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        return cls(_read_number(cls.tag, payload))

    @property
    def payload(self) -> int | float:
        return self.limit


@dataclass(frozen=True, slots=True, repr=False)
class Greater(Bound):
    """A number above the limit: ``total: !gt 0``."""

    tag = "gt"

    def matches(self, actual: object) -> bool:
        return is_number(actual) and bool(actual > self.limit)


@dataclass(frozen=True, slots=True, repr=False)
class AtLeast(Bound):
    """A number not below the limit: ``quantity: !ge 1``."""

    tag = "ge"

    def matches(self, actual: object) -> bool:
        return is_number(actual) and bool(actual >= self.limit)


@dataclass(frozen=True, slots=True, repr=False)
class Less(Bound):
    """A number below the limit: ``discount: !lt 1``."""

    tag = "lt"

    def matches(self, actual: object) -> bool:
        return is_number(actual) and bool(actual < self.limit)


@dataclass(frozen=True, slots=True, repr=False)
class AtMost(Bound):
    """A number not above the limit: ``guests: !le 12``."""

    tag = "le"

    def matches(self, actual: object) -> bool:
        return is_number(actual) and bool(actual <= self.limit)


@dataclass(frozen=True, slots=True, repr=False)
class Between(Matcher):
    """A number from the first to the second, both included: ``guests: !between [1, 12]``."""

    tag = "between"
    takes = "a list of two numbers, the lower one first"
    lowest: int | float
    highest: int | float

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        if not is_list(payload) or len(payload) != 2:
            refuse(f"!between takes {cls.takes}, not {describe(payload)}")
        lowest, highest = (_read_number(cls.tag, item) for item in payload)
        if lowest > highest:
            refuse(f"!between [{lowest}, {highest}] can never match: {lowest} is higher")
        return cls(lowest, highest)

    @property
    def payload(self) -> list[int | float]:
        return [self.lowest, self.highest]

    def matches(self, actual: object) -> bool:
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
    def from_payload(cls, payload: object) -> Self:
        if not is_mapping(payload):
            return cls(_read_number(cls.tag, payload))
        limits = set(payload) - {"value"}
        if "value" not in payload or len(limits) != 1 or not limits <= {"abs", "rel"}:
            refuse(f"!approx takes {cls.takes}, not {describe(payload)}")
        name = limits.pop()
        tolerance = _read_number(cls.tag, payload[name])
        if tolerance < 0:
            refuse(f"!approx: {name} must not be negative, but is {tolerance}")
        return cls(_read_number(cls.tag, payload["value"]), **{name: tolerance})

    @property
    def payload(self) -> object:
        tolerances = {"abs": self.abs, "rel": self.rel}
        limits = {name: limit for name, limit in tolerances.items() if limit is not None}
        return {"value": self.value, **limits} if limits else self.value

    def matches(self, actual: object) -> bool:
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
    def from_payload(cls, payload: object) -> Self:
        given = payload if is_mapping(payload) else {"min": payload, "max": payload}
        limits = {
            str(name): limit
            for name, limit in given.items()
            if isinstance(limit, int) and not isinstance(limit, bool)
        }
        if not limits or len(limits) < len(given) or not limits.keys() <= {"min", "max"}:
            refuse(f"!length takes {cls.takes}, not {describe(payload)}")
        minimum, maximum = limits.get("min", 0), limits.get("max")
        if minimum < 0 or (maximum is not None and maximum < minimum):
            refuse(f"!length can never match a length of {describe(payload)}")
        if minimum == 0 and maximum is None:
            refuse("!length {min: 0} would match every length")
        return cls(minimum, maximum)

    @property
    def payload(self) -> object:
        if self.minimum == self.maximum:
            return self.minimum
        limits = {"min": self.minimum, "max": self.maximum}
        return {name: limit for name, limit in limits.items() if limit is not None}

    def matches(self, actual: object) -> bool:
        if not (isinstance(actual, str) or is_list(actual) or is_mapping(actual)):
            return False
        return self.minimum <= len(actual) and (self.maximum is None or len(actual) <= self.maximum)
