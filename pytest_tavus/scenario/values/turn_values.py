"""A turn as data: what the caller says, what must follow, what the simulated PAL plays."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from msgspec import Struct, field

from pytest_tavus.spans import Loc

UncheckedRule = Literal["on_call", "on_resolve", "argument_schema"]
"""The rules that are checked without being asked and that `unchecked:` can switch off."""

StatusWord = Literal[
    "success", "error", "timeout", "unanswered", "crash", "unreadable", "unreachable"
]
"""What a call can come to: what the PAL is told, or why it is told of an error."""

_NOTHING: Mapping[str, str] = MappingProxyType({})
"""One empty value for thousands of turns that save nothing."""


class Times(Struct, frozen=True, kw_only=True):
    """How often a call is expected."""

    minimum: int = 1
    maximum: int | None = 1
    "`None`: no upper bound."


class CallExpectation(Struct, frozen=True, kw_only=True):
    """One call that must be seen on the wire."""

    at: Loc
    tool: str
    arguments: Any = field(default_factory=dict[str, Any])
    exact: bool = False
    "The arguments must be these and no others; otherwise they are a recursive subset."

    expects_result: bool = False
    result: Any = None
    "What the handler must have answered, as a recursive subset. Read if `expects_result`."

    status: int | StatusWord | None = None
    "An HTTP status code, or what became of the call. `None`: it must succeed."

    within: float | None = None
    "Seconds from the start of the turn to the answer."

    times: Times = Times()
    save: Mapping[str, str] = _NOTHING
    "Names to keep for later turns, each with ``result.<path>`` or ``arguments.<path>``."


class CallGroup(Struct, frozen=True, kw_only=True):
    """Several calls, in order or in any order. Groups nest."""

    at: Loc
    ordered: bool
    members: tuple[CallExpectation | CallGroup, ...]


class CallPattern(Struct, frozen=True, kw_only=True):
    """A call that must not be seen: a tool, with any arguments or with these."""

    at: Loc
    tool: str
    arguments: Any = field(default_factory=dict[str, Any])


class SpeechExpectation(Struct, frozen=True, kw_only=True):
    """What must and must not be heard from the PAL in a turn. Reads speech only."""

    at: Loc
    contains: tuple[Any, ...] = ()
    "Texts or text matchers; each must be in what the PAL says. Compared without regard to case."

    excludes: tuple[Any, ...] = ()
    "Written `not`."

    equals: str | None = None
    "All that the PAL says in the turn, joined by one space."

    matches: tuple[str, ...] = ()
    "Regular expressions, searched for."


class EventExpectation(Struct, frozen=True, kw_only=True):
    """A Tavus event that must be, or must not be, among those of the turn."""

    at: Loc
    event_type: str
    properties: Any = field(default_factory=dict[str, Any])
    "A recursive subset of the event's `properties`."

    absent: bool = False


class PlayedCall(Struct, frozen=True, kw_only=True):
    """A call that the simulated PAL makes."""

    at: Loc
    tool: str
    arguments: Any = field(default_factory=dict[str, Any])


class PlayedLater(Struct, frozen=True, kw_only=True):
    """Something the simulated PAL says unasked, after its turn."""

    at: Loc
    after: float
    "Seconds after the turn's last event."

    says: str


class Plays(Struct, frozen=True, kw_only=True):
    """What the script brain makes the simulated PAL do in one turn."""

    at: Loc
    calls: tuple[tuple[PlayedCall, ...], ...] | None = None
    """Waves of calls: the calls of one wave are of one inference and run at the same time.
    `None`: the calls are taken from the expectation."""

    before: str | None = None
    "The model's own words beside the call, and its filler under `generate_filler`."

    says: str | None = None
    "The reply: a template that may read ``{result.x}``."

    on_error: str | None = None
    "The reply instead, where a call failed."

    later: PlayedLater | None = None


class Turn(Struct, frozen=True, kw_only=True):
    """One line of the caller, and what must follow."""

    at: Loc
    user: str
    plays: Plays | None = None
    calls: CallGroup | None = None
    "`None`: not mentioned, which still means that no call is expected. Empty: `calls: none`."

    extra: bool = False
    "`extra: allowed`: calls beyond those expected are accepted."

    says: SpeechExpectation | None = None
    events: tuple[EventExpectation, ...] = ()
    quiet: float | None = None
    "Seconds after the turn's last event in which the PAL must do nothing."

    within: float | None = None
    "Seconds from the caller's line to the PAL's last utterance."

    never: tuple[CallPattern, ...] = ()
    save: Mapping[str, str] = _NOTHING
    "As on a call; reads the turn's last call."

    unchecked: frozenset[UncheckedRule] = frozenset()
