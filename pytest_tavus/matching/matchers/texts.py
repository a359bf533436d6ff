"""Matchers on text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from uuid import UUID

from pytest_tavus.matching.matcher import Matcher, PlainMatcher, refuse
from pytest_tavus.matching.text import describe, quote_text

# An expression with one of these can match the empty text and still refuse others.
_ANCHORS = re.compile(r"\^|\$|\\[AZbB]|\(\?<?[=!]")
_EVERYTHING = frozenset({"^.*$", "^.*", ".*$"})


def _read_text(tag: str, payload: object) -> str:
    if not isinstance(payload, str):
        refuse(f"!{tag} takes a text, not {describe(payload)}")
    if not payload:
        refuse(f"!{tag} with an empty text would match every text: write !str for that")
    return payload


def _compile_pattern(tag: str, payload: object) -> re.Pattern[str]:
    text = _read_text(tag, payload)
    try:
        return re.compile(text)
    except re.error as error:
        refuse(f"!{tag} takes a regular expression, and {quote_text(text)} is none: {error}")


@dataclass(frozen=True, slots=True, repr=False)
class TextMatcher(Matcher):
    """A matcher whose payload is one text that must not be empty."""

    takes = "a text"
    text: str

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        return cls(_read_text(cls.tag, payload))

    @property
    def payload(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"!{self.tag} {quote_text(self.text)}"


@dataclass(frozen=True, slots=True, repr=False)
class Search(TextMatcher):
    """Text in which a regular expression is found: ``order_id: !re '^A-'``."""

    tag = "re"
    takes = "a regular expression"

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        pattern = _compile_pattern(cls.tag, payload)
        text = pattern.pattern
        loose = pattern.search("") is not None and _ANCHORS.search(text) is None
        if loose or text in _EVERYTHING:
            refuse(
                f"!re {quote_text(text)} would match every text: write !str for that, "
                "or !fullmatch for an expression that must cover the whole text"
            )
        return cls(text)

    def matches(self, actual: object) -> bool:
        return isinstance(actual, str) and re.search(self.text, actual) is not None


@dataclass(frozen=True, slots=True, repr=False)
class FullMatch(TextMatcher):
    """Text that is a regular expression from end to end: ``pin: !fullmatch '[0-9]{4}'``."""

    tag = "fullmatch"
    takes = "a regular expression"

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        text = _compile_pattern(cls.tag, payload).pattern
        if text in _EVERYTHING or text == ".*":
            refuse(f"!fullmatch {quote_text(text)} would match every text: write !str for that")
        return cls(text)

    def matches(self, actual: object) -> bool:
        return isinstance(actual, str) and re.fullmatch(self.text, actual) is not None


@dataclass(frozen=True, slots=True, repr=False)
class StartsWith(TextMatcher):
    """Text with this beginning: ``phone: !starts_with '+49'``."""

    tag = "starts_with"

    def matches(self, actual: object) -> bool:
        return isinstance(actual, str) and actual.startswith(self.text)


@dataclass(frozen=True, slots=True, repr=False)
class EndsWith(TextMatcher):
    """Text with this end: ``file: !ends_with '.pdf'``."""

    tag = "ends_with"

    def matches(self, actual: object) -> bool:
        return isinstance(actual, str) and actual.endswith(self.text)


@dataclass(frozen=True, slots=True, repr=False)
class UuidText(PlainMatcher):
    """A UUID in its usual form: ``request_id: !uuid``."""

    tag = "uuid"

    def matches(self, actual: object) -> bool:
        if not isinstance(actual, str):
            return False
        try:
            return str(UUID(actual)) == actual.lower()
        except ValueError:
            return False


@dataclass(frozen=True, slots=True, repr=False)
class DateText(PlainMatcher):
    """A calendar date as ISO 8601: ``day: !date`` for ``2030-01-31``."""

    tag = "date"

    def matches(self, actual: object) -> bool:
        if not isinstance(actual, str):
            return False
        try:
            return date.fromisoformat(actual).isoformat() == actual
        except ValueError:
            return False


@dataclass(frozen=True, slots=True, repr=False)
class DatetimeText(PlainMatcher):
    """A date with a time as ISO 8601: ``starts_at: !datetime`` for ``2030-01-31T09:30:00Z``."""

    tag = "datetime"

    def matches(self, actual: object) -> bool:
        if not isinstance(actual, str) or "T" not in actual.upper().replace(" ", "T"):
            return False
        try:
            datetime.fromisoformat(actual)
        except ValueError:
            return False
        return True
