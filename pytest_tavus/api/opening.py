"""What the fixtures `tavus` and `tavus_async` give to a test: a way to open conversations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_tavus.api.conversation import AsyncConversation, Conversation
from pytest_tavus.api.held import Held
from pytest_tavus.api.place import TestSource, caller
from pytest_tavus.contract.pal import Pal
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.scenario.parse import parse_inline
from pytest_tavus.scenario.spoken import SpokenScenario
from pytest_tavus.stage import Stage

PalLike = Pal | str | Mapping[str, Any]
"""A PAL, its file, or its definition. A path is relative to the test's file, or to the root."""


class _Opening:
    """What opening a conversation takes, for both kinds of test."""

    def __init__(self, stage: Stage, *, root: Path, handler: object | None) -> None:
        self._stage = stage
        self._root = root
        self._handler = handler

    def _held(self, pal: PalLike, handler: object | None, setting: Mapping[str, Any]) -> Held:
        opened = caller(self._root)
        source = TestSource(opened)
        data = {"pal": pal, **setting}
        # A handler of the language is written like one; anything else is started as it is.
        override = self._handler if handler is None else handler
        if isinstance(handler, str | Mapping):
            data["handler"], override = handler, None
        spoken = SpokenScenario(
            data,
            source,
            root=self._root,
            directory=(self._root / opened.path).parent,
            name=f"line {opened.line}",
        )
        return Held(self._stage, spoken, source, handler=override)


class Tavus(_Opening):
    """Opens conversations in sync tests."""

    def open(self, *, pal: PalLike, handler: object | None = None, **setting: Any) -> Conversation:
        """Return a conversation with a PAL, to be opened by a `with` statement.

        `handler` is an application object, or what `handler:` takes in a scenario file; without
        it, the fixture `tavus_handler` decides. `setting` are the other keys of a scenario:
        `client`, `never`, `judge`, `unchecked`, `extra`, `env`.

        Raises:
            ScenarioError: the PAL or a key cannot be understood.

        """
        held = self._held(pal, handler, setting)
        return Conversation(held, self._stage.loop, self._root)

    def run(self, scenario: Mapping[str, Any], *, name: str = "scenario") -> ScenarioResult:
        """Play one scenario, given as data in the language of the files."""
        return self._stage.run(parse_inline(scenario, name=name), handler=self._handler)


class AsyncTavus(_Opening):
    """Opens conversations in async tests."""

    def open(
        self, *, pal: PalLike, handler: object | None = None, **setting: Any
    ) -> AsyncConversation:
        """Do as :meth:`Tavus.open`, for an `async with` statement."""
        held = self._held(pal, handler, setting)
        return AsyncConversation(held, self._stage.loop, self._root)
