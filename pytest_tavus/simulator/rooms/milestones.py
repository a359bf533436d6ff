"""The milestones of a conversation: what the verbose GET lists, and its callbacks tell.

The two differ in how they write the reason of the end: a callback calls it `shutdown_reason` and
writes `` reached`` after a limit, the verbose GET calls it `reason` and does not [doc] [doc].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pytest_tavus.simulator.rooms.callbacks import (
    CallbackSender,
    build_lifecycle_callback,
    format_timestamp,
)
from pytest_tavus.simulator.rooms.opening import EndReason, Opening
from pytest_tavus.simulator.rooms.tasks import Outbox, OutboxJob

_LIMITS = frozenset({"max_call_duration", "participant_left_timeout", "participant_absent_timeout"})


class LifecycleEvents:
    """Lists milestones, and sends their callbacks in the order in which they are reached."""

    def __init__(
        self,
        opening: Opening,
        *,
        postman: CallbackSender,
        errands: Outbox,
        epoch: Callable[[], float],
    ) -> None:
        self._opening = opening
        self._callback_sender = postman
        self._outbox = errands
        self._epoch = epoch
        self._events: list[dict[str, Any]] = []

    def record_and_enqueue(self, event_type: str) -> None:
        """Reach a milestone without particulars, and tell it at once."""
        self._outbox.add(self.record(event_type, {}))

    def record(
        self,
        event_type: str,
        properties: Mapping[str, Any],
        *,
        told: Mapping[str, Any] | None = None,
    ) -> OutboxJob:
        """List a milestone and return what tells it, with properties of its own where given."""
        epoch = self._epoch()
        event: dict[str, Any] = {"event_type": event_type, "timestamp": format_timestamp(epoch)}
        self._events.append({**event, "properties": dict(properties)} if properties else event)
        callback = build_lifecycle_callback(
            self._opening, event_type, properties if told is None else told, epoch=epoch
        )
        return _do_nothing if callback is None else partial(self._callback_sender.send, callback)

    def events(self) -> list[dict[str, Any]]:
        """Return what the verbose GET lists. To be read: a transcript may be long."""
        return [*self._events]


def format_callback_reason(reason: EndReason) -> str:
    """Return a reason as callbacks write it [doc]."""
    return f"{reason} reached" if reason in _LIMITS else reason


async def _do_nothing() -> None:
    """Tell nobody."""
