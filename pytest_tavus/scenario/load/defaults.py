"""What a file may say for all its scenarios, and each scenario for itself: bound and built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace
from pydantic import BaseModel

from pytest_tavus.contract.tool.sent import Carries
from pytest_tavus.scenario.language.answers import HandlerDocument
from pytest_tavus.scenario.language.build import build, build_key
from pytest_tavus.scenario.language.document import Common
from pytest_tavus.scenario.language.judging import JudgeDocument
from pytest_tavus.scenario.language.played import ADDED
from pytest_tavus.scenario.load.binding import bind
from pytest_tavus.scenario.load.pals import LoadedPal
from pytest_tavus.scenario.text.limits import carries_all
from pytest_tavus.scenario.text.problems import LocatedSource, ProblemLog
from pytest_tavus.scenario.values.model import CallPattern, HandlerSpec, JudgeRules
from pytest_tavus.spans import Loc

M = TypeVar("M", bound=BaseModel)


class LoadedFile(Struct, frozen=True, kw_only=True):
    """The file that is being loaded."""

    source: LocatedSource
    problem_log: ProblemLog
    find_pal: Callable[[Any, Loc], LoadedPal | None]
    "Finds the PAL that a value of `pal` means; notes what is wrong with it."

    search_path: tuple[str, ...] = ()
    carries: Carries = carries_all

    def complain(self, loc: Loc, message: str, hint: str | None = None) -> None:
        """Note a problem at the value of a path."""
        self.problem_log.add(self.source, loc, message, hint=hint)

    def bind(self, model: type[M], data: Any, at: Loc) -> M | None:
        """Bind data at a path, noting what is refused."""
        bound, refusals = bind(model, data)
        self.problem_log.add_all(self.source, at, refusals)
        return bound


class Values(Struct, frozen=True):
    """The parts that a file can say for all its scenarios, built once."""

    at: dict[str, Loc]
    parts: dict[str, Any]

    def with_defaults(self, defaults: Values | None) -> Values:
        """Return these values with those of the file where they say nothing.

        What must never be called adds up: a scenario cannot allow what its file forbids.
        """
        if defaults is None:
            return self
        parts = {**defaults.parts, **self.parts}
        if (shared := defaults.parts.get(ADDED)) and (own := self.parts.get(ADDED)):
            parts[ADDED] = _merge_patterns(shared, own)
        elif shared:
            parts[ADDED] = shared
        return Values({**defaults.at, **self.at}, parts)


def _merge_patterns(
    shared: tuple[CallPattern, ...], own: tuple[CallPattern, ...]
) -> tuple[CallPattern, ...]:
    """Put the scenario's own behind the file's, and leave out what is there already."""
    known = [(pattern.tool, pattern.arguments) for pattern in shared]
    return (*shared, *(one for one in own if (one.tool, one.arguments) not in known))


def build_common(document: Common, at: Loc, site: LoadedFile) -> Values:
    """Build what a scenario, or a file for all of its own, says beside its turns."""
    values = Values({}, {})
    for key in document.model_fields_set & _COMMON:
        here = values.at[key] = (*at, key)
        value = getattr(document, key)
        if key in _PLACED and value is not None:
            value = _PLACED[key](value, here, site)
        elif value is not None:
            value = build_key(document, here, site.complain, name=key)
        values.parts[key] = value
    return values


def _build_handler(document: HandlerDocument, at: Loc, site: LoadedFile) -> HandlerSpec:
    spec: HandlerSpec = build(document, at, site.complain, search_path=site.search_path)
    return spec if spec.cwd is None else replace(spec, cwd=str(Path(site.search_path[0], spec.cwd)))


def _build_judge(document: JudgeDocument, at: Loc, site: LoadedFile) -> Any:
    rules = document.rules
    own = JudgeRules() if rules is None else build(rules, (*at, "rules"), site.complain)
    return build(document, at, site.complain), own


_COMMON = frozenset(Common.model_fields)
_PLACED: Mapping[str, Callable[[Any, Loc, LoadedFile], Any]] = {
    "pal": lambda value, at, site: site.find_pal(value, at),
    "handler": _build_handler,
    "judge": _build_judge,
}
"""Keys whose value is not built from what is written alone, or is two values."""
