"""The callbacks of a conversation: HTTP requests that tell a user's server what has happened.

Bodies: [doc] webhooks-and-callbacks; objectives and guardrails: [wild]. They are not signed [wild].
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from msgspec import Struct

from pytest_tavus.clock import Clock
from pytest_tavus.handler.delivery.outcome import without_query
from pytest_tavus.simulator.rooms.opening import Opening
from pytest_tavus.simulator.rooms.options import CallbackOptions


class CallbackTransport(Protocol):
    """Carries callbacks to wherever they are wanted."""

    async def send(self, url: str, body: bytes, *, within: float) -> str | None:
        """Send one; return why it did not arrive, `None` where it did.

        `within` is in seconds of real time. Nothing that goes wrong is an exception.
        """
        ...


class Callback(Struct, frozen=True, kw_only=True):
    """One callback, ready to be sent."""

    url: str
    event_type: str
    body: Mapping[str, Any]


class CallbackSender:
    """Sends callbacks as often as the options have it, and tells what did not arrive."""

    def __init__(
        self,
        sender: CallbackTransport,
        options: CallbackOptions,
        *,
        clock: Clock,
        failed: Callable[[str], None],
    ) -> None:
        self._transport = sender
        self._options = options
        self._clock = clock
        self._on_failure = failed

    async def send(self, callback: Callback) -> None:
        """Send one; return when it has arrived or been given up."""
        body = json.dumps(callback.body, ensure_ascii=False).encode("utf-8", "replace")
        for _ in range(self._options.copies):
            problem = await self._attempt(callback, body)
            if problem is not None:
                place = without_query(callback.url)
                self._on_failure(f"the callback {callback.event_type} to {place} failed: {problem}")

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
    opening: Opening, event_type: str, properties: Mapping[str, Any], *, epoch: float
) -> Callback | None:
    """Return a callback of the conversation's life [doc]; `None` where nobody wants any."""
    if not opening.callback_url:
        return None
    body = {
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
    fields: Mapping[str, Any],
    *,
    url: str,
    options: CallbackOptions,
) -> Callback | None:
    """Return a callback about an objective or a guardrail, in one of the shapes seen [wild].

    It goes to the `callback_url` of the objective or guardrail, else to the conversation's
    [inferred].
    """
    target = url or opening.callback_url
    if not target:
        return None
    head = {"conversation_id": opening.conversation_id, "event_type": event_type}
    if options.objective_shape == "flat":
        body: dict[str, Any] = {**head, **fields}
    else:
        body = {**head, "message_type": "application", "properties": dict(fields)}
    return Callback(url=target, event_type=event_type, body=body)


def format_timestamp(epoch: float) -> str:
    """Return a time as Tavus writes it: ISO 8601 in UTC, with microseconds [doc]."""
    moment = datetime.fromtimestamp(epoch, tz=UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
