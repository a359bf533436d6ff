"""A scenario as data: the lines of the caller, the expectations, the plays of the simulated PAL.

Every part has an `at`: its path in the file, from which :meth:`Source.span` finds the line. Values
that a user writes as JSON (`arguments`, `result`, ...) are plain data. The data may contain
matchers (:mod:`pytest_tavus.matching`) and placeholders (``{saved.x}``).
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
    """The file of a value."""

    @property
    def path(self) -> str:
        """The path for messages, as the user would type it."""
        ...

    def span(self, loc: Loc) -> SourceSpan:
        """Return the span of the value at this path, or of its nearest written parent."""
        ...


class Scenario(Struct, frozen=True, kw_only=True):
    """A conversation with its expectations."""

    at: Loc
    name: str
    source: Source
    pal: Pal
    pal_source: Source
    "The source of the PAL: its own file, or the file of the scenario."

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
    "Rules of the PAL file and of the scenario; the rules of the scenario win."

    unchecked: frozenset[UncheckedRule] = frozenset()
    env: tuple[str, ...] = ()
    "Environment variables that ``{env.NAME}`` may read; their values are secrets."

    plain: tuple[str, ...] = ()
    "Variables of `env` and of the handler's `env` whose values are no secrets."

    tags: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    fixtures: tuple[str, ...] = ()
    deadline: float | None = None
    "Seconds for the whole conversation; `None`: the default of the run."

    alone: bool = False
    "No other conversation runs at the same time."

    locks: tuple[str, ...] = ()
    "Scenarios that share a name run one at a time."

    search_path: tuple[str, ...] = ()
    "Directories that are searched for callables of `client` before the usual directories."

    lints: tuple[Problem, ...] = ()
    "Allowed but probably unintended settings of the PAL and of its use in this scenario."

    def __repr__(self) -> str:
        # `pytest --showlocals` prints this text, and the definitions contain secrets.
        return f"<Scenario {self.name!r} in {self.source.path}>"

    @property
    def is_judged(self) -> bool:
        """Whether the scenario has a `judge:` or declared rules."""
        rules = self.judge_rules
        return self.judge is not None or bool(rules.objectives or rules.guardrails)

    @property
    def span(self) -> SourceSpan:
        """The span of the first line of the scenario."""
        return self.source.span(self.at)

    def where(self, loc: Loc) -> SourceSpan:
        """Return the span of a part of the scenario."""
        return self.source.span(loc)
