"""Entry points of the loader: a scenario file, a mapping or a PAL becomes typed values.

An error carries every problem of the file, of its PAL file and of its included files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.errors import Problem, ScenarioError
from pytest_tavus.scenario.load.include import Files
from pytest_tavus.scenario.load.pals import PalCache, PalFinder, read_pal_data
from pytest_tavus.scenario.load.scenarios import ScenarioLoader
from pytest_tavus.scenario.text.limits import FileLimits
from pytest_tavus.scenario.text.plain import plain_data
from pytest_tavus.scenario.text.problems import ProblemLog
from pytest_tavus.scenario.values.model import Scenario, Source
from pytest_tavus.spans import Loc, SourceSpan, format_loc

__all__ = ["FileLimits", "load_pal", "load_scenarios", "parse_inline"]


class InlineSource(Struct, frozen=True, kw_only=True):
    """The source of data that a program passes: it has no file and no lines."""

    path: str = "<python>"

    def span(self, loc: Loc) -> SourceSpan:  # noqa: ARG002 - the port has it
        """Return line 1, because the data has no lines; messages name the path of the value."""
        return SourceSpan(path=self.path, line=1)

    def key_span(self, loc: Loc) -> SourceSpan:
        """Return the same as :meth:`span`."""
        return self.span(loc)

    def format_message(self, loc: Loc, message: str) -> str:
        """Return the message behind the path of the value, because the data has no lines."""
        return f"{format_loc(loc)}: {message}" if loc else message


def load_scenarios(
    path: Path, *, root: Path, limits: FileLimits | None = None, pals: PalCache | None = None
) -> tuple[Scenario, ...]:
    """Return the scenarios of a file; a parametrized scenario becomes one scenario for each row.

    Messages show paths relative to `root`. With `pals`, many calls read a PAL file once.

    Raises:
        ScenarioError: with all problems of the file, of its PAL file and of its included files.

    """
    ledger = ProblemLog()
    files = Files(root=root, limits=limits or FileLimits(), problem_log=ledger)
    data, document = files.read(path)
    load = ScenarioLoader(
        source=document,
        problem_log=ledger,
        pals=PalFinder(files=files, problem_log=ledger, cache={} if pals is None else pals),
        name=path.name.partition(".")[0],
        search_path=(str(path.absolute().parent), str(root.absolute())),
    )
    scenarios = load.load_file(data)
    _raise_all(ledger)
    return scenarios


def parse_inline(
    data: Mapping[str, object], *, name: str, limits: FileLimits | None = None
) -> Scenario:
    """Return the scenario that a program passes as plain data, in the language of the files.

    The data is one scenario, with `turns`; `name` is the name of data without one. A `pal` may be a
    :class:`~pytest_tavus.contract.pal.pal.Pal`, or a path from the current directory.

    Raises:
        ScenarioError: with all problems; each names the path of the value.

    """
    ledger = ProblemLog()
    source = InlineSource()
    here = Path.cwd()
    files = Files(root=here, limits=limits or FileLimits(), problem_log=ledger)
    load = ScenarioLoader(
        source=source,
        problem_log=ledger,
        pals=PalFinder(files=files, problem_log=ledger, cache={}),
        name=name,
        search_path=(str(here),),
    )
    scenario = load.load_single(plain_data(data))
    _raise_all(ledger)
    if scenario is None:
        raise ScenarioError(Problem(message="the scenario could not be understood"))
    return scenario


def load_pal(
    definition: Path | str | Mapping[str, Any],
    *,
    root: Path | None = None,
    limits: FileLimits | None = None,
) -> tuple[Pal, Source]:
    """Return a PAL and its source, from a file or from plain data.

    Raises:
        ScenarioError: with every broken rule and its line.

    """
    ledger = ProblemLog()
    if not isinstance(definition, (str, Path)):
        data, source = plain_data(definition), InlineSource()
        loaded = read_pal_data(data, source, ledger=ledger, limits=limits or FileLimits())
    else:
        here = root or Path.cwd()
        files = Files(root=here, limits=limits or FileLimits(), problem_log=ledger)
        finder = PalFinder(files=files, problem_log=ledger, cache={})
        loaded = finder.read(here / definition)
        ledger.ready.extend(loaded.problems)
    _raise_all(ledger)
    if loaded.pal is None:
        raise ScenarioError(Problem(message="the PAL could not be understood"))
    return loaded.pal, loaded.source


def _raise_all(ledger: ProblemLog) -> None:
    if ledger:
        raise ScenarioError(ledger.problems())
