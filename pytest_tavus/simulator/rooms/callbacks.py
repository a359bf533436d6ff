"""Callbacks: HTTP requests that report the events of a conversation to the user's server.

Bodies: [doc] webhooks-and-callbacks; objectives and guardrails: [wild]. No callback is signed
[wild].
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from msgspec import Struct

from pytest_tavus.clock import Clock
from pytest_tavus.handler.delivery.outcome import without_query
from pytest_tavus.json_data import JsonMapping, JsonObject
from pytest_tavus.simulator.rooms.opening import Opening
from pytest_tavus.simulator.rooms.options import CallbackOptions


class CallbackTransport(Protocol):
    """Sends callbacks over HTTP."""

    async def send(self, url: str, body: bytes, *, within: float) -> str | None:
        """Send a callback; return why it failed, or `None` if it arrived.

        `within` is the deadline in seconds of real time. A failure is never an exception.
        """
        ...


class Callback(Struct, frozen=True, kw_only=True):
    url: str
    event_type: str
    body: JsonMapping


class CallbackSender:
    """Sends each callback as often as the options say, and reports each failure."""

    def __init__(
        self,
        transport: CallbackTransport,
        options: CallbackOptions,
        *,
        clock: Clock,
        on_failure: Callable[[str], None],
    ) -> None:
        self._transport = transport
        self._options = options
        self._clock = clock
        self._on_failure = on_failure

    async def send(self, callback: Callback) -> None:
        """Return when every copy has arrived or has no attempt left."""
        # A text may hold half a surrogate pair, which UTF-8 cannot encode.
        body = json.dumps(callback.body, ensure_ascii=False).encode("utf-8", "replace")
        for _ in range(self._options.copies):
            problem = await self._attempt(callback, body)
            if problem is not None:
                url = without_query(callback.url)
                self._on_failure(f"the callback {callback.event_type} to {url} failed: {problem}")

    async def _attempt(self, callback: Callback, body: bytes) -> str | None:
        problem: str | None = None
        for attempt in range(self._options.attempts):
            if attempt:
                await self._clock.sleep(self._options.retry_after)
            within = self._options.within
            problem = await self._transport.send(callback.url, body, within=within)
            if problem is None:
                return None
        return problem


def build_lifecycle_callback(
    opening: Opening, event_type: str, properties: JsonMapping, *, epoch: float
) -> Callback | None:
    """Return the callback of a lifecycle event [doc]; `None` without a `callback_url`."""
    if not opening.callback_url:
        return None
    body: JsonObject = {
        "properties": {"replica_id": opening.face_id, **properties},
        "conversation_id": opening.conversation_id,
        "webhook_url": opening.callback_url,
        "event_type": event_type,
        "message_type": event_type.partition(".")[0],
        "timestamp": format_timestamp(epoch),
    }
    return Callback(url=opening.callback_url, event_type=event_type, body=body)


def build_objective_or_guardrail_callback(
    opening: Opening,
    event_type: str,
    fields: JsonMapping,
    *,
    url: str,
    options: CallbackOptions,
) -> Callback | None:
    """Return a callback about an objective or a guardrail, in one of the shapes seen [wild].

    The callback goes to the `callback_url` of the objective or guardrail, else to that of the
    conversation [inferred].
    """
    target = url or opening.callback_url
    if not target:
        return None
    head = {"conversation_id": opening.conversation_id, "event_type": event_type}
    if options.objective_shape == "flat":
        body: JsonObject = {**head, **fields}
    else:
        body = {**head, "message_type": "application", "properties": dict(fields)}
    return Callback(url=target, event_type=event_type, body=body)


def format_timestamp(epoch: float) -> str:
    """Format a time as Tavus does: ISO 8601 in UTC, with microseconds [doc]."""
    moment = datetime.fromtimestamp(epoch, tz=UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
