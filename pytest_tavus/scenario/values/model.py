"""A scenario as data: what the caller says, what must follow, what the simulated PAL plays.

Every part has an `at`: its path in the file, from which :meth:`Source.span` finds the line. Values
that a user writes as JSON (`arguments`, `result`, ...) are plain data in which matchers
(:mod:`pytest_tavus.matching`) and placeholders (``{saved.x}``) may stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct, field

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.errors import Problem
from pytest_tavus.scenario.values.answer_values import (
    CannedAnswer,
    ClientAnswer,
    HandlerSpec,
    TokenAnswer,
)
from pytest_tavus.scenario.values.call_values import (
    CallExpectation,
    CallGroup,
    CallPattern,
    PlayedCall,
    StatusWord,
    Times,
)
from pytest_tavus.scenario.values.judge_values import (
    GuardrailRule,
    JudgeExpectation,
    JudgeRules,
    Mark,
    ObjectiveRule,
)
from pytest_tavus.scenario.values.turn_values import (
    EventExpectation,
    PlayedLater,
    Plays,
    SpeechExpectation,
    Turn,
    UncheckedRule,
)
from pytest_tavus.spans import Loc, SourceSpan

__all__ = [
    "CallExpectation",
    "CallGroup",
    "CallPattern",
    "CannedAnswer",
    "ClientAnswer",
    "EventExpectation",
    "GuardrailRule",
    "HandlerSpec",
    "JudgeExpectation",
    "JudgeRules",
    "Mark",
    "ObjectiveRule",
    "PlayedCall",
    "PlayedLater",
    "Plays",
    "Scenario",
    "Source",
    "SpeechExpectation",
    "StatusWord",
    "Times",
    "TokenAnswer",
    "Turn",
    "UncheckedRule",
]


class Source(Protocol):
    """The file a value came from."""

    @property
    def path(self) -> str:
        """As the user would type it."""
        ...

    def span(self, loc: Loc) -> SourceSpan:
        """Return where the value at this path stands; the nearest parent where it is implied."""
        ...


class Scenario(Struct, frozen=True, kw_only=True):
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

    plain: tuple[str, ...] = ()
    "Those of `env` and of the handler's `env` whose values are no secrets."

    tags: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    fixtures: tuple[str, ...] = ()
    deadline: float | None = None
    "Seconds for the whole conversation; `None`: the run's own."

    alone: bool = False
    "No other conversation is held meanwhile."

    locks: tuple[str, ...] = ()
    "Of the scenarios that share a name, one is held at a time."

    search_path: tuple[str, ...] = ()
    "Directories in which callables of `client` are looked for before the usual ones."

    lints: tuple[Problem, ...] = ()
    "What is allowed and probably not meant, in the PAL and in this scenario's use of it."

    def __repr__(self) -> str:
        # Shown by `pytest --showlocals`: the definitions in a scenario hold secrets.
        return f"<Scenario {self.name!r} in {self.source.path}>"

    @property
    def is_judged(self) -> bool:
        """Whether a judge has anything to do: there is a `judge:`, or there are declared rules."""
        rules = self.judge_rules
        return self.judge is not None or bool(rules.objectives or rules.guardrails)

    @property
    def span(self) -> SourceSpan:
        """Where the scenario begins."""
        return self.source.span(self.at)

    def where(self, loc: Loc) -> SourceSpan:
        """Where one of its parts stands."""
        return self.source.span(loc)
