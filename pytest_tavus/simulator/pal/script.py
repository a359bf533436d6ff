"""The script brain: plays the `plays` of a scenario, or the calls that its expectations imply.

The script may use only the PAL's knowledge. A line that needs an unknown answer is withheld and the
reason is recorded; an expectation never fills the line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.json_data import JsonMapping, JsonObject
from pytest_tavus.scenario.values.model import CallExpectation, CallGroup, PlayedCall, Plays, Turn
from pytest_tavus.scenario.values.templates import (
    MissingValue,
    as_text,
    has_placeholders,
    json_or_text,
    render,
    root,
)
from pytest_tavus.simulator.pal.brain import Answer, CallIntent, Inference, Moment, Unprompted
from pytest_tavus.simulator.pal.sources import (
    ANSWERS,
    AnswerSources,
    find_answer,
    find_last_answer,
    is_usable,
    pick_source,
)
from pytest_tavus.simulator.pal.speech import Lines, plain_line
from pytest_tavus.trace.events import AnsweredBy, Decisions, Withheld

Wave = tuple[PlayedCall, ...]

_NOTHING_SAVED: Mapping[str, AnsweredBy | None] = MappingProxyType({})


class _TurnScript(Struct, frozen=True, kw_only=True):
    plays: Plays | None
    waves: tuple[Wave, ...]


class ScriptBrain:
    """Decides by the scripts of turns, which can be added during the conversation."""

    decisions: Decisions = "scripted"

    def __init__(
        self,
        *,
        scope: Callable[[], JsonMapping],
        lines: Lines,
        filled_by: Mapping[str, AnsweredBy | None] = _NOTHING_SAVED,
    ) -> None:
        """Play with `scope`; `filled_by` says whose answer each saved value was read from."""
        self._scope = scope
        self._sources = AnswerSources(filled_by)
        self._lines = lines
        self._turn_scripts: list[_TurnScript] = []
        self._earlier_turns = _EarlierTurns()

    def add(self, turn: Turn) -> None:
        """Append the script of the next turn."""
        self._turn_scripts.append(_TurnScript(plays=turn.plays, waves=waves(turn)))

    def infer_unprompted(self, moment: Moment) -> Unprompted | None:
        plays = self._turn_scripts[moment.turn - 1].plays
        if plays is None or plays.later is None:
            return None
        return Unprompted(
            after=plays.later.after, inference=self._fill_line(plays.later.says, moment)
        )

    async def infer(self, moment: Moment) -> Inference:
        """Return the next wave of calls, or the reply after the last wave."""
        turn = self._turn_scripts[moment.turn - 1]
        if moment.step < len(turn.waves):
            return self._infer_calls(turn, moment)
        return self._infer_reply(turn.plays, moment)

    def _infer_calls(self, turn: _TurnScript, moment: Moment) -> Inference:
        scope = {**self._scope(), **self._earlier_turns.build_answers_scope(moment)}
        try:
            calls = tuple(
                CallIntent(
                    tool=call.tool,
                    arguments=render(call.arguments, scope),
                    filled_by=self._sources.find_source(call.arguments, moment),
                )
                for call in turn.waves[moment.step]
            )
        except MissingValue as missing:
            withheld = _build_withheld(f"{{{missing.placeholder}}}", missing, moment)
            return Inference(withheld=(withheld,))
        unfinished = moment.step + 1 < len(turn.waves)
        if turn.plays is None or turn.plays.before is None or moment.step > 0:
            return Inference(calls=calls, unfinished=unfinished)
        line = self._fill_line(turn.plays.before, moment, calls)
        return replace(line, calls=calls, unfinished=unfinished)

    def _infer_reply(self, plays: Plays | None, moment: Moment) -> Inference:
        failed = any(a.status not in {None, "success"} for a in moment.answers)
        template = _find_template(plays, failed=failed)
        if template is None:
            words = self._plain_reply(moment, failed=failed)
            return Inference(words=words, filled_by=_find_answerer(moment))
        reply = self._fill_line(template, moment)
        if plays is not None and plays.on_error is not None:
            # The answers decided between the two lines, so the answers are a source of the words.
            reply = replace(reply, filled_by=pick_source((reply.filled_by, _find_answerer(moment))))
        if not reply.withheld:
            return reply
        if failed and root(reply.withheld[0].path) in ANSWERS:
            return replace(reply, words=self._lines.acknowledgement, withheld=())
        return replace(reply, words=self._lines.unknown)

    def _fill_line(
        self, template: str, moment: Moment, calls: tuple[CallIntent, ...] = ()
    ) -> Inference:
        """Fill a line with values that the PAL knows, or withhold the line with the reason."""
        scope: JsonObject = {}
        if not has_placeholders(template):
            return Inference(words=as_text(render(template, scope)))
        scope.update(self._earlier_turns.collect_arguments(moment))
        for answer in moment.answers:
            scope.update(answer.arguments)
        for call in calls:
            scope.update(call.arguments)
        scope |= {**self._scope(), **self._earlier_turns.build_answers_scope(moment)}
        sent: dict[str, AnsweredBy | None] = {}
        for call in calls:
            sent.update(dict.fromkeys(call.arguments, call.filled_by))
        by = self._sources.find_source(template, moment, sent)
        try:
            return Inference(words=as_text(render(template, scope)), filled_by=by)
        except MissingValue as missing:
            withheld = _build_withheld(template, missing, moment)
            return Inference(withheld=(withheld,), filled_by=by)

    def _plain_reply(self, moment: Moment, *, failed: bool) -> str | None:
        if failed:
            return self._lines.acknowledgement
        usable = filter(is_usable, moment.answers)
        return " ".join(plain_line(answer.output) for answer in usable) or None


def _find_answerer(moment: Moment) -> AnsweredBy | None:
    return pick_source(answer.answered_by for answer in moment.answers)


def _find_template(plays: Plays | None, *, failed: bool) -> str | None:
    if plays is None:
        return None
    if failed and plays.on_error is not None:
        return plays.on_error
    return plays.says


def waves(turn: Turn) -> tuple[Wave, ...]:
    """Return the calls of a turn's script; the calls of a wave are made at the same time."""
    if turn.plays is not None and turn.plays.calls is not None:
        return turn.plays.calls
    return tuple(_collect_waves(turn.calls)) if turn.calls is not None else ()


def _collect_waves(group: CallGroup) -> Iterator[Wave]:
    """Yield expected calls as waves; an unordered group is one wave."""
    concurrent: list[PlayedCall] = []
    for member in group.members:
        if isinstance(member, CallGroup):
            yield from _collect_waves(member)
        elif group.ordered:
            yield from ((call,) for call in _repeat_call(member))
        else:
            concurrent.extend(_repeat_call(member))
    if concurrent:
        yield tuple(concurrent)


def _repeat_call(expected: CallExpectation) -> list[PlayedCall]:
    call = PlayedCall(at=expected.at, tool=expected.tool, arguments=expected.arguments)
    return [call] * expected.times.minimum


class _EarlierTurns:
    """The answers of earlier turns, each read only once: a conversation may be long."""

    def __init__(self) -> None:
        self._read_count = 0
        self._results: JsonObject = {}
        self._arguments: JsonObject = {}

    def build_answers_scope(self, moment: Moment) -> JsonObject:
        """Return the known answers: `result` is the last answer, `results` are by tool."""
        self._catch_up(moment)
        now = {a.tool: json_or_text(a.output) for a in moment.answers if is_usable(a)}
        results: JsonObject = {**self._results, **now}
        last = find_last_answer(moment)
        if last is None or not is_usable(last):
            return {"results": results}
        return {"results": results, "result": results[last.tool]}

    def collect_arguments(self, moment: Moment) -> JsonMapping:
        """Return the arguments of earlier turns; the last argument of a name wins."""
        self._catch_up(moment)
        return self._arguments

    def _catch_up(self, moment: Moment) -> None:
        for answer in moment.earlier_answers[self._read_count :]:
            self._arguments.update(answer.arguments)
            if is_usable(answer):
                self._results[answer.tool] = json_or_text(answer.output)
        self._read_count = len(moment.earlier_answers)


def _reads_answer(missing: MissingValue) -> bool:
    return root(missing.placeholder) in ANSWERS


def _build_withheld(template: str, missing: MissingValue, moment: Moment) -> Withheld:
    answer = find_answer(missing.placeholder, moment)
    return Withheld(
        template=template,
        reason=_withholding_reason(missing, answer),
        path=missing.placeholder,
        call_id=None if answer is None else answer.call_id,
    )


def _withholding_reason(
    missing: MissingValue, answer: Answer | None
) -> Literal["not_in_context", "missing_path", "call_failed"]:
    if not _reads_answer(missing) or answer is None or is_usable(answer):
        return "missing_path"
    return "not_in_context" if answer.status in {None, "success"} else "call_failed"
