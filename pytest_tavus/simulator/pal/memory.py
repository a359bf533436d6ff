"""What a scenario keeps from one turn for the next: `save` and `{saved.x}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from pytest_tavus.matching.compare import matches
from pytest_tavus.scenario.rules.rule import list_expected_calls
from pytest_tavus.scenario.values.model import CallExpectation, Turn
from pytest_tavus.scenario.values.templates import MissingValue, json_or_text, render, root
from pytest_tavus.trace.events import AnsweredBy, Saved, ToolCalled
from pytest_tavus.trace.log import Recorder


class _CallResult(Struct, frozen=True):
    """What a call has left behind, as text: few calls are looked at for what to keep."""

    call: ToolCalled
    answer: str
    by: AnsweredBy

    def arguments(self) -> Any:
        return json_or_text(self.call.arguments)

    def values(self) -> Mapping[str, Any]:
        """Return what the paths of `save` are read in."""
        return {"arguments": self.arguments(), "result": json_or_text(self.answer)}

    def find_source(self, path: str) -> AnsweredBy | None:
        """Return whose answer a path of `save` reads, if it reads one."""
        return self.by if root(path) == "result" else self.call.filled_by


class Memory:
    """The values of one conversation that its placeholders can read."""

    def __init__(self, recorder: Recorder, *, env: Mapping[str, str]) -> None:
        self._recorder = recorder
        self._env = env
        self._saved: dict[str, Any] = {}
        self._expected: list[CallExpectation] = []
        self._answers: dict[str, _CallResult] = {}
        self.filled_by: dict[str, AnsweredBy | None] = {}
        """Whose answer each kept value was read from."""

    def scope(self) -> dict[str, Any]:
        """Return what ``{saved.x}`` and ``{env.X}`` can read now."""
        return {"env": self._env, "saved": self._saved}

    def begin(self, turn: Turn) -> None:
        """Start a turn: its calls will be looked at for what to keep."""
        self._answers = {}
        self._expected = [call for call in list_expected_calls(turn.calls) if call.save]

    def record_answer(self, call: ToolCalled, answer: str, by: AnsweredBy) -> None:
        """Keep what an expected call is to leave behind, whether it succeeded or not."""
        left = self._answers[call.call_id] = _CallResult(call, answer, by)
        for expected in self._expected:
            if expected.tool == call.name and self._fits(expected.arguments, left.arguments()):
                self._save_values(expected.save, left)
                self._expected.remove(expected)
                return

    def finish(self, turn: Turn) -> None:
        """End a turn: keep what it is itself to leave behind, from the last call it made."""
        if not turn.save:
            return
        calls = self._recorder.trace().calls(turn=self._recorder.turn)
        left = self._answers.get(calls[-1][1].call_id) if calls else None
        if left is not None:
            self._save_values(turn.save, left)

    def _fits(self, expected: Any, arguments: Any) -> bool:
        try:
            return matches(render(expected, self.scope()), arguments)
        except MissingValue:
            return False

    def _save_values(self, wanted: Mapping[str, str], left: _CallResult) -> None:
        values = left.values()
        for name, path in wanted.items():
            try:
                value = render(f"{{{path}}}", values)
            except MissingValue:
                continue  # The check of `save` finds that nothing was kept, and shows the answer.
            by = left.find_source(path)
            self._saved[name], self.filled_by[name] = value, by
            self._recorder.record(Saved(name=name, value=value, filled_by=by))
