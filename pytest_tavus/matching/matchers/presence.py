"""Matchers on presence: whether there is a value, whatever it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytest_tavus.matching.matcher import PlainMatcher
from pytest_tavus.matching.text import ABSENT


@dataclass(frozen=True, slots=True, repr=False)
class AnyValue(PlainMatcher):
    """Present, whatever it is: ``note: !any``. Null is a value."""

    tag = "any"

    def matches(self, actual: Any) -> bool:
        """Tell whether there is a value."""
        return actual is not ABSENT


@dataclass(frozen=True, slots=True, repr=False)
class AbsentValue(PlainMatcher):
    """Not there: ``coupon: !absent``. Null is there."""

    tag = "absent"

    def matches(self, actual: Any) -> bool:
        """Tell whether there is no value."""
        return actual is ABSENT
