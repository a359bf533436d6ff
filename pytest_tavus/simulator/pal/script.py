"""The script brain: plays what a scenario's `plays` says, or what its expectations imply.

It is bound by what the PAL knows. A line that needs an answer the PAL has not got is withheld,
and why is recorded; it is never filled in from the expectation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

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
    """The script of one turn."""

    plays: Plays | None
    waves: tuple[Wave, ...]


class ScriptBrain:
    """Decides by script. Turns can be added while the conversation goes on."""

    decisions: Decisions = "scripted"

    def __init__(
        self,
        *,
        scope: Callable[[], Mapping[str, Any]],
        lines: Lines,
        filled_by: Mapping[str, AnsweredBy | None] = _NOTHING_SAVED,
    ) -> None:
        """`filled_by` says whose answer each saved value was read from."""
        self._scope = scope
        self._sources = AnswerSources(filled_by)
        self._lines = lines
        self._turn_scripts: list[_TurnScript] = []
        self._earlier_turns = _EarlierTurns()

    def add(self, turn: Turn) -> None:
        """Append the script of the next turn."""
        self._turn_scripts.append(_TurnScript(plays=turn.plays, waves=waves(turn)))

    def infer_unprompted(self, moment: Moment) -> Unprompted | None:
        """Return the line of `plays.later`."""
        plays = self._turn_scripts[moment.turn - 1].plays
        if plays is None or plays.later is None:
            return None
        return Unprompted(
            after=plays.later.after, inference=self._fill_line(plays.later.says, moment)
        )

    async def infer(self, moment: Moment) -> Inference:
        """Return the next wave of calls, or the reply when all have been made."""
        part = self._turn_scripts[moment.turn - 1]
        if moment.step < len(part.waves):
            return self._infer_calls(part, moment)
        return self._infer_reply(part.plays, moment)

    def _infer_calls(self, part: _TurnScript, moment: Moment) -> Inference:
        scope = {**self._scope(), **self._earlier_turns.build_answers_scope(moment)}
        try:
            calls = tuple(
                CallIntent(
                    tool=call.tool,
                    arguments=render(call.arguments, scope),
                    filled_by=self._sources.find_source(call.arguments, moment),
                )
                for call in part.waves[moment.step]
            )
        except MissingValue as missing:
            withheld = _build_withheld(f"{{{missing.placeholder}}}", missing, moment)
            return Inference(withheld=(withheld,))
        unfinished = moment.step + 1 < len(part.waves)
        if part.plays is None or part.plays.before is None or moment.step > 0:
            return Inference(calls=calls, unfinished=unfinished)
        spoken = self._fill_line(part.plays.before, moment, calls)
        return replace(spoken, calls=calls, unfinished=unfinished)

    def _infer_reply(self, plays: Plays | None, moment: Moment) -> Inference:
        failed = any(a.status not in {None, "success"} for a in moment.answers)
        template = _find_template(plays, failed=failed)
        if template is None:
            words = self._plain_reply(moment, failed=failed)
            return Inference(words=words, filled_by=_find_answerer(moment))
        reply = self._fill_line(template, moment)
        if plays is not None and plays.on_error is not None:
            # Which of the two lines is said, the answers have decided.
            reply = replace(reply, filled_by=pick_source((reply.filled_by, _find_answerer(moment))))
        if not reply.withheld:
            return reply
        if failed and root(reply.withheld[0].path) in ANSWERS:
            return replace(reply, words=self._lines.acknowledgement, withheld=())
        return replace(reply, words=self._lines.unknown)

    def _fill_line(
        self, template: str, moment: Moment, calls: tuple[CallIntent, ...] = ()
    ) -> Inference:
        """Fill a line with what the PAL knows, or withhold it and say why."""
        scope: dict[str, Any] = {}
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
        heard = [a for a in moment.answers if is_usable(a)]
        return " ".join(plain_line(answer.output) for answer in heard) or None


def _find_answerer(moment: Moment) -> AnsweredBy | None:
    return pick_source(answer.answered_by for answer in moment.answers)


def _find_template(plays: Plays | None, *, failed: bool) -> str | None:
    if plays is None:
        return None
    if failed and plays.on_error is not None:
        return plays.on_error
    return plays.says


def waves(turn: Turn) -> tuple[Wave, ...]:
    """Return the calls that a turn's script makes, those of one time together."""
    if turn.plays is not None and turn.plays.calls is not None:
        return turn.plays.calls
    return tuple(_collect_waves(turn.calls)) if turn.calls is not None else ()


def _collect_waves(group: CallGroup) -> Iterator[Wave]:
    """Read the expected calls as a script: an unordered group is called at the same time."""
    together: list[PlayedCall] = []
    for member in group.members:
        if isinstance(member, CallGroup):
            yield from _collect_waves(member)
        elif group.ordered:
            yield from ((call,) for call in _repeat_call(member))
        else:
            together.extend(_repeat_call(member))
    if together:
        yield tuple(together)


def _repeat_call(expected: CallExpectation) -> list[PlayedCall]:
    call = PlayedCall(at=expected.at, tool=expected.tool, arguments=expected.arguments)
    return [call] * expected.times.minimum


class _EarlierTurns:
    """What is known of earlier turns. Each answer is read once, for a conversation may be long."""

    def __init__(self) -> None:
        self._read_count = 0
        self._results: dict[str, Any] = {}
        self._arguments: dict[str, Any] = {}

    def build_answers_scope(self, moment: Moment) -> dict[str, Any]:
        """Offer the answers the PAL knows: `result` is the last one, `results` is by tool."""
        self._catch_up(moment)
        now = {a.tool: json_or_text(a.output) for a in moment.answers if is_usable(a)}
        scope: dict[str, Any] = {"results": {**self._results, **now}}
        last = find_last_answer(moment)
        if last is not None and is_usable(last):
            scope["result"] = scope["results"][last.tool]
        return scope

    def collect_arguments(self, moment: Moment) -> Mapping[str, Any]:
        """Return the arguments of the calls of earlier turns; the last one of a name wins."""
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
