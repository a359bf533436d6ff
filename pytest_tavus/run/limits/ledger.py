"""The ledger of a run, and the rule that admits a conversation.

The functions are pure: the time is an argument, and none of them waits. `store.py` keeps the
ledger.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field

from pytest_tavus.errors import NotRunError
from pytest_tavus.run.options.settings import Settings

RETRY_SECONDS: Final = 0.02
"""Seconds until the next attempt if another conversation must end first."""

RECOVERY_SECONDS: Final = 30.0
"""Seconds without a refusal after which the ceiling rises by one: other users of the service may
have left room."""


class Allowance(Struct, frozen=True, kw_only=True):
    """The limits of a run, over all its processes. `None` is no limit."""

    in_flight: int | None = None
    starts: int | None = None
    "Per second."

    conversations: int | None = None
    connected: float | None = None
    "Seconds, summed over all conversations."

    run: float | None = None
    "Seconds from the start of the run."

    @classmethod
    def from_settings(cls, settings: Settings) -> Allowance:
        return cls(
            in_flight=settings.max_in_flight,
            starts=settings.max_starts,
            conversations=settings.max_conversations,
            connected=settings.max_connected,
            run=settings.run_deadline,
        )


class OpenConversation(Struct, kw_only=True):
    worker: str
    seconds: float
    "Its share of the connected seconds."


class Ledger(Struct, kw_only=True):
    """What a run has used. Times are seconds of the machine's monotonic clock."""

    began: float
    started: int = 0
    spent: float = 0.0
    "Connected seconds of the conversations that have ended."

    active: dict[str, OpenConversation] = field(default_factory=dict[str, OpenConversation])
    "The open conversations, by token."

    next_start: float = 0.0
    ceiling: int | None = None
    "Concurrent conversations that the service accepts, learnt from its refusals."

    lowest: int | None = None
    "The lowest ceiling so far."

    settled: float = 0.0
    "When the ceiling last changed, or the service last refused."

    refusals: int = 0
    "Conversations that the service refused."

    last_refusal: str = ""
    "The service's words."


class Permit(Struct, frozen=True, kw_only=True):
    """The permission to open a conversation."""

    seconds: float
    "The longest that it may take."

    shortened_by: str | None = None
    "The limit of the run that shortens it, as a noun phrase for a message."


class RetryLater(Struct, frozen=True, kw_only=True):
    """No permission yet: the next attempt is due after this many seconds."""

    seconds: float


class Admission(Struct, frozen=True, kw_only=True):
    """The request for a permission."""

    token: str
    worker: str
    seconds: float
    "The deadline of the conversation."


def try_admit(
    ledger: Ledger, limits: Allowance, admission: Admission, *, now: float
) -> Permit | RetryLater:
    """Admit a conversation and record it, or return the time of the next attempt.

    Raises:
        NotRunError: a limit of the whole run is used up.

    """
    _raise_ceiling(ledger, now)
    permit = _limit_time(ledger, limits, admission, now)
    if isinstance(permit, RetryLater):
        return permit
    most = limits.conversations
    if most is not None and ledger.started >= most:
        opened = f"{most} {'conversation' if most == 1 else 'conversations'}"
        raise NotRunError("the run has opened its " + opened + " (--tavus-max-conversations)")
    if _is_full(ledger, limits):
        return RetryLater(seconds=RETRY_SECONDS)
    if limits.starts is not None:
        if ledger.next_start > now:
            return RetryLater(seconds=ledger.next_start - now)
        # A start that is late by one retry must not delay all further starts.
        ledger.next_start = max(ledger.next_start, now - RETRY_SECONDS) + 1 / limits.starts
    ledger.started += 1
    ledger.active[admission.token] = OpenConversation(
        worker=admission.worker, seconds=permit.seconds
    )
    return permit


def give_back(ledger: Ledger, token: str, *, used: float) -> None:
    """Record that a conversation has ended after `used` seconds."""
    if ledger.active.pop(token, None) is not None:
        ledger.spent += used


def slow_down(ledger: Ledger, refusal: str, *, now: float) -> None:
    """Record that the service refused a conversation, and lower the ceiling.

    The refused conversation must still be active. The ceiling rises again after a while, because
    other users of the service may have left room.
    """
    ledger.refusals += 1
    ledger.last_refusal = refusal
    ledger.started -= 1  # a refused conversation does not count against --tavus-max-conversations
    ledger.settled = now
    # The refused conversation is active, but the service did not accept it.
    accepted = max(1, len(ledger.active) - 1)
    ledger.ceiling = min(accepted, accepted if ledger.ceiling is None else ledger.ceiling)
    ledger.lowest = min(accepted, accepted if ledger.lowest is None else ledger.lowest)


def _raise_ceiling(ledger: Ledger, now: float) -> None:
    ceiling = ledger.ceiling
    if (
        ceiling is not None
        and len(ledger.active) >= ceiling
        and now - ledger.settled >= RECOVERY_SECONDS
    ):
        ledger.ceiling, ledger.settled = ceiling + 1, now


def _is_full(ledger: Ledger, limits: Allowance) -> bool:
    number = len(ledger.active)
    return any(most is not None and number >= most for most in (limits.in_flight, ledger.ceiling))


def _limit_time(
    ledger: Ledger, limits: Allowance, admission: Admission, now: float
) -> Permit | RetryLater:
    """Shorten the deadline of a conversation to the time that the run has left."""
    permit = Permit(seconds=admission.seconds)
    if limits.run is not None:
        left = limits.run - (now - ledger.began)
        whole = f"{limits.run:g} s (--tavus-run-deadline)"
        if left <= 0:
            raise NotRunError("the run took longer than its " + whole)
        permit = _shorten(permit, left, whole)
    if limits.connected is not None:
        reserved = sum(conversation.seconds for conversation in ledger.active.values())
        left = limits.connected - ledger.spent - reserved
        whole = f"{limits.connected:g} connected seconds (--tavus-max-connected)"
        # An active conversation may end early and return a part of its share.
        if left < permit.seconds and ledger.active:
            return RetryLater(seconds=RETRY_SECONDS)
        if left <= 0:
            raise NotRunError("the run has used its " + whole)
        permit = _shorten(permit, left, whole)
    return permit


def _shorten(permit: Permit, left: float, whole: str) -> Permit:
    if left >= permit.seconds:
        return permit
    return Permit(seconds=left, shortened_by=f"the run's {whole}")
