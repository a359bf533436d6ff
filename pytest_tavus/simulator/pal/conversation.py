"""One simulated conversation: a brain's decisions under the rules of `on_call` and `on_resolve`.

The brain decides, the rules bind. This module knows no HTTP: a call is handed to a
:class:`Dispatcher`, which returns what became of it.
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
    """Delivers a call and returns what became of it. Records what happens on the way."""

    async def dispatch(self, tool: Tool | None, call: ToolCalled, *, turn: int) -> ToolResolved:
        """Deliver one call. Whatever goes wrong is in the resolution, never an exception."""
        ...


class PalRules(Struct, frozen=True, kw_only=True):
    """The rules a simulated PAL is bound by. What of them is inferred can be replaced."""

    behaviour: Behaviour
    lines: Lines


class ConversationContext(Struct, frozen=True, kw_only=True):
    """What a conversation is given from outside: where it is recorded, its time, its ids."""

    recorder: Recorder
    clock: Clock
    ids: Ids
    rules: PalRules


_JSON: Final = json.JSONEncoder(ensure_ascii=False)

MAX_INFERENCES = 32
"""Per turn. A model that still calls tools after this many would go on for ever; a script ends."""


class PalConversation:
    """A PAL in a conversation. Everything it says and calls goes to the recorder."""

    def __init__(
        self, pal: Pal, brain: Brain, *, dispatcher: Dispatcher, around: ConversationContext
    ) -> None:
        self._pal = pal
        self._brain = brain
        self._dispatcher = dispatcher
        self._recorder = around.recorder
        self._clock = around.clock
        self._ids = around.ids
        self._rules = around.rules
        self.context = pal.context or ""
        """What the PAL was given beside its prompt. Whoever holds the conversation may change it;
        the next inference knows."""

        self._spoken_lines: list[SpokenLine] = []
        "Everything that was really said."

        self._turn = 0
        self._user = ""
        self._turn_calls: list[OpenCall] = []
        "The calls of the turn."

        self._earlier_calls: list[OpenCall] = []
        "Calls of earlier turns that nobody waited for."

        self._earlier_answers: tuple[Answer, ...] = ()
        "What the PAL knows of earlier turns."

    def greet(self, greeting: str | None = None) -> None:
        """Say this, or the PAL's `greeting`, when a participant joins. [inferred] in chat."""
        self._say(self._pal.greeting if greeting is None else greeting, None)

    def echo(self, text: str, inference_id: str | None = None) -> None:
        """Say a text word for word, without the brain."""
        self._say(text, self._ids.inference() if inference_id is None else inference_id)

    async def hear(self, text: str) -> None:
        """Take one line of the caller and return when the PAL's turn is over.

        The PAL may have replied long before: the turn is over when its last call is answered.
        """
        await self.reply(text)
        try:
            for entry in self._turn_calls:
                await entry.resolution()
        finally:
            await cancel_deliveries(self._turn_calls)

    async def reply(self, text: str) -> None:
        """Take one line of the caller and return when the PAL has said what it has to say.

        Calls it does not wait for may be open still, and go on during later turns. Cancelled, it
        cuts the calls of the turn short.
        """
        self._collect_earlier_answers()
        self._turn, self._user, self._turn_calls = self._turn + 1, text, []
        self._spoken_lines.append(SpokenLine(by="user", text=text))
        try:
            await self._respond(text, self._turn_calls)
        except BaseException:
            await cancel_deliveries(self._turn_calls)
            raise

    async def listen(self, seconds: float) -> None:
        """Let time pass without a word from the caller; the PAL may speak unasked."""
        later = self.next_unprompted()
        if later is not None and later.after <= seconds:
            await self._clock.sleep(later.after)
            self.say_unprompted(later)
            seconds -= later.after
        await self._clock.sleep(seconds)

    def next_unprompted(self) -> Unprompted | None:
        """Return what the PAL says unasked after the turn that is over; `None` before the first."""
        if not self._turn:
            return None
        answers = tuple(entry.answer_after_turn() for entry in self._turn_calls)
        return self._brain.infer_unprompted(self._build_moment(self._user, answers))

    def say_unprompted(self, later: Unprompted) -> None:
        """Say what the PAL says unasked."""
        self._speak(later.inference, self._ids.inference())

    async def close(self) -> None:
        """Cut short whatever is still under way."""
        await cancel_deliveries((*self._earlier_calls, *self._turn_calls))

    def _collect_earlier_answers(self) -> None:
        """Keep for later turns what has been answered meanwhile."""
        ended = (
            [*self._earlier_calls, *self._turn_calls] if self._earlier_calls else self._turn_calls
        )
        if ended:
            self._earlier_calls = [entry for entry in ended if entry.state == "open"]
            self._earlier_answers += tuple(
                entry.answer_after_turn() for entry in ended if entry.state == "resolved"
            )

    async def _respond(self, text: str, made: list[OpenCall]) -> None:
        steps = count() if self._brain.decisions == "scripted" else range(MAX_INFERENCES)
        for step in steps:
            answers = tuple(entry.answer() for entry in made)
            inference = await self._brain.infer(self._build_moment(text, answers, step=step))
            if inference.trouble is not None:
                self._recorder.record(Fault(owner="platform", message=inference.trouble))
            inference_id = self._ids.inference()
            if not inference.calls:
                self._speak(inference, inference_id)
                return
            wave = self._start_calls(inference, inference_id)
            start_deliveries(wave, beside=made)
            made.extend(wave)
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
        """Return what is heard while the calls are open, each text once."""
        texts: dict[str, None] = {}
        for intent in inference.calls:
            tool = self._pal.tool(intent.tool)
            if tool is None:
                continue
            heard = self._rules.behaviour.on_call[tool.effective_on_call].heard
            spoken = {
                "filler": inference.words or self._rules.lines.filler,
                "static_filler": tool.static_filler,
                "own_words": inference.words,
                "nothing": None,
            }[heard]
            if spoken:
                texts[spoken] = None
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
        """Wait for the calls the PAL waits for; return whether it owes the caller a reply."""
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
