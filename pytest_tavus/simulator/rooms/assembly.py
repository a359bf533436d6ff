"""The parts of one served conversation, and the way of each event from one part to the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NoReturn

from pytest_tavus.errors import ServiceError, TavusError
from pytest_tavus.json_data import JsonMapping
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

_MAX_WARNINGS = 100
"""Warnings that one conversation keeps; a further warning displaces the oldest."""


class Assembly:
    """Builds the parts of one conversation, and passes each recorded event to them."""

    def __init__(self, opening: Opening, live_context: LiveContext) -> None:
        options, brain_options = live_context.options, live_context.brain_options
        self.opening = opening
        self.live_context = live_context
        self.clock = ConversationClock(live_context.time.clock)
        self.tasks = Tasks()
        self.warnings: deque[str] = deque(maxlen=_MAX_WARNINGS)
        self._started_at = live_context.time.epoch()
        self._stopped = False
        self.memory_budget = MemoryBudget(opening.conversation_id, options.conversation_bytes)
        self.recorder = Recorder(now=self.clock.now, listener=self._dispatch_event)
        self._redaction = Redaction(_secrets(opening, live_context))
        self.failure_reporter = FailureReporter(
            opening.conversation_id,
            mask=self._mask,
            warn=self.warnings.append,
            announce=self.announce,
        )
        self.ids = Ids(seed=live_context.seed, name=opening.conversation_id)
        self.transcript = Transcript(epoch=self._started_at)
        self.room = Room(
            opening, epoch=self._started_at, options=options, warn=self.warnings.append
        )
        self._broadcast = Broadcast(self.room, options, chat=opening.chat)
        self.calls = RoomCalls(self.clock, options, tasks=self.tasks, warn=self.warnings.append)
        self.brain_choice = choose_brain(opening, brain_options, self.recorder)
        conversation_context = ConversationContext(
            recorder=self.recorder, clock=self.clock, ids=self.ids, rules=brain_options.rules
        )
        self.dispatcher = self._build_dispatcher(conversation_context)
        self.engine = self._build_engine(conversation_context)
        self.turns = Turns(
            self.engine, self.recorder, clock=self.clock, calls=self.calls, tasks=self.tasks
        )
        self.outbox = Outbox(on_failure=self.record_error)
        self.callback_sender = self._build_callback_sender()
        self.lifecycle = LifecycleEvents(
            opening, callback_sender=self.callback_sender, outbox=self.outbox, epoch=self.epoch
        )

    def epoch(self) -> float:
        """Return the seconds since 1970."""
        return self._started_at + self.clock.now()

    def record_handler_fault(self, message: str) -> None:
        """Record a failure of the user's own server, such as a callback that did not arrive."""
        self.recorder.record(Fault(owner="handler", message=message))

    def record_error(self, error: TavusError) -> None:
        """Record an error as a fault of its owner; a model's error belongs to the platform."""
        self.recorder.record(Fault(owner=error.owner, message=str(error)))

    def record_session_opened(self) -> None:
        event = SessionOpened(
            session="served",
            conversation_id=self.opening.conversation_id,
            pal=self.opening.pal.pal_name,
            decisions=self.brain_choice.brain.decisions,
            deciders=deciders("served", self.brain_choice.brain.decisions),
        )
        self.recorder.record(event)

    def announce(self, event_type: str, properties: JsonMapping) -> None:
        """Send an app message to the room that no recorded event causes."""
        turn = self.recorder.turn
        self.room.send(event_type, properties, at=self.clock.now(), turn=turn)

    async def send_heartbeats(self, seconds: float) -> None:
        """Tell the room every `seconds` that the face is present, until the task is cancelled."""
        while True:
            await self.clock.sleep(seconds)
            self.announce("system.replica_present", {})

    async def stop(self) -> None:
        """Cut all turns, calls and tasks, and dismiss all participants."""
        # From here on the trace still receives events, but the room and the transcript do not.
        self._stopped = True
        self.turns.close()
        self.calls.give_up("the conversation ended")
        await self.tasks.cancel()
        await self.engine.close()
        self.turns.record_unanswered("the conversation ended")
        self.room.dismiss()

    def _build_dispatcher(self, context: ConversationContext) -> WireDispatcher:
        wire = self.live_context.wire
        return WireDispatcher(
            Wire(handler=wire.handler, client=self.calls, profile=wire.profile),
            context,
            conversation_id=self.opening.conversation_id,
            on_answer=self.brain_choice.on_answer,
        )

    def _build_engine(self, context: ConversationContext) -> PalConversation:
        pal = self.opening.pal
        engine = PalConversation(
            pal, self.brain_choice.brain, dispatcher=self.dispatcher, shared=context
        )
        texts = (pal.context, self.opening.context)
        engine.context = "\n".join(text for text in texts if text)
        return engine

    def _build_callback_sender(self) -> CallbackSender:
        return CallbackSender(
            self.live_context.wire.callbacks,
            self.live_context.options.callbacks,
            clock=self.clock,
            on_failure=self.record_handler_fault,
        )

    def trace(self) -> Trace:
        """Return the trace so far, masked."""
        # Deliveries fetch further tokens, so the secrets of a conversation grow with its trace.
        trace = self.recorder.trace()
        return mask_trace(trace, with_tokens(self._redaction, trace))

    def _mask(self, sentence: str) -> str:
        return with_tokens(self._redaction, self.recorder.trace()).mask_rendered(sentence)

    def _dispatch_event(self, entry: Entry) -> None:
        """Pass a recorded event to the parts in clear: participants receive no masks."""
        event = entry.event
        self.memory_budget.count(entry)
        self.turns.observe(event, entry)
        if isinstance(event, Fault):
            sentence = self.failure_reporter.report(event)
            if sentence is not None:
                self.turns.add_warning(sentence, turn=entry.turn)
        if self._stopped:
            return
        if isinstance(event, ToolCalled):
            self._await_result(event, entry)
        self.transcript.record(event, entry)
        self._broadcast.emit(event, entry)

    def _await_result(self, call: ToolCalled, entry: Entry) -> None:
        tool = self.opening.pal.tool(call.name)
        if tool is not None and tool.channel == "app_message":
            rows = self.live_context.brain_options.rules.behaviour.on_resolve
            waits = rows[tool.effective_on_resolve].waits
            self.calls.begin(call, turn=entry.turn, waits=waits)


def _secrets(opening: Opening, live_context: LiveContext) -> Iterator[Secret]:
    for name, value in live_context.brain_options.env.items():
        yield Secret(f"env.{name}", value)
    for source, value in opening.pal.secrets():
        yield Secret(source, value)


def refuse_unknown(kind: str, name: str, known: Sequence[str]) -> NoReturn:
    """Refuse a name that the PAL does not define; `known` are the names that it does.

    Raises:
        ServiceError: always.

    """
    message = f"the PAL has no {kind} {name!r}; it has: {', '.join(known) or 'none'}"
    raise ServiceError(message)
