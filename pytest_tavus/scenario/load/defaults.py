"""What a file may say for all its scenarios, and each scenario for itself: bound and built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.contract.tool.sent import Carries
from pytest_tavus.scenario.language.heads import DEFAULTS
from pytest_tavus.scenario.load.binding import bind, bind_keys
from pytest_tavus.scenario.load.pals import LoadedPal
from pytest_tavus.scenario.text.limits import carries_all
from pytest_tavus.scenario.text.problems import LocatedSource, ProblemLog
from pytest_tavus.scenario.values.call_values import ADDED
from pytest_tavus.scenario.values.forms import Part
from pytest_tavus.scenario.values.model import (
    CallPattern,
    HandlerSpec,
    JudgeExpectation,
    JudgeRules,
)
from pytest_tavus.spans import Loc

P = TypeVar("P", bound=Part)

Head = dict[str, Any]
"""The keys of a file or a scenario that are written, read; `None` behind a key that is empty."""


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

    def bind(self, kind: type[P], data: Any, at: Loc, **given: Any) -> P | None:
        """Return the value of data at a path, noting what is refused."""
        bound, refusals = bind(kind, data, at, **given)
        self.problem_log.add_all(self.source, at, refusals)
        return bound

    def bind_head(self, kind: type[Part], data: Mapping[str, Any], at: Loc) -> Head | None:
        """Return the values of the keys that are written, noting what is refused."""
        bound, refusals = bind_keys(kind, data, at)
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


def build_common(written: Mapping[str, Any], at: Loc, site: LoadedFile) -> Values:
    """Build what a scenario, or a file for all of its own, says beside its turns."""
    values = Values({}, {})
    for key in DEFAULTS:
        if key in written:
            here = values.at[key] = (*at, key)
            value = written[key]
            if key in _PLACED and value is not None:
                value = _PLACED[key](value, here, site)
            values.parts[key] = value
    return values


def _place_handler(spec: HandlerSpec, _at: Loc, site: LoadedFile) -> HandlerSpec:
    """Return the handler with the directories of the file."""
    home = site.search_path
    cwd = spec.cwd if spec.cwd is None else str(Path(home[0], spec.cwd))
    return replace(spec, search_path=home, cwd=cwd)


def _part_judge(judge: JudgeExpectation, _at: Loc, _site: LoadedFile) -> Any:
    return replace(judge, rules=None), judge.rules or JudgeRules()


_PLACED: Mapping[str, Callable[[Any, Loc, LoadedFile], Any]] = {
    "pal": lambda value, at, site: site.find_pal(value, at),
    "handler": _place_handler,
    "judge": _part_judge,
}
"""Keys whose value is not built from what is written alone, or is two values."""
