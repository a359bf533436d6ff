"""Matchers on the presence of a value of any kind."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_tavus.matching.matcher import PlainMatcher
from pytest_tavus.matching.text import ABSENT


@dataclass(frozen=True, slots=True, repr=False)
class AnyValue(PlainMatcher):
    """Present, whatever it is: ``note: !any``. Null is a value."""

    tag = "any"

    def matches(self, actual: object) -> bool:
        return actual is not ABSENT


@dataclass(frozen=True, slots=True, repr=False)
class AbsentValue(PlainMatcher):
    """Not there: ``coupon: !absent``. Null is there."""

    tag = "absent"

    def matches(self, actual: object) -> bool:
        return actual is ABSENT
