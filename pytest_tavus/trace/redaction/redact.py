"""Masks secrets in texts and JSON data before they leave the package.

Callers give each secret with its source, and the mask names the source, see
:mod:`~pytest_tavus.trace.redaction.mask`. The module knows no scenario.

Not found: a secret inside a compressed or encrypted body, or in an encoding that
:mod:`~pytest_tavus.trace.redaction.disguise` does not list.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.matching.shape import is_list, is_mapping
from pytest_tavus.matching.text import format_yaml
from pytest_tavus.trace.redaction.disguise import Disguises
from pytest_tavus.trace.redaction.exchange import MASKED_HEADERS
from pytest_tavus.trace.redaction.mask import MASKED, OPEN, escape_brackets, mask
from pytest_tavus.trace.redaction.prefilter import Prefilter

LONGEST_LINE = 8
"""Characters from which a line of a secret of several lines is a secret itself, because files and
logs are printed line by line."""


class Secret(NamedTuple):
    """A value that must not leave the package."""

    source: str
    "The text of its mask: ``env.SHOP_KEY``."

    value: str


class Span(NamedTuple):
    """The position of a secret in a text."""

    start: int
    end: int
    source: str


class Redaction:
    """Masks secrets anywhere in a text, in any encoding.

    Secrets of fewer than four characters are masked only if they are a whole value: a whole text,
    a whole JSON text, a whole value in a query or a form. Anywhere else, the masks would make a
    text unreadable. Empty secrets are ignored. Two different secrets never have one mask: several
    secrets of one source are numbered in their order.

    The values of `header_names` are masked whole, like those of :data:`MASKED_HEADERS`.
    """

    def __init__(self, secrets: Iterable[Secret], header_names: Iterable[str] = ()) -> None:
        self.header_names = MASKED_HEADERS | {name.lower() for name in header_names}
        self._known: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._sources: dict[Disguises, str] = {}
        self._prefilter = Prefilter()
        for secret in secrets:
            self.learn(secret.value, secret.source)

    def learn(self, value: str, source: str = "secret") -> None:
        """Add a secret. All later texts are searched for it."""
        if not value or value in self._known:
            return
        self._counts[source] += 1
        number = self._counts[source]
        name = self._known[value] = source if number == 1 else f"{source} {number}"
        self._add_disguises(value, name)
        lines = [line.strip() for line in value.splitlines()] if "\n" in value else []
        for line_number, line in enumerate(lines, start=1):
            if len(line) >= LONGEST_LINE:
                self._add_disguises(line, f"line {line_number} of {name}")

    def _add_disguises(self, value: str, source: str) -> None:
        disguises = Disguises(value)
        self._sources[disguises] = source
        self._prefilter.add(disguises)

    def with_more(self, secrets: Iterable[Secret]) -> Redaction:
        """Return a redaction with these further secrets. The original stays unchanged."""
        more = [secret for secret in secrets if secret.value and secret.value not in self._known]
        if not more:
            return self
        copy = Redaction((), self.header_names)
        copy._known, copy._counts = self._known.copy(), self._counts.copy()
        copy._sources, copy._prefilter = self._sources.copy(), self._prefilter.copy()
        for secret in more:
            copy.learn(secret.value, secret.source)
        return copy

    def suspects(self, text: str) -> bool:
        """Tell whether a text may hold a secret or a bracket. False is certain, True is not."""
        if OPEN in text or _spells_bracket(text):
            return True
        return bool(self._known) and bool(self._prefilter.suspects(text))

    def text(self, text: str) -> str:
        """Mask the secrets of a text and escape its own brackets."""
        spans = self._spans(text)
        return _replace_spans(text, spans) if spans else escape_brackets(text)

    def mask_rendered(self, text: str) -> str:
        """Mask the secrets that a finished text still holds. Its masks stay as they are."""
        if not self.suspects(text):
            return text
        parts: list[str] = []
        end = 0
        for found in MASKED.finditer(text):
            parts += (self._mask_secrets(text[end : found.start()]), found[0])
            end = found.end()
        return "".join((*parts, self._mask_secrets(text[end:])))

    def _mask_secrets(self, text: str) -> str:
        spans = self._spans(text)
        return _replace_spans(text, spans, escape=str) if spans else text

    def value(self, value: object) -> Any:
        """Mask the secrets in the texts, numbers and keys of JSON data.

        A number that spells a secret becomes a mask. A matcher with a secret becomes a value with
        the same `repr`, which matches nothing.
        """
        if isinstance(value, str):
            return self.text(value)
        if is_mapping(value):
            return {self.value(key): self.value(item) for key, item in value.items()}
        if is_list(value):
            return [self.value(item) for item in value]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            text = repr(value)
            masked = self.text(text)
            return value if masked == text else masked
        return self._matcher(value) if isinstance(value, Matcher) else value

    def _matcher(self, matcher: Matcher) -> object:
        payload = matcher.payload
        masked = self.value(payload)
        if masked == (list(payload) if is_list(payload) else payload):
            return matcher
        return _MaskedMatcher(matcher, masked)

    def document(self, text: str) -> str:
        """Mask a text that may be JSON. A JSON text stays valid JSON."""
        result = self.text(text)
        changed = result != text and not _is_json(result)
        if not (changed or _spells_bracket(text)) or not _is_json(text):
            return result
        try:
            rebuilt = json.dumps(self.value(json.loads(text)), ensure_ascii=False)
        except RecursionError:
            return f'"{mask("a secret in deep JSON")}"'
        # A secret may span several values, with the quotes and commas between them.
        complete = self.mask_rendered(rebuilt) == rebuilt
        return rebuilt if complete else f'"{mask("a secret in the marks of JSON")}"'

    def lines(self, text: str) -> list[str]:
        """Mask a file and return its lines. A secret of several lines gives as many lines."""
        spans = self._spans(text)
        if not spans:
            return text.splitlines()
        return _replace_spans(text, spans, escape=str, keep_lines=True).splitlines()

    def _spans(self, text: str) -> list[Span]:
        if not self._known:
            return []
        return [
            Span(start, end, source if exact else f"{source} encoded")
            for disguises in self._prefilter.suspects(text)
            for source in (self._sources[disguises],)
            for start, end, exact in disguises.spans(text)
        ]


NO_REDACTION = Redaction(())
"""A redaction without secrets."""


class _MaskedMatcher:
    """The `repr` of a matcher with a masked payload. It matches nothing."""

    def __init__(self, matcher: Matcher, payload: object) -> None:
        self._tag, self._payload = matcher.tag, payload

    def __repr__(self) -> str:
        return f"!{self._tag} {format_yaml(self._payload)}"


def _replace_spans(
    text: str,
    spans: list[Span],
    *,
    escape: Callable[[str], str] = escape_brackets,
    keep_lines: bool = False,
) -> str:
    parts: list[str] = []
    end = 0
    for span in _merge_spans(spans):
        lines = "\n" * text.count("\n", span.start, span.end) if keep_lines else ""
        parts += (escape(text[end : span.start]), mask(span.source), lines)
        end = span.end
    return "".join((*parts, escape(text[end:])))


def _merge_spans(spans: list[Span]) -> Iterator[Span]:
    """Drop the spans inside others, and join overlapping spans under all their names."""
    ordered = sorted(set(spans), key=lambda span: (span.start, -span.end, span.source))
    group = ordered[:1]
    for span in ordered[1:]:
        if span.start >= group[-1].end:
            yield _merge_group(group)
            group = [span]
        elif span.end > group[-1].end:
            group.append(span)
    yield _merge_group(group)


def _merge_group(group: Sequence[Span]) -> Span:
    names = Counter(span.source for span in group)
    source = "+".join(name if times == 1 else f"{name} x{times}" for name, times in names.items())
    return Span(group[0].start, group[-1].end, source)


def _spells_bracket(text: str) -> bool:
    # A JSON reader turns this escape into a bracket, which would open a mask.
    return "\\u27e6" in text or "\\u27E6" in text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
