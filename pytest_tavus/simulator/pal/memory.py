"""The saved values of a conversation: `save` writes them, `{saved.x}` reads them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.matching.compare import matches
from pytest_tavus.scenario.rules.rule import list_expected_calls
from pytest_tavus.scenario.values.model import CallExpectation, Turn
from pytest_tavus.scenario.values.templates import MissingValue, json_or_text, render, root
from pytest_tavus.trace.events import AnsweredBy, Saved, ToolCalled
from pytest_tavus.trace.log import Recorder


class _CallResult(Struct, frozen=True):
    """The arguments and the answer of a call, as texts, because few calls save a value."""

    call: ToolCalled
    answer: str
    by: AnsweredBy

    def arguments(self) -> Json:
        arguments: Json = json_or_text(self.call.arguments)
        return arguments

    def values(self) -> JsonMapping:
        """Return the values that the paths of `save` read."""
        return {"arguments": self.arguments(), "result": json_or_text(self.answer)}

    def find_source(self, path: str) -> AnsweredBy | None:
        """Return whose answer a path of `save` reads, or `None` if it reads no answer."""
        return self.by if root(path) == "result" else self.call.filled_by


class Memory:
    """The values of one conversation that its placeholders can read."""

    def __init__(self, recorder: Recorder, *, env: Mapping[str, str]) -> None:
        self._recorder = recorder
        self._env = env
        self._saved: JsonObject = {}
        self._expected: list[CallExpectation] = []
        self._answers: dict[str, _CallResult] = {}
        self.filled_by: dict[str, AnsweredBy | None] = {}
        """Whose answer each saved value was read from."""

    def scope(self) -> JsonObject:
        """Return the values that ``{saved.x}`` and ``{env.X}`` read now."""
        return {"env": self._env, "saved": self._saved}

    def begin(self, turn: Turn) -> None:
        """Start a turn, whose calls may save values."""
        self._answers = {}
        self._expected = [call for call in list_expected_calls(turn.calls) if call.save]

    def record_answer(self, call: ToolCalled, answer: str, by: AnsweredBy) -> None:
        """Save the values of an expected call, even of a failed call."""
        result = self._answers[call.call_id] = _CallResult(call, answer, by)
        for expected in self._expected:
            if expected.tool == call.name and self._matches(expected.arguments, result.arguments()):
                self._save_values(expected.save, result)
                self._expected.remove(expected)  # an expected call saves once
                return

    def finish(self, turn: Turn) -> None:
        """End a turn: save its own values from its last call."""
        if not turn.save:
            return
        calls = self._recorder.trace().calls(turn=self._recorder.turn)
        result = self._answers.get(calls[-1][1].call_id) if calls else None
        if result is not None:
            self._save_values(turn.save, result)

    def _matches(self, expected: object, arguments: Json) -> bool:
        try:
            return matches(render(expected, self.scope()), arguments)
        except MissingValue:
            return False

    def _save_values(self, paths: Mapping[str, str], result: _CallResult) -> None:
        values = result.values()
        for name, path in paths.items():
            try:
                value = render(f"{{{path}}}", values)
            except MissingValue:
                continue  # The check of `save` finds the missing value, and shows the answer.
            by = result.find_source(path)
            self._saved[name], self.filled_by[name] = value, by
            self._recorder.record(Saved(name=name, value=value, filled_by=by))
