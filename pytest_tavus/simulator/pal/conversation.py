"""One simulated conversation: carries out a brain's decisions by `on_call` and `on_resolve`.

This module knows no HTTP: a :class:`Dispatcher` delivers each call and returns its resolution.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from itertools import count
from typing import Final, Protocol

from msgspec import Struct

from pytest_tavus.clock import Clock
from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.simulator.pal.brain import (
    Answer,
    Brain,
    CallIntent,
    Inference,
    Moment,
    SpokenLine,
    Unprompted,
)
from pytest_tavus.simulator.pal.ids import Ids
from pytest_tavus.simulator.pal.open_call import OpenCall, cancel_deliveries, start_deliveries
from pytest_tavus.simulator.pal.speech import Lines
from pytest_tavus.trace.events import AnsweredBy, Fault, PalSaid, ToolCalled, ToolResolved
from pytest_tavus.trace.log import Recorder

__all__ = ["ConversationContext", "Dispatcher", "PalConversation", "PalRules"]


class Dispatcher(Protocol):
    """Delivers calls, and records each delivery."""

    async def dispatch(self, tool: Tool | None, call: ToolCalled, *, turn: int) -> ToolResolved:
        """Deliver a call. A failure is a resolution, never an exception."""
        ...


class PalRules(Struct, frozen=True, kw_only=True):
    """The rules of a simulated PAL. A user can replace the inferred rules."""

    behaviour: Behaviour
    lines: Lines


class ConversationContext(Struct, frozen=True, kw_only=True):
    """The parts that a conversation shares with its dispatcher and its owner."""

    recorder: Recorder
    clock: Clock
    ids: Ids
    rules: PalRules


_JSON: Final = json.JSONEncoder(ensure_ascii=False)

MAX_INFERENCES = 32
"""Inferences per turn of a model, which could call tools forever; a script always ends."""


class PalConversation:
    """A PAL in a conversation. The recorder receives all its words and calls."""

    def __init__(
        self, pal: Pal, brain: Brain, *, dispatcher: Dispatcher, shared: ConversationContext
    ) -> None:
        self._pal = pal
        self._brain = brain
        self._dispatcher = dispatcher
        self._recorder = shared.recorder
        self._clock = shared.clock
        self._ids = shared.ids
        self._rules = shared.rules
        self.context = pal.context or ""
        """The context beside the prompt. The owner of the conversation may replace the context; the
        next inference reads the new text."""

        self._spoken_lines: list[SpokenLine] = []
        self._turn = 0
        self._user = ""
        self._turn_calls: list[OpenCall] = []
        self._earlier_calls: list[OpenCall] = []
        "Calls of earlier turns that are still open."

        self._earlier_answers: tuple[Answer, ...] = ()

    def greet(self, greeting: str | None = None) -> None:
        """Say `greeting`, or by default the PAL's own. [inferred] in chat."""
        self._say(self._pal.greeting if greeting is None else greeting, None)

    def echo(self, text: str, inference_id: str | None = None) -> None:
        """Say a text word for word, without the brain."""
        self._say(text, self._ids.inference() if inference_id is None else inference_id)

    async def hear(self, text: str) -> None:
        """Answer a line of the caller; return when the last call of the turn is resolved.

        The PAL may reply long before.
        """
        await self.reply(text)
        try:
            for entry in self._turn_calls:
                await entry.resolution()
        finally:
            await cancel_deliveries(self._turn_calls)

    async def reply(self, text: str) -> None:
        """Answer a line of the caller; return when the PAL has replied.

        Calls that the PAL does not wait for stay open during later turns. Cancelling this cancels
        the deliveries of the turn.
        """
        self._collect_earlier_answers()
        self._turn, self._user, self._turn_calls = self._turn + 1, text, []
        self._spoken_lines.append(SpokenLine(by="user", text=text))
        try:
            await self._respond(text, self._turn_calls)
        except BaseException:  # a cancelled turn must leave no delivery behind
            await cancel_deliveries(self._turn_calls)
            raise

    async def listen(self, seconds: float) -> None:
        """Let time pass while the caller is silent; the PAL may speak unprompted."""
        unprompted = self.next_unprompted()
        if unprompted is not None and unprompted.after <= seconds:
            await self._clock.sleep(unprompted.after)
            self.say_unprompted(unprompted)
            seconds -= unprompted.after
        await self._clock.sleep(seconds)

    def next_unprompted(self) -> Unprompted | None:
        """Return the unprompted line after the last turn; `None` before the first turn."""
        if not self._turn:
            return None
        answers = tuple(entry.answer_after_turn() for entry in self._turn_calls)
        return self._brain.infer_unprompted(self._build_moment(self._user, answers))

    def say_unprompted(self, unprompted: Unprompted) -> None:
        self._speak(unprompted.inference, self._ids.inference())

    async def close(self) -> None:
        """Cancel all open deliveries."""
        await cancel_deliveries((*self._earlier_calls, *self._turn_calls))

    def _collect_earlier_answers(self) -> None:
        """Move the calls that were resolved meanwhile to the earlier answers."""
        ended = (
            [*self._earlier_calls, *self._turn_calls] if self._earlier_calls else self._turn_calls
        )
        if ended:
            self._earlier_calls = [entry for entry in ended if entry.state == "open"]
            self._earlier_answers += tuple(
                entry.answer_after_turn() for entry in ended if entry.state == "resolved"
            )

    async def _respond(self, text: str, calls: list[OpenCall]) -> None:
        steps = count() if self._brain.decisions == "scripted" else range(MAX_INFERENCES)
        for step in steps:
            answers = tuple(entry.answer() for entry in calls)
            inference = await self._brain.infer(self._build_moment(text, answers, step=step))
            if inference.trouble is not None:
                self._recorder.record(Fault(owner="platform", message=inference.trouble))
            inference_id = self._ids.inference()
            if not inference.calls:
                self._speak(inference, inference_id)
                return
            wave = self._start_calls(inference, inference_id)
            start_deliveries(wave, beside=calls)
            calls.extend(wave)
            owed = await self._wait_for_calls(wave)
            if not owed and not inference.unfinished:
                return
        message = f"the PAL called tools {MAX_INFERENCES} times in one turn and was stopped"
        self._recorder.record(Fault(owner="agent", message=message))

    def _start_calls(self, inference: Inference, inference_id: str) -> list[OpenCall]:
        for withheld in inference.withheld:
            self._recorder.record(withheld)
        fillers = self._fillers(inference)
        for filler in fillers:
            by = inference.filled_by if filler == inference.words else None
            said = PalSaid(text=filler, inference_id=inference_id, filled_by=by)
            self._recorder.record(said)
        wave = [self._start_call(intent, inference_id) for intent in inference.calls]
        calls = tuple(entry.answer() for entry in wave)
        self._spoken_lines.append(SpokenLine(by="pal", text=" ".join(fillers), calls=calls))
        return wave

    def _fillers(self, inference: Inference) -> list[str]:
        """Return the words heard while the calls are open, each text once."""
        texts: dict[str, None] = {}
        for intent in inference.calls:
            tool = self._pal.tool(intent.tool)
            if tool is None:
                continue
            heard = self._rules.behaviour.on_call[tool.effective_on_call].heard
            words = {
                "filler": inference.words or self._rules.lines.filler,
                "static_filler": tool.static_filler,
                "own_words": inference.words,
                "nothing": None,
            }[heard]
            if words:
                texts[words] = None
        return list(texts)

    def _start_call(self, intent: CallIntent, inference_id: str) -> OpenCall:
        tool = self._pal.tool(intent.tool)
        call = ToolCalled(
            call_id=self._ids.call(),
            name=intent.tool,
            arguments=_JSON.encode(intent.arguments)
            if intent.raw_arguments is None
            else intent.raw_arguments,
            channel="app_message" if tool is None else tool.channel,
            inference_id=inference_id,
            filled_by=intent.filled_by,
        )
        self._recorder.record(call)
        resolve = "fire_and_forget" if tool is None else tool.effective_on_resolve
        return OpenCall(
            call=call,
            intent=intent,
            row=self._rules.behaviour.on_resolve[resolve],
            deliver=partial(self._dispatcher.dispatch, tool, call, turn=self._recorder.turn),
        )

    async def _wait_for_calls(self, wave: Sequence[OpenCall]) -> bool:
        """Wait for calls as `on_resolve` says; return whether the PAL owes a reply."""
        owed = False
        for entry in wave:
            if not entry.row.waits:
                owed = True
                continue
            resolved = await entry.resolution()
            heard = entry.row.cell(resolved.status).heard
            if heard == "output":
                self._say(resolved.output, self._ids.inference(), resolved.answered_by)
            owed = owed or heard in {"reply", "acknowledgement", "anything"}
        return owed

    def _build_moment(self, text: str, answers: tuple[Answer, ...], *, step: int = 0) -> Moment:
        return Moment(
            turn=self._turn,
            user=text,
            step=step,
            answers=answers,
            earlier_answers=self._earlier_answers,
            said=self._spoken_lines,
            context=self.context,
        )

    def _speak(self, inference: Inference, inference_id: str) -> None:
        for withheld in inference.withheld:
            self._recorder.record(withheld)
        self._say(inference.words, inference_id, inference.filled_by)

    def _say(
        self, text: str | None, inference_id: str | None, filled_by: AnsweredBy | None = None
    ) -> None:
        if text:
            said = PalSaid(text=text, inference_id=inference_id, filled_by=filled_by)
            self._recorder.record(said)
            self._spoken_lines.append(SpokenLine(by="pal", text=text))
