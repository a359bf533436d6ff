"""What a run has used of what it may use, and the rule by which a conversation may be opened.

Pure: the time is an argument, and nothing waits here. Where the ledger is kept is not its business.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field

from pytest_tavus.errors import NotRunError
from pytest_tavus.run.options.settings import Settings

RETRY_SECONDS: Final = 0.02
"""Seconds after which to ask again where something must be given back first."""

RECOVERY_SECONDS: Final = 30.0
"""Seconds without a refusal after which one more is tried at once: others may have left room."""


class Allowance(Struct, frozen=True, kw_only=True):
    """What a run may use, over all its processes. `None`: as much as it wants."""

    in_flight: int | None = None
    starts: int | None = None
    "A second."

    conversations: int | None = None
    connected: float | None = None
    "Seconds of all conversations together."

    run: float | None = None
    "Seconds from the beginning of the run."

    @classmethod
    def from_settings(cls, settings: Settings) -> Allowance:
        """Return what the user's settings allow."""
        return cls(
            in_flight=settings.max_in_flight,
            starts=settings.max_starts,
            conversations=settings.max_conversations,
            connected=settings.max_connected,
            run=settings.run_deadline,
        )


class OpenConversation(Struct, kw_only=True):
    """An open conversation."""

    worker: str
    seconds: float
    "What it may take of the connected seconds."


class Ledger(Struct, kw_only=True):
    """What has been used."""

    began: float
    "When the run began, by the monotonic clock of the machine."

    started: int = 0
    spent: float = 0.0
    "Connected seconds of conversations that have ended."

    held: dict[str, OpenConversation] = field(default_factory=dict[str, OpenConversation])
    next_start: float = 0.0
    ceiling: int | None = None
    "The most at once that the service has been found to take."

    lowest: int | None = None
    "The least that this has been."

    settled: float = 0.0
    "When it was last changed, or the service last refused."

    slowed: int = 0
    "How often the service took no further conversation."

    said: str = ""
    "What it said."


class Grant(Struct, frozen=True, kw_only=True):
    """A conversation may be opened."""

    seconds: float
    "How long it may take."

    shortened_by: str | None = None
    "What shortens it: half a sentence."


class RetryLater(Struct, frozen=True, kw_only=True):
    """Ask again after so many seconds."""

    seconds: float


class Admission(Struct, frozen=True, kw_only=True):
    """A conversation that is to be opened."""

    token: str
    worker: str
    seconds: float
    "How long it may take by itself."


def try_admit(
    ledger: Ledger, limits: Allowance, wanted: Admission, *, now: float
) -> Grant | RetryLater:
    """Grant a conversation and note it, or say when to ask again.

    Raises:
        NotRunError: the run has nothing left for it.

    """
    _raise_ceiling(ledger, now)
    granted = _grant_time(ledger, limits, wanted, now)
    if isinstance(granted, RetryLater):
        return granted
    most = limits.conversations
    if most is not None and ledger.started >= most:
        opened = f"{most} {'conversation' if most == 1 else 'conversations'}"
        raise NotRunError("the run has opened its " + opened + " (--tavus-max-conversations)")
    if _is_full(ledger, limits):
        return RetryLater(seconds=RETRY_SECONDS)
    if limits.starts is not None:
        if ledger.next_start > now:
            return RetryLater(seconds=ledger.next_start - now)
        ledger.next_start = max(ledger.next_start, now - RETRY_SECONDS) + 1 / limits.starts
    ledger.started += 1
    ledger.held[wanted.token] = OpenConversation(worker=wanted.worker, seconds=granted.seconds)
    return granted


def give_back(ledger: Ledger, token: str, *, used: float) -> None:
    """Note that a conversation has ended after so many seconds."""
    if ledger.held.pop(token, None) is not None:
        ledger.spent += used


def slow_down(ledger: Ledger, said: str, *, now: float) -> None:
    """Note that the service took no further conversation: from now on fewer are held at once.

    The one that was refused is among those held. After a while without a refusal, one more is
    tried again: the service may serve others than this run, who come to their end.
    """
    ledger.slowed += 1
    ledger.said = said
    ledger.started -= 1
    ledger.settled = now
    taken = max(1, len(ledger.held) - 1)
    ledger.ceiling = min(taken, taken if ledger.ceiling is None else ledger.ceiling)
    ledger.lowest = min(taken, taken if ledger.lowest is None else ledger.lowest)


def _raise_ceiling(ledger: Ledger, now: float) -> None:
    """Raise the ceiling by one where all has been calm under it."""
    ceiling = ledger.ceiling
    if (
        ceiling is not None
        and len(ledger.held) >= ceiling
        and now - ledger.settled >= RECOVERY_SECONDS
    ):
        ledger.ceiling, ledger.settled = ceiling + 1, now


def _is_full(ledger: Ledger, limits: Allowance) -> bool:
    held = len(ledger.held)
    return any(most is not None and held >= most for most in (limits.in_flight, ledger.ceiling))


def _grant_time(
    ledger: Ledger, limits: Allowance, wanted: Admission, now: float
) -> Grant | RetryLater:
    """Return how long a conversation may take, from what is left to the run."""
    granted = Grant(seconds=wanted.seconds)
    if limits.run is not None:
        left = limits.run - (now - ledger.began)
        whole = f"{limits.run:g} s (--tavus-run-deadline)"
        if left <= 0:
            raise NotRunError("the run took longer than its " + whole)
        granted = _cut(granted, left, whole)
    if limits.connected is not None:
        left = limits.connected - ledger.spent - sum(one.seconds for one in ledger.held.values())
        whole = f"{limits.connected:g} connected seconds (--tavus-max-connected)"
        if left < granted.seconds and ledger.held:
            return RetryLater(seconds=RETRY_SECONDS)
        if left <= 0:
            raise NotRunError("the run has used its " + whole)
        granted = _cut(granted, left, whole)
    return granted


def _cut(granted: Grant, left: float, whole: str) -> Grant:
    """Grant no longer than what is left of a whole."""
    if left >= granted.seconds:
        return granted
    return Grant(seconds=left, shortened_by=f"the run's {whole}")
