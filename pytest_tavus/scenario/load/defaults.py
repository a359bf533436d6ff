"""What a file may say for all its scenarios, and each scenario for itself: bound and built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from msgspec import Struct
from pydantic import BaseModel

from pytest_tavus.contract.tool.sent import Carries
from pytest_tavus.scenario.language.document import Common
from pytest_tavus.scenario.language.played import ADDED
from pytest_tavus.scenario.load import build_answers, build_turns
from pytest_tavus.scenario.load.binding import bind
from pytest_tavus.scenario.load.pals import LoadedPal
from pytest_tavus.scenario.text.limits import carries_all
from pytest_tavus.scenario.text.problems import Placed, ProblemLog
from pytest_tavus.scenario.values.model import CallPattern, JudgeRules, Mark
from pytest_tavus.spans import Loc

M = TypeVar("M", bound=BaseModel)


class LoadedFile(Struct, frozen=True, kw_only=True):
    """The file that is being loaded."""

    source: Placed
    ledger: ProblemLog
    pal: Callable[[Any, Loc], LoadedPal | None]
    "Finds the PAL that a value of `pal` means; notes what is wrong with it."

    search_path: tuple[str, ...] = ()
    carries: Carries = carries_all

    def complain(self, loc: Loc, message: str, hint: str | None = None) -> None:
        """Note a problem at the value of a path."""
        self.ledger.add(self.source, loc, message, hint=hint)

    def bind(self, model: type[M], data: Any, at: Loc) -> M | None:
        """Bind data at a path, noting what is refused."""
        bound, refusals = bind(model, data)
        self.ledger.take(self.source, at, refusals)
        return bound


class Values(Struct, frozen=True):
    """The parts that a file can say for all its scenarios, built once."""

    at: dict[str, Loc]
    parts: dict[str, Any]

    def over(self, defaults: Values | None) -> Values:
        """Return these values with those of the file where they say nothing.

        What must never be called adds up: a scenario cannot allow what its file forbids.
        """
        if defaults is None:
            return self
        parts = {**defaults.parts, **self.parts}
        if (shared := defaults.parts.get(ADDED)) and (own := self.parts.get(ADDED)):
            parts[ADDED] = _joined(shared, own)
        elif shared:
            parts[ADDED] = shared
        return Values({**defaults.at, **self.at}, parts)


def _joined(
    shared: tuple[CallPattern, ...], own: tuple[CallPattern, ...]
) -> tuple[CallPattern, ...]:
    """Put the scenario's own behind the file's, and leave out what is there already."""
    known = [(pattern.tool, pattern.arguments) for pattern in shared]
    return (*shared, *(one for one in own if (one.tool, one.arguments) not in known))


def common(document: Common, at: Loc, site: LoadedFile) -> Values:
    """Build what a scenario, or a file for all of its own, says beside its turns."""
    values = Values({}, {})
    for key in document.model_fields_set & _COMMON.keys():
        here = (*at, key)
        value = getattr(document, key)
        values.at[key] = here
        values.parts[key] = None if value is None else _COMMON[key](value, here, site)
    return values


def _pal(value: Any, at: Loc, site: LoadedFile) -> LoadedPal | None:
    return site.pal(value, at)


def _judge(value: Any, at: Loc, _site: LoadedFile) -> Any:
    written = value.rules
    own = JudgeRules() if written is None else build_answers.judge_rules(written, (*at, "rules"))
    return build_answers.judge(value, at), own


_COMMON: Mapping[str, Callable[[Any, Loc, LoadedFile], Any]] = {
    "pal": _pal,
    "handler": lambda value, at, site: build_answers.handler(
        value, at, site.complain, search_path=site.search_path
    ),
    "client": lambda value, at, site: build_answers.client(value, at, site.complain),
    "never": lambda value, at, site: build_turns.patterns(value, at, site.complain),
    "judge": _judge,
    "extra": lambda value, _at, _site: value == "allowed",
    "unchecked": lambda value, _at, _site: frozenset(value),
    "env": lambda value, _at, _site: tuple(value),
    "plain": lambda value, _at, _site: tuple(value),
    "tags": lambda value, _at, _site: tuple(value),
    "marks": lambda value, _at, _site: tuple(
        Mark(name=mark.name, reason=mark.reason) for mark in value
    ),
    "fixtures": lambda value, _at, _site: tuple(value),
    "deadline": lambda value, _at, _site: value,
    "alone": lambda value, _at, _site: value,
    "lock": lambda value, _at, _site: tuple(dict.fromkeys(value)),
}
"""How each common key is built."""
