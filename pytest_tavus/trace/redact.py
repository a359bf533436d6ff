"""Takes secrets out of everything before it is stored.

Redaction happens on the way into the trace, so nothing downstream (files, reports, failure
pictures, other processes) ever holds a secret. This module knows no scenario: it is told the
secrets, and learns OAuth 2 tokens as they go by.

Not seen: a secret inside a compressed or encrypted body, or in an encoding other than UTF-8, JSON,
percent, HTML or base64.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from msgspec.structs import replace

from pytest_tavus.trace.disguise import MASK, Disguises, Span, masked
from pytest_tavus.trace.events import (
    AppMessage,
    Event,
    Fault,
    PalSaid,
    Saved,
    SessionClosed,
    SessionOpened,
    ToolCalled,
    ToolDelivered,
    ToolResolved,
    TurnEnded,
    UserSaid,
    Withheld,
)
from pytest_tavus.trace.exchange import (
    MASKED_HEADERS,
    SEAM,
    Rewriting,
    all_text,
    decoded,
    tokens_in,
    with_masked_headers,
)
from pytest_tavus.wire import HttpExchange

_TEXT_FIELDS: Mapping[type[Event], tuple[str, ...]] = {
    SessionOpened: ("session", "conversation_id", "pal"),
    UserSaid: ("text",),
    PalSaid: ("text", "inference_id"),
    ToolCalled: ("call_id", "name", "arguments", "inference_id"),
    ToolDelivered: ("call_id",),
    ToolResolved: ("call_id", "output", "reason"),
    AppMessage: ("event_type", "note"),
    Saved: ("name",),
    Withheld: ("template", "path", "call_id"),
    Fault: ("message", "detail"),
    TurnEnded: (),
    SessionClosed: (),
}
"""The fields that are free text. What is left are numbers, data, and words of a closed set."""

_JSON_FIELDS = frozenset({"arguments", "output"})


class Redaction:
    """Masks secrets with eight asterisks, wherever and however encoded they stand.

    From the second secret on a number follows the asterisks, in the order in which they became
    known, so that one secret in the place of another is still seen to be another.

    Secrets of fewer than four characters are masked only where they are a whole value: a whole
    text, a whole JSON text, a whole value in a query or a form. Anywhere else they would take half
    of the trace with them. Empty secrets, and secrets of nothing but asterisks, are ignored.

    One object may serve many conversations. `header_names` are masked whole beside
    :data:`MASKED_HEADERS`.
    """

    def __init__(self, secrets: Iterable[str], header_names: Iterable[str] = ()) -> None:
        self._header_names = MASKED_HEADERS | {name.lower() for name in header_names}
        self._known: dict[str, Disguises] = {}
        self._anchors: list[tuple[str, Disguises]] = []
        self._numbered = True
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        """Know a secret from now on."""
        if not secret.strip("*") or secret in self._known:
            return
        disguises = self._known[secret] = Disguises(secret, self._mask(secret))
        self._anchors += [(anchor, disguises) for anchor in disguises.anchors]

    def event(self, event: Event) -> Event:
        """Return the event without any known secret in it."""
        if isinstance(event, ToolDelivered):
            exchange = self._exchange(event)
            if exchange is not event.exchange:
                event = replace(event, exchange=exchange)
        if not self._anchors:
            return event
        changes = self._changed_texts(event)
        if isinstance(event, AppMessage):
            changes["properties"] = self.value(event.properties)
        elif isinstance(event, Saved):
            changes["value"] = self.value(event.value)
        return replace(event, **changes) if changes else event

    def text(self, text: str) -> str:
        """Return the text without any known secret in it."""
        suspects = self._suspects(text)
        while suspects and (spans := _spans(suspects, text)):
            text = masked(text, spans)
        return text

    def value(self, value: Any) -> Any:
        """Return JSON data without any known secret in its texts, numbers and keys.

        A number that spells a secret becomes the mask.
        """
        return self._value(value) if self._anchors else value

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            members = cast("dict[str, Any]", value)
            return {self.text(key): self._value(item) for key, item in members.items()}
        if isinstance(value, list):
            return [self._value(item) for item in cast("list[object]", value)]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            text = repr(value)
            return value if self.text(text) == text else MASK
        return value

    def _mask(self, secret: str) -> str:
        number = len(self._known) + 1
        # A secret that could stand in a numbered mask would be masked for ever.
        self._numbered = self._numbered and not _like_a_mask(secret)
        return f"{MASK}#{number}" if number > 1 and self._numbered else MASK

    def _suspects(self, text: str) -> list[Disguises]:
        """Return the secrets that may be in the text: nearly always none, and found out fast."""
        return [disguises for anchor, disguises in self._anchors if anchor in text]

    def _document(self, text: str) -> str:
        """Redact a text that may be JSON, and keep it JSON if it is."""
        result = self.text(text)
        if result == text or _is_json(result) or not _is_json(text):
            return result
        try:
            rebuilt = json.dumps(self.value(json.loads(text)))
        except RecursionError:
            return f'"{MASK}"'
        return rebuilt if self.text(rebuilt) == rebuilt else f'"{MASK}"'

    def _changed_texts(self, event: Event) -> dict[str, Any]:
        texts = [(name, getattr(event, name) or "") for name in _TEXT_FIELDS[type(event)]]
        if not self._suspects(SEAM.join([text for _, text in texts])):
            return {}
        results = [
            (name, text, self._document(text) if name in _JSON_FIELDS else self.text(text))
            for name, text in texts
        ]
        return {name: result for name, text, result in results if result != text}

    def _exchange(self, event: ToolDelivered) -> HttpExchange:
        exchange = with_masked_headers(event.exchange, self._header_names)
        if exchange is not event.exchange or event.purpose == "token":
            for token in tokens_in(event.exchange, fetched=event.purpose == "token"):
                self.learn(token)
        if self._anchors and self._suspects(all_text(exchange)):
            return Rewriting(text=self.text, body=self._body).exchange(exchange)
        return exchange

    def _body(self, body: bytes) -> bytes:
        text = decoded(body)
        result = self._document(text)
        return body if result == text else result.encode("utf-8", "surrogateescape")


def _like_a_mask(secret: str) -> bool:
    return not secret.isdigit() and set(secret) <= set("*#0123456789")


def _spans(suspects: list[Disguises], text: str) -> list[Span]:
    return [span for disguises in suspects for span in disguises.spans(text)]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
