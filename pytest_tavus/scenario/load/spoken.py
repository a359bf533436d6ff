"""A scenario that a program writes turn by turn, during its conversation."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from pytest_tavus.errors import ScenarioError
from pytest_tavus.scenario.load.assemble import Defaults, assemble
from pytest_tavus.scenario.load.defaults import LoadedFile, Values
from pytest_tavus.scenario.load.include import Files
from pytest_tavus.scenario.load.pals import LoadedPal, PalFinder
from pytest_tavus.scenario.text.limits import FileLimits
from pytest_tavus.scenario.text.plain import plain_data
from pytest_tavus.scenario.text.problems import LocatedSource, ProblemLog
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.spans import Loc

_SETTING = {"user": "(opened)", "calls": "none"}
"""The first turn of the data: a scenario needs one, and the caller has said nothing yet."""


class SpokenScenario:
    """The growing data of a scenario; each turn is checked by the rules of a file."""

    def __init__(
        self,
        data: Mapping[str, object],
        source: LocatedSource,
        *,
        root: Path,
        limits: FileLimits,
        name: str,
    ) -> None:
        directory = (root / source.path).parent
        self._limits = limits
        self._data = plain_data(data)
        self._turns: list[Any] = [_SETTING]
        self._source = source
        self._root = root
        self._search_path = (str(directory), str(root))
        self._name = name
        self._pal: LoadedPal | None = None
        pal = self._data.get("pal")
        # The loader resolves a path from `root`; the path may be relative to the source instead.
        if isinstance(pal, str) and ((directory / pal).is_file() or not (root / pal).is_file()):
            self._data["pal"] = os.path.relpath(directory / pal, root)

    def build_empty(self) -> Scenario:
        """Return the scenario before its first turn.

        Raises:
            ScenarioError: with all problems.

        """
        return self._assemble()

    def add_turn(self, turn: Mapping[str, object]) -> Scenario:
        """Return the scenario with one more turn.

        Raises:
            ScenarioError: with all problems of the turn, which is then removed.

        """
        self._turns.append(plain_data(turn))
        try:
            return self._assemble()
        except ScenarioError:
            self._turns.pop()
            raise

    def _assemble(self) -> Scenario:
        ledger = ProblemLog()
        files = Files(root=self._root, limits=self._limits, problem_log=ledger)
        finder = PalFinder(files=files, problem_log=ledger, cache={})

        def pal(value: object, at: Loc) -> LoadedPal | None:
            # The PAL is read once and holds for the whole conversation.
            self._pal = self._pal or finder.find(value, at, self._source)
            return self._pal

        site = LoadedFile(
            source=self._source,
            problem_log=ledger,
            find_pal=pal,
            search_path=self._search_path,
            carries=self._limits.carries,
        )
        data = {**self._data, "turns": self._turns}
        defaults = Defaults(values=Values({}, {}), data={})
        scenario = assemble(data, (), site, defaults=defaults, name=self._name)
        problems = ledger.problems()
        if problems or scenario is None:
            raise ScenarioError(problems or "the conversation could not be understood")
        # The conversation plays its own turns, without the first turn of `_SETTING`.
        return replace(scenario, turns=scenario.turns[1:])
