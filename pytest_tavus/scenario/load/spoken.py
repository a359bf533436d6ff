"""A scenario that a program writes while it is being played, turn by turn."""

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
"""Stands before the first line, so that a scenario is whole before anything has been said."""


class SpokenScenario:
    """The growing text of a scenario: every turn is held to the rules of a file."""

    def __init__(
        self,
        data: Mapping[str, Any],
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
        if isinstance(pal, str) and ((directory / pal).is_file() or not (root / pal).is_file()):
            self._data["pal"] = os.path.relpath(directory / pal, root)

    def build_empty(self) -> Scenario:
        """Return the scenario before its first turn.

        Raises:
            ScenarioError: with all problems.

        """
        return self._assemble()

    def add_turn(self, turn: Mapping[str, Any]) -> Scenario:
        """Return the scenario with one more turn.

        Raises:
            ScenarioError: with all problems of the turn, which is then forgotten.

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

        def pal(value: Any, at: Loc) -> LoadedPal | None:
            # Read once, whatever is said: what it came to holds for the whole conversation.
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
        return replace(scenario, turns=scenario.turns[1:])
