"""Every matcher by its tag, and the one way to build one from a user's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.matcher import REGISTERED, Matcher, refuse
from pytest_tavus.matching.matchers import kinds, numbers, presence, structure, texts

__all__ = ["MATCHERS", "build_matcher"]

_FAMILIES = (presence, kinds, numbers, structure, texts)

MATCHERS: Mapping[str, type[Matcher]] = REGISTERED
"""Read-only, by tag without the exclamation mark. Complete, because this module imports every
family of matchers."""


def build_matcher(name: str, payload: Any) -> Matcher:
    """Build the matcher ``!name payload``.

    `payload` is what the YAML node would be without its tag, matchers inside already built; for
    nothing at all, `None` or an empty text.

    Raises:
        ValueError: with a sentence that says what is wrong with the tag or its payload.

    """
    kind = MATCHERS.get(name)
    if kind is None:
        hint = did_you_mean(name, MATCHERS)
        known = hint or f"one of: {', '.join('!' + tag for tag in sorted(MATCHERS))}"
        refuse(f"!{name} is not a matcher: {known}")
    return kind.from_payload(payload)
