"""A scenario as data: what the caller says, what must follow, what the simulated PAL plays.

Every part has an `at`: its path in the file, from which :meth:`Source.span` finds the line. Values
that a user writes as JSON (`arguments`, `result`, ...) are plain data in which matchers
(:mod:`pytest_tavus.matching`) and placeholders (``{saved.x}``) may stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from pytest_tavus.contract.pal import Pal
from pytest_tavus.errors import Problem
from pytest_tavus.spans import Loc, SourceSpan

UncheckedRule = Literal["on_call", "on_resolve", "argument_schema"]
"""The rules that are checked without being asked and that `unchecked:` can switch off."""

StatusWord = Literal["success", "error", "timeout", "unanswered"]


class Source(Protocol):
    """The file a value came from."""

    @property
    def path(self) -> str:
        """As the user would type it."""
        ...

    def span(self, loc: Loc) -> SourceSpan:
        """Return where the value at this path stands; the nearest parent where it is implied."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How often a call is expected."""

    minimum: int = 1
    maximum: int | None = 1
    "`None`: no upper bound."


@dataclass(frozen=True, slots=True, kw_only=True)
class CallExpectation:
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
    save: Mapping[str, str] = field(default_factory=dict[str, str])
    "Names to keep for later turns, each with ``result.<path>`` or ``arguments.<path>``."


@dataclass(frozen=True, slots=True, kw_only=True)
class CallGroup:
    """Several calls, in order or in any order. Groups nest."""

    at: Loc
    ordered: bool
    members: tuple[CallExpectation | CallGroup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPattern:
    """A call that must not be seen: a tool, with any arguments or with these."""

    at: Loc
    tool: str
    arguments: Any = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechExpectation:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class EventExpectation:
    """A Tavus event that must be, or must not be, among those of the turn."""

    at: Loc
    event_type: str
    properties: Any = field(default_factory=dict[str, Any])
    "A recursive subset of the event's `properties`."

    absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedCall:
    """A call that the simulated PAL makes."""

    at: Loc
    tool: str
    arguments: Any = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedLater:
    """Something the simulated PAL says unasked, after its turn."""

    at: Loc
    after: float
    "Seconds after the turn's last event."

    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plays:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
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
    save: Mapping[str, str] = field(default_factory=dict[str, str])
    "As on a call; reads the turn's last call."

    unchecked: frozenset[UncheckedRule] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedAnswer:
    """An answer that stands in for the handler."""

    at: Loc
    when: Any = field(default_factory=dict[str, Any])
    "A recursive subset of the arguments. The first answer whose predicate holds is given."

    status: int = 200
    delay: float = 0.0
    "Seconds, on the conversation's own clock: nothing really waits."

    body: Any = None
    "JSON data, or text that is sent as it is where `content_type` is given."

    content_type: str | None = None
    fault: Literal["connection", "timeout"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAnswer:
    """How a tool of `delivery.app_message` is answered."""

    at: Loc
    when: Any = field(default_factory=dict[str, Any])
    output: Any = None
    "Text is passed through; other data is sent as JSON."

    status: Literal["success", "error"] = "success"
    delay: float = 0.0
    "Seconds, on the conversation's own clock."

    call: str | None = None
    "Import string of a Python callable ``(arguments: dict) -> output``; may be async; may raise."

    unanswered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAnswer:
    """A canned answer of an OAuth 2 token endpoint."""

    at: Loc
    access_token: str
    expires_in: int = 3600
    "Seconds."


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerSpec:
    """Where the user's handler is and how it is started. At most one of app, command, url."""

    at: Loc
    app: str | None = None
    "Import string ``package.module:attribute`` of an ASGI or WSGI application."

    factory: bool = False
    "`app` names a callable that returns the application."

    interface: Literal["asgi", "wsgi"] | None = None
    "`None`: found out from the application."

    command: tuple[str, ...] = ()
    "`{port}` is replaced by a free port, which is also in the variable PORT."

    cwd: str | None = None
    "Absolute, or from the rootdir, which it is where it is left out."

    startup_timeout: float = 10.0
    "Seconds until the port of `command` must answer."

    url: str | None = None
    "Base URL of something already running on loopback."

    env: tuple[str, ...] = ()
    "Environment variables that `command` gets, beside those a process cannot do without."

    canned: Mapping[str, tuple[CannedAnswer, ...]] = field(
        default_factory=dict[str, tuple[CannedAnswer, ...]]
    )
    token: TokenAnswer | None = None
    fresh: bool = False
    "Start a new instance for each scenario instead of sharing one for the run."

    search_path: tuple[str, ...] = ()
    "Directories in which `app` is looked for before the usual ones: those of the file."


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveRule:
    """When the rules judge holds an objective to be satisfied. Every part given must hold."""

    at: Loc
    called: tuple[str, ...] = ()
    "Tools that must have been called and must have succeeded."

    said: tuple[str, ...] = ()
    "Texts the PAL must have said."

    collected: tuple[str, ...] = ()
    "Output variables: each must be an argument of some call, not empty and not `NOTFOUND`."


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailRule:
    """When the rules judge holds a guardrail to be broken. Any part that is seen breaks it."""

    at: Loc
    never_said: tuple[str, ...] = ()
    never_called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRules:
    """Declared rules, by the name of the objective or guardrail."""

    objectives: Mapping[str, ObjectiveRule] = field(default_factory=dict[str, ObjectiveRule])
    guardrails: Mapping[str, GuardrailRule] = field(default_factory=dict[str, GuardrailRule])


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeExpectation:
    """What a scenario asserts on the verdict of the judge pass."""

    at: Loc
    overall: Literal["pass", "partial", "fail"] | None = None
    objectives: Mapping[str, bool] = field(default_factory=dict[str, bool])
    "Name to satisfied (written `satisfied`) or not (`unsatisfied`)."

    guardrails: Mapping[str, bool] = field(default_factory=dict[str, bool])
    "Name to held (`held`) or not (`broken`)."

    tools: Mapping[str, bool] = field(default_factory=dict[str, bool])
    "Name to invoked (`invoked`) or not (`not_invoked`)."

    knowledge_base: bool | None = None
    "Used (`used`) or not (`unused`)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A pytest mark: `skip` or `xfail` with a reason, or one of the user's own."""

    name: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One conversation to be held, with all that must be seen in it."""

    at: Loc
    name: str
    source: Source
    pal: Pal
    pal_source: Source
    "Where the PAL was written: its own file, or this one."

    pal_at: Loc = ()
    "The path of the PAL in `pal_source`."

    turns: tuple[Turn, ...] = ()
    handler: HandlerSpec | None = None
    client: Mapping[str, tuple[ClientAnswer, ...]] = field(
        default_factory=dict[str, tuple[ClientAnswer, ...]]
    )
    never: tuple[CallPattern, ...] = ()
    judge: JudgeExpectation | None = None
    judge_rules: JudgeRules = field(default_factory=JudgeRules)
    "Of the PAL file and of the scenario; the scenario's own win."

    unchecked: frozenset[UncheckedRule] = frozenset()
    env: tuple[str, ...] = ()
    "Environment variables the scenario reads as ``{env.NAME}``; their values are secrets."

    tags: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    fixtures: tuple[str, ...] = ()
    deadline: float | None = None
    "Seconds for the whole conversation; `None`: the run's own."

    search_path: tuple[str, ...] = ()
    "Directories in which callables of `client` are looked for before the usual ones."

    lints: tuple[Problem, ...] = ()
    "What is allowed and probably not meant, in the PAL and in this scenario's use of it."

    @property
    def span(self) -> SourceSpan:
        """Where the scenario begins."""
        return self.source.span(self.at)

    def where(self, loc: Loc) -> SourceSpan:
        """Where one of its parts stands."""
        return self.source.span(loc)
