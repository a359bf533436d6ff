"""The masked twin of a trace, for hooks, reports, files and other processes.

Checks compare the trace in clear. The twin has a mask for each secret: for those that were known
before, and for the tokens of this trace.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import astuple, replace

from pytest_tavus.trace.events import (
    JSON_FIELDS,
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
from pytest_tavus.trace.log import Entry, Trace
from pytest_tavus.trace.redaction.exchange import (
    SEAM,
    ExchangeRewriter,
    all_text,
    decode_body,
    has_header,
    split_credentials,
    tokens_in,
)
from pytest_tavus.trace.redaction.mask import MASKED, mask
from pytest_tavus.trace.redaction.redact import Redaction, Secret
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
"""The fields of free text. The other fields are numbers, data, and words of a closed set."""

_DATA_FIELDS: Mapping[type[Event], str] = {AppMessage: "properties", Saved: "value"}
_NESTED_TEXTS = frozenset({ToolDelivered, *_DATA_FIELDS})
"""Events with texts inside a value, or with headers whose value is always masked."""


def mask_trace(trace: Trace, redaction: Redaction) -> Trace:
    """Return the masked twin of a trace: the same entries, with masks in place of secrets."""
    if trace.masked:
        return trace
    masker = _TraceMasker(redaction)
    # Words of a closed set are searched too, because to leave them out would take longer.
    texts = [
        value for entry in trace.entries for value in astuple(entry.event) if type(value) is str
    ]
    # The texts nearly always hold no secret, so one search of all texts is faster.
    if redaction.suspects(SEAM.join(texts)):
        entries = [masker.mask_entry(entry) for entry in trace.entries]
    else:
        entries = [
            masker.mask_nested(entry) if type(entry.event) in _NESTED_TEXTS else entry
            for entry in trace.entries
        ]
    return Trace(tuple(entries), masked=True)


def with_tokens(redaction: Redaction, trace: Trace) -> Redaction:
    """Add the tokens of a trace to a redaction, as ``token 1``, ``token 2``, ..."""
    return redaction.with_more(
        Secret("token", token)
        for _, event in trace.of(ToolDelivered)
        for token in tokens_in(event.exchange, fetched=event.purpose == "token")
    )


class _TraceMasker:
    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction
        self._headers: dict[tuple[str, str], int] = {}
        "The numbers of header values without a known source, by header and value."

    def mask_entry(self, entry: Entry) -> Entry:
        changes = self._mask_texts(entry.event) | self._mask_values(entry.event)
        return replace(entry, event=replace(entry.event, **changes)) if changes else entry

    def mask_nested(self, entry: Entry) -> Entry:
        """Mask an entry whose own texts hold no secret."""
        changes = self._mask_values(entry.event)
        return replace(entry, event=replace(entry.event, **changes)) if changes else entry

    def _mask_values(self, event: Event) -> dict[str, object]:
        if isinstance(event, ToolDelivered):
            exchange = self._mask_exchange(event.exchange)
            return {} if exchange is event.exchange else {"exchange": exchange}
        name = _DATA_FIELDS.get(type(event))
        return {} if name is None else {name: self._redaction.value(getattr(event, name))}

    def _mask_texts(self, event: Event) -> dict[str, object]:
        texts = [(name, getattr(event, name) or "") for name in _TEXT_FIELDS[type(event)]]
        if not self._redaction.suspects(SEAM.join([text for _, text in texts])):
            return {}
        document, text = self._redaction.document, self._redaction.text
        results = [
            (name, old, document(old) if name in JSON_FIELDS else text(old)) for name, old in texts
        ]
        return {name: result for name, old, result in results if result != old}

    def _mask_exchange(self, exchange: HttpExchange) -> HttpExchange:
        if has_header(exchange, self._redaction.header_names) or self._redaction.suspects(
            all_text(exchange)
        ):
            rewriting = ExchangeRewriter(
                text=self._redaction.text, body=self._mask_body, header=self._mask_header
            )
            return rewriting.rewrite(exchange)
        return exchange

    def _mask_header(self, name: str, value: str) -> str:
        text = self._redaction.text(value)
        if name.lower() not in self._redaction.header_names:
            return text
        scheme, secret = split_credentials(text)
        if not secret or MASKED.fullmatch(secret) is not None:
            return text
        # A mask must not show the name of a header that itself holds a secret.
        source = name.lower() if self._redaction.text(name) == name else "header"
        return scheme + mask(self._name_source(source, split_credentials(value)[1]))

    def _name_source(self, name: str, secret: str) -> str:
        """Name a value after its header. Equal values have one number in a trace."""
        number = self._headers.get((name, secret))
        if number is None:
            number = 1 + sum(1 for known, _ in self._headers if known == name)
            self._headers[name, secret] = number
        return f"{name} {number}"

    def _mask_body(self, body: bytes) -> bytes:
        text = decode_body(body)
        result = self._redaction.document(text)
        return body if result == text else result.encode("utf-8", "surrogateescape")
