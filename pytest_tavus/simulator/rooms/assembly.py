"""Puts one served conversation together. Nobody outside of it sees the parts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from pytest_tavus.errors import ServiceError, TavusError
from pytest_tavus.simulator.pal.conversation import ConversationContext, PalConversation
from pytest_tavus.simulator.pal.dispatch import Wire, WireDispatcher
from pytest_tavus.simulator.pal.ids import Ids
from pytest_tavus.simulator.rooms.brains import choose_brain
from pytest_tavus.simulator.rooms.callbacks import CallbackSender
from pytest_tavus.simulator.rooms.calls import RoomCalls
from pytest_tavus.simulator.rooms.emission import Broadcast
from pytest_tavus.simulator.rooms.milestones import LifecycleEvents
from pytest_tavus.simulator.rooms.opening import Opening
from pytest_tavus.simulator.rooms.room import Room
from pytest_tavus.simulator.rooms.space import MemoryBudget
from pytest_tavus.simulator.rooms.tasks import Outbox, Tasks
from pytest_tavus.simulator.rooms.timing import ConversationClock
from pytest_tavus.simulator.rooms.transcript import Transcript
from pytest_tavus.simulator.rooms.trouble import FailureReporter
from pytest_tavus.simulator.rooms.turns import Turns
from pytest_tavus.simulator.rooms.world import LiveContext
from pytest_tavus.trace.events import Fault, SessionOpened, ToolCalled
from pytest_tavus.trace.facts import deciders
from pytest_tavus.trace.log import Entry, Recorder, Trace
from pytest_tavus.trace.redaction.redact import Redaction, Secret
from pytest_tavus.trace.redaction.shown import mask_trace, with_tokens

_WARNINGS = 100
"""Kept of one conversation; the oldest go first."""


class Assembly:
    """The parts of one conversation, and how an event gets from one to the others."""

    def __init__(self, opening: Opening, world: LiveContext) -> None:
        self.opening = opening
        self.live_context = world
        self.clock = ConversationClock(world.time.clock)
        self.tasks = Tasks()
        self.warnings: deque[str] = deque(maxlen=_WARNINGS)
        self._started_at = world.time.epoch()
        self._stopped = False
        self.memory_budget = MemoryBudget(opening.conversation_id, world.options.conversation_bytes)
        self.recorder = Recorder(now=self.clock.now, listener=self._dispatch_event)
        self._redaction = Redaction(_secrets(opening, world))
        self.failure_reporter = FailureReporter(
            opening.conversation_id,
            mask=self._mask,
            warn=self.warnings.append,
            announce=self.announce,
        )
        self.ids = Ids(seed=world.seed, name=opening.conversation_id)
        self.transcript = Transcript(epoch=self._started_at)
        self.room = Room(
            opening, epoch=self._started_at, options=world.options, warn=self.warnings.append
        )
        self._broadcast = Broadcast(self.room, world.options, chat=opening.chat)
        self.calls = RoomCalls(
            self.clock, world.options, tasks=self.tasks, warn=self.warnings.append
        )
        self.brain_choice = choose_brain(opening, world.brain_options, self.recorder)
        around = ConversationContext(
            recorder=self.recorder, clock=self.clock, ids=self.ids, rules=world.brain_options.rules
        )
        self.dispatcher = self._build_dispatcher(around)
        self.engine = self._build_engine(around)
        self.turns = Turns(
            self.engine, self.recorder, clock=self.clock, calls=self.calls, tasks=self.tasks
        )
        self.outbox = Outbox(failed=self.record_error)
        self.callback_sender = self._build_callback_sender()
        self.lifecycle = LifecycleEvents(
            opening, postman=self.callback_sender, errands=self.outbox, epoch=self.epoch
        )

    def epoch(self) -> float:
        """Return the seconds since 1970."""
        return self._started_at + self.clock.now()

    def record_handler_fault(self, message: str) -> None:
        """Record that something at the user's own server went wrong."""
        self.recorder.record(Fault(owner="handler", message=message))

    def record_error(self, error: TavusError) -> None:
        """Record an error with whose it is: a model's is the platform's."""
        self.recorder.record(Fault(owner=error.owner, message=str(error)))

    def record_session_opened(self) -> None:
        """Record that the conversation began."""
        event = SessionOpened(
            session="served",
            conversation_id=self.opening.conversation_id,
            pal=self.opening.pal.pal_name,
            decisions=self.brain_choice.brain.decisions,
            deciders=deciders("served", self.brain_choice.brain.decisions),
        )
        self.recorder.record(event)

    def announce(self, event_type: str, properties: Mapping[str, Any]) -> None:
        """Send to the room what no event of the conversation stands for."""
        turn = self.recorder.turn
        self.room.send(event_type, properties, at=self.clock.now(), turn=turn)

    async def send_heartbeats(self, seconds: float) -> None:
        """Say every so many seconds that the face is there, until it is ended."""
        while True:
            await self.clock.sleep(seconds)
            self.announce("system.replica_present", {})

    async def stop(self) -> None:
        """End all that goes on, and send everybody home."""
        self._stopped = True
        self.turns.close()
        self.calls.give_up("the conversation ended")
        await self.tasks.cancel()
        await self.engine.close()
        self.turns.record_unanswered("the conversation ended")
        self.room.dismiss()

    def _build_dispatcher(self, around: ConversationContext) -> WireDispatcher:
        wire = self.live_context.wire
        return WireDispatcher(
            Wire(handler=wire.handler, client=self.calls, profile=wire.profile),
            around,
            conversation_id=self.opening.conversation_id,
            answered=self.brain_choice.on_answer,
        )

    def _build_engine(self, around: ConversationContext) -> PalConversation:
        pal = self.opening.pal
        engine = PalConversation(
            pal, self.brain_choice.brain, dispatcher=self.dispatcher, around=around
        )
        given = (pal.context, self.opening.context)
        engine.context = "\n".join(text for text in given if text)
        return engine

    def _build_callback_sender(self) -> CallbackSender:
        return CallbackSender(
            self.live_context.wire.callbacks,
            self.live_context.options.callbacks,
            clock=self.clock,
            failed=self.record_handler_fault,
        )

    def trace(self) -> Trace:
        """Return what has happened so far, masked."""
        trace = self.recorder.trace()
        return mask_trace(trace, with_tokens(self._redaction, trace))

    def _mask(self, sentence: str) -> str:
        return with_tokens(self._redaction, self.recorder.trace()).mask_rendered(sentence)

    def _dispatch_event(self, entry: Entry) -> None:
        """Pass an event on, as it happened: the parts that talk to people carry no masks."""
        event = entry.event
        self.memory_budget.count(entry)
        self.turns.observe(event, entry)
        if isinstance(event, Fault) and (told := self.failure_reporter.report(event)) is not None:
            self.turns.add_warning(told, turn=entry.turn)
        if self._stopped:
            return
        if isinstance(event, ToolCalled):
            self._await_result(event, entry)
        self.transcript.record(event, entry)
        self._broadcast.emit(event, entry)

    def _await_result(self, call: ToolCalled, entry: Entry) -> None:
        tool = self.opening.pal.tool(call.name)
        if tool is not None and tool.channel == "app_message":
            row = self.live_context.brain_options.rules.behaviour.on_resolve[
                tool.effective_on_resolve
            ]
            self.calls.begin(call, turn=entry.turn, waits=row.waits)


def _secrets(opening: Opening, world: LiveContext) -> Iterator[Secret]:
    for name, value in world.brain_options.env.items():
        yield Secret(f"env.{name}", value)
    for source, value in opening.pal.secrets():
        yield Secret(source, value)


def refuse_unknown(kind: str, name: str, known: Sequence[str]) -> NoReturn:
    """Refuse a name of what the PAL was not opened with; `known` are those it was.

    Raises:
        ServiceError: always.

    """
    message = f"the PAL has no {kind} {name!r}; it has: {', '.join(known) or 'none'}"
    raise ServiceError(message)
