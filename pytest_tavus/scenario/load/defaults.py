"""Binds and builds the keys that a file and its scenarios may both have."""

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
"""The value of each written key of a file or a scenario; an empty key has the value `None`."""


class LoadedFile(Struct, frozen=True, kw_only=True):
    """The file that is being loaded."""

    source: LocatedSource
    problem_log: ProblemLog
    find_pal: Callable[[Any, Loc], LoadedPal | None]
    "Finds the PAL of a value of `pal`, and notes its problems."

    search_path: tuple[str, ...] = ()
    carries: Carries = carries_all

    def complain(self, loc: Loc, message: str, hint: str | None = None) -> None:
        """Note a problem at the line of a path."""
        self.problem_log.add(self.source, loc, message, hint=hint)

    def bind(self, kind: type[P], data: object, at: Loc, **defaults: Any) -> P | None:
        """Return the value of the data at a path, and note each refusal."""
        bound, refusals = bind(kind, data, at, **defaults)
        self.problem_log.add_all(self.source, at, refusals)
        return bound

    def bind_head(self, kind: type[Part], data: Mapping[str, object], at: Loc) -> Head | None:
        """Return the values of the written keys, and note each refusal."""
        bound, refusals = bind_keys(kind, data, at)
        self.problem_log.add_all(self.source, at, refusals)
        return bound


class Values(Struct, frozen=True):
    """The parts that a file and its scenarios may both have, built once."""

    at: dict[str, Loc]
    parts: dict[str, Any]

    def with_defaults(self, defaults: Values | None) -> Values:
        """Return these values, and the values of the file for all other keys.

        Forbidden calls add up: a scenario cannot allow a call that its file forbids.
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
    """Add the patterns of the scenario to those of the file, without duplicates."""
    # A list, because arguments are mappings and have no hash.
    known = [(pattern.tool, pattern.arguments) for pattern in shared]
    return (*shared, *(item for item in own if (item.tool, item.arguments) not in known))


def build_common(written: Mapping[str, object], at: Loc, site: LoadedFile) -> Values:
    """Build the parts of a scenario or a file, except the turns."""
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
    """Add the directories of the file to a handler."""
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
"""Keys whose value needs the file or its PAL, and `judge`, which becomes two values."""
