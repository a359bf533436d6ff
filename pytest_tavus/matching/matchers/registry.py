"""Every matcher by its tag; builds matchers from a user's file."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.matcher import REGISTERED, Matcher, refuse
from pytest_tavus.matching.matchers import kinds, numbers, presence, structure, texts

__all__ = ["MATCHERS", "build_matcher"]

_FAMILIES = (presence, kinds, numbers, structure, texts)

MATCHERS: Mapping[str, type[Matcher]] = REGISTERED
"""By tag without the exclamation mark. Complete, because this module imports every family of
matchers."""


def build_matcher(name: str, payload: object) -> Matcher:
    """Build the matcher ``!name payload``.

    `payload` is the value of the YAML node without its tag, and matchers inside are already built.
    A tag alone has `None` or an empty text.

    Raises:
        ValueError: with a sentence about the tag or its payload.

    """
    kind = MATCHERS.get(name)
    if kind is None:
        hint = did_you_mean(name, MATCHERS)
        known = hint or f"one of: {', '.join('!' + tag for tag in sorted(MATCHERS))}"
        refuse(f"!{name} is not a matcher: {known}")
    return kind.from_payload(payload)
