"""The milestones of a conversation: what the verbose GET lists, and its callbacks tell.

The two differ in how they write the reason of the end: a callback calls it `shutdown_reason` and
writes `` reached`` after a limit, the verbose GET calls it `reason` and does not [doc] [doc].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pytest_tavus.simulator.rooms.callbacks import CallbackSender, lifecycle, timestamp
from pytest_tavus.simulator.rooms.opening import EndReason, Opening
from pytest_tavus.simulator.rooms.tasks import Errand, Outbox

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
        self._postman = postman
        self._errands = errands
        self._epoch = epoch
        self._listed: list[dict[str, Any]] = []

    def reach(self, event_type: str) -> None:
        """Reach a milestone without particulars, and tell it at once."""
        self._errands.add(self.listed(event_type, {}))

    def listed(
        self,
        event_type: str,
        properties: Mapping[str, Any],
        *,
        told: Mapping[str, Any] | None = None,
    ) -> Errand:
        """List a milestone and return what tells it, with properties of its own where given."""
        epoch = self._epoch()
        event: dict[str, Any] = {"event_type": event_type, "timestamp": timestamp(epoch)}
        self._listed.append({**event, "properties": dict(properties)} if properties else event)
        callback = lifecycle(
            self._opening, event_type, properties if told is None else told, epoch=epoch
        )
        return _nothing if callback is None else partial(self._postman.send, callback)

    def all(self) -> list[dict[str, Any]]:
        """Return what the verbose GET lists. To be read: a transcript may be long."""
        return [*self._listed]


def told_reason(reason: EndReason) -> str:
    """Return a reason as callbacks write it [doc]."""
    return f"{reason} reached" if reason in _LIMITS else reason


async def _nothing() -> None:
    """Tell nobody."""
