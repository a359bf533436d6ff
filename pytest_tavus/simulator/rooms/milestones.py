"""The lifecycle events of a conversation: the verbose GET lists them, callbacks report them.

Both write the reason of the end, each in its own way. A callback calls the reason `shutdown_reason`
and appends `` reached`` to a limit [doc]; the verbose GET writes a plain `reason` [doc].
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pytest_tavus.json_data import JsonMapping, JsonObject
from pytest_tavus.simulator.rooms.callbacks import (
    CallbackSender,
    build_lifecycle_callback,
    format_timestamp,
)
from pytest_tavus.simulator.rooms.opening import EndReason, Opening
from pytest_tavus.simulator.rooms.tasks import Outbox, OutboxJob

_LIMITS = frozenset({"max_call_duration", "participant_left_timeout", "participant_absent_timeout"})


class LifecycleEvents:
    """Lists lifecycle events, and sends their callbacks in the same order."""

    def __init__(
        self,
        opening: Opening,
        *,
        callback_sender: CallbackSender,
        outbox: Outbox,
        epoch: Callable[[], float],
    ) -> None:
        self._opening = opening
        self._callback_sender = callback_sender
        self._outbox = outbox
        self._epoch = epoch
        self._events: list[JsonObject] = []

    def record_and_enqueue(self, event_type: str) -> None:
        """List an event without properties, and enqueue its callback."""
        self._outbox.add(self.record(event_type, {}))

    def record(
        self,
        event_type: str,
        properties: JsonMapping,
        *,
        callback_properties: JsonMapping | None = None,
    ) -> OutboxJob:
        """List an event, and return the job that sends its callback.

        `callback_properties` stand in the callback instead of `properties`.
        """
        epoch = self._epoch()
        event: JsonObject = {"event_type": event_type, "timestamp": format_timestamp(epoch)}
        self._events.append({**event, "properties": dict(properties)} if properties else event)
        reported = properties if callback_properties is None else callback_properties
        callback = build_lifecycle_callback(self._opening, event_type, reported, epoch=epoch)
        return _do_nothing if callback is None else partial(self._callback_sender.send, callback)

    def events(self) -> list[JsonObject]:
        return [*self._events]


def format_callback_reason(reason: EndReason) -> str:
    """Format a reason as callbacks write it [doc]."""
    return f"{reason} reached" if reason in _LIMITS else reason


async def _do_nothing() -> None:
    """Stand in for a callback without a `callback_url`."""
