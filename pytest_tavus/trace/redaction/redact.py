"""Takes secrets out of texts and JSON data before they leave the package.

A redaction knows no scenario: it is told the secrets and where each comes from. What it returns
names the source in the place of the secret, as :mod:`~pytest_tavus.trace.redaction.mask` writes it.

Not seen: a secret inside a compressed or encrypted body, or in an encoding that
:mod:`~pytest_tavus.trace.redaction.disguise` does not list.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.matching.shape import is_list, is_mapping
from pytest_tavus.matching.text import format_yaml
from pytest_tavus.trace.redaction.disguise import Disguises
from pytest_tavus.trace.redaction.exchange import MASKED_HEADERS
from pytest_tavus.trace.redaction.mask import MASKED, OPEN, escape_brackets, mask
from pytest_tavus.trace.redaction.prefilter import Prefilter

LONGEST_LINE = 8
"""Characters from which a line of a secret of several lines is a secret itself: files and logs
are shown line by line."""


class Secret(NamedTuple):
    """A value that must not leave the package."""

    source: str
    "Where it comes from, as its mask says: ``env.SHOP_KEY``."

    value: str


class Span(NamedTuple):
    """Where a secret stands in a text."""

    start: int
    end: int
    source: str


class Redaction:
    """Masks secrets wherever and however encoded they stand.

    Secrets of fewer than four characters are masked only where they are a whole value: a whole
    text, a whole JSON text, a whole value in a query or a form. Anywhere else they would take half
    of a text with them. Empty secrets are ignored. Two different secrets never have one mask:
    where one source has several, they are numbered in the order in which they are given.

    `header_names` are masked whole beside :data:`MASKED_HEADERS`.
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
        """Know a secret from now on."""
        if not value or value in self._known:
            return
        self._counts[source] += 1
        number = self._counts[source]
        named = self._known[value] = source if number == 1 else f"{source} {number}"
        self._add_disguises(value, named)
        lines = [line.strip() for line in value.splitlines()] if "\n" in value else []
        for line_number, line in enumerate(lines, start=1):
            if len(line) >= LONGEST_LINE:
                self._add_disguises(line, f"line {line_number} of {named}")

    def _add_disguises(self, value: str, source: str) -> None:
        disguises = Disguises(value)
        self._sources[disguises] = source
        self._prefilter.add(disguises)

    def with_more(self, secrets: Iterable[Secret]) -> Redaction:
        """Return a redaction that knows these secrets too. This one is not changed."""
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
        """Tell whether a text may hold anything to be masked. False is certain."""
        if OPEN in text or _spells_bracket(text):
            return True
        return bool(self._known) and bool(self._prefilter.suspects(text))

    def text(self, text: str) -> str:
        """Return a text with its secrets masked, and its own brackets escaped."""
        spans = self._spans(text)
        return _replace_spans(text, spans) if spans else escape_brackets(text)

    def mask_rendered(self, text: str) -> str:
        """Mask what a finished text still holds. Masks that are in it already stay as they are."""
        if not self.suspects(text):
            return text
        parts: list[str] = []
        place = 0
        for found in MASKED.finditer(text):
            parts += (self._mask_secrets(text[place : found.start()]), found[0])
            place = found.end()
        return "".join((*parts, self._mask_secrets(text[place:])))

    def _mask_secrets(self, text: str) -> str:
        spans = self._spans(text)
        return _replace_spans(text, spans, escape=str) if spans else text

    def value(self, value: Any) -> Any:
        """Return JSON data with the secrets in its texts, numbers and keys masked.

        A number that spells a secret becomes the mask. A matcher with a secret in it becomes a
        value that is only written like it.
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

    def _matcher(self, matcher: Matcher) -> Any:
        payload = matcher.payload
        shown = self.value(payload)
        if shown == (list(payload) if is_list(payload) else payload):
            return matcher
        return _MaskedMatcher(matcher, shown)

    def document(self, text: str) -> str:
        """Mask a text that may be JSON, and keep it JSON if it is."""
        result = self.text(text)
        changed = result != text and not _is_json(result)
        if not (changed or _spells_bracket(text)) or not _is_json(text):
            return result
        try:
            rebuilt = json.dumps(self.value(json.loads(text)), ensure_ascii=False)
        except RecursionError:
            return f'"{mask("a secret in deep JSON")}"'
        whole = self.mask_rendered(rebuilt) == rebuilt
        return rebuilt if whole else f'"{mask("a secret in the marks of JSON")}"'

    def lines(self, text: str) -> list[str]:
        """Return the lines of a file, masked: a secret of several lines leaves as many."""
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
"""Knows no secret."""


class _MaskedMatcher:
    """A matcher whose payload is masked: it can be written, and matches nothing."""

    def __init__(self, matcher: Matcher, payload: Any) -> None:
        self._tag, self._payload = matcher.tag, payload

    def __repr__(self) -> str:
        return f"!{self._tag} {format_yaml(self._payload)}"


def _replace_spans(
    text: str, spans: list[Span], *, escape: Any = escape_brackets, keep_lines: bool = False
) -> str:
    parts: list[str] = []
    kept = 0
    for span in _merge_spans(spans):
        lines = "\n" * text.count("\n", span.start, span.end) if keep_lines else ""
        parts += (escape(text[kept : span.start]), mask(span.source), lines)
        kept = span.end
    return "".join((*parts, escape(text[kept:])))


def _merge_spans(spans: list[Span]) -> Iterator[Span]:
    """Leave out the spans inside others, and join those that overlap under all their names."""
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
    """Tell whether a bracket that opens a mask is spelled in JSON: it is one once that is read."""
    return "\\u27e6" in text or "\\u27E6" in text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
