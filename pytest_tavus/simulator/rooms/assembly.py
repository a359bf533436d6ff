"""Puts one served conversation together. Nobody outside of it sees the parts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from pytest_tavus.errors import ServiceError, TavusError
from pytest_tavus.simulator.pal.conversation import ConversationContext, PalConversation
from pytest_tavus.simulator.pal.dispatch import Wire, WireDispatcher
from pytest_tavus.simulator.pal.ids import Ids
from pytest_tavus.simulator.rooms.brains import mind_of
from pytest_tavus.simulator.rooms.callbacks import CallbackSender
from pytest_tavus.simulator.rooms.calls import RoomCalls
from pytest_tavus.simulator.rooms.emission import Broadcast
from pytest_tavus.simulator.rooms.milestones import LifecycleEvents
from pytest_tavus.simulator.rooms.opening import Opening
from pytest_tavus.simulator.rooms.room import Room
from pytest_tavus.simulator.rooms.space import Space
from pytest_tavus.simulator.rooms.tasks import Outbox, Tasks
from pytest_tavus.simulator.rooms.timing import OwnClock
from pytest_tavus.simulator.rooms.transcript import Transcript
from pytest_tavus.simulator.rooms.trouble import FailureReporter
from pytest_tavus.simulator.rooms.turns import Turns
from pytest_tavus.simulator.rooms.world import LiveContext
from pytest_tavus.trace.events import Fault, SessionOpened, ToolCalled
from pytest_tavus.trace.facts import deciders
from pytest_tavus.trace.log import Entry, Recorder, Trace
from pytest_tavus.trace.redaction.redact import Redaction, Secret
from pytest_tavus.trace.redaction.shown import shown, with_tokens

_WARNINGS = 100
"""Kept of one conversation; the oldest go first."""


class Assembly:
    """The parts of one conversation, and how an event gets from one to the others."""

    def __init__(self, opening: Opening, world: LiveContext) -> None:
        self.opening = opening
        self.world = world
        self.clock = OwnClock(world.time.clock)
        self.tasks = Tasks()
        self.warnings: deque[str] = deque(maxlen=_WARNINGS)
        self._began = world.time.epoch()
        self._stopped = False
        self.space = Space(opening.conversation_id, world.options.conversation_bytes)
        self.recorder = Recorder(now=self.clock.now, listener=self._recorded)
        self._redaction = Redaction(_secrets(opening, world))
        self.trouble = FailureReporter(
            opening.conversation_id,
            mask=self._masked,
            warn=self.warnings.append,
            announce=self.announce,
        )
        self.ids = Ids(seed=world.seed, name=opening.conversation_id)
        self.transcript = Transcript(epoch=self._began)
        self.room = Room(
            opening, epoch=self._began, options=world.options, warn=self.warnings.append
        )
        self._emission = Broadcast(self.room, world.options, chat=opening.chat)
        self.calls = RoomCalls(
            self.clock, world.options, tasks=self.tasks, warn=self.warnings.append
        )
        self.mind = mind_of(opening, world.minds, self.recorder)
        around = ConversationContext(
            recorder=self.recorder, clock=self.clock, ids=self.ids, rules=world.minds.rules
        )
        self.dispatcher = self._dispatcher(around)
        self.engine = self._engine(around)
        self.turns = Turns(
            self.engine, self.recorder, clock=self.clock, calls=self.calls, tasks=self.tasks
        )
        self.errands = Outbox(failed=self.went_wrong)
        self.postman = self._postman()
        self.milestones = LifecycleEvents(
            opening, postman=self.postman, errands=self.errands, epoch=self.epoch
        )

    def epoch(self) -> float:
        """Return the seconds since 1970."""
        return self._began + self.clock.now()

    def failed(self, message: str) -> None:
        """Record that something at the user's own server went wrong."""
        self.recorder.record(Fault(owner="handler", message=message))

    def went_wrong(self, error: TavusError) -> None:
        """Record an error with whose it is: a model's is the platform's."""
        self.recorder.record(Fault(owner=error.owner, message=str(error)))

    def opened(self) -> None:
        """Record that the conversation began."""
        event = SessionOpened(
            session="served",
            conversation_id=self.opening.conversation_id,
            pal=self.opening.pal.pal_name,
            decisions=self.mind.brain.decisions,
            deciders=deciders("served", self.mind.brain.decisions),
        )
        self.recorder.record(event)

    def announce(self, event_type: str, properties: Mapping[str, Any]) -> None:
        """Send to the room what no event of the conversation stands for."""
        turn = self.recorder.turn
        self.room.send(event_type, properties, at=self.clock.now(), turn=turn)

    async def beat(self, seconds: float) -> None:
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
        self.turns.unanswered("the conversation ended")
        self.room.dismiss()

    def _dispatcher(self, around: ConversationContext) -> WireDispatcher:
        wire = self.world.wire
        return WireDispatcher(
            Wire(handler=wire.handler, client=self.calls, profile=wire.profile),
            around,
            conversation_id=self.opening.conversation_id,
            answered=self.mind.answered,
        )

    def _engine(self, around: ConversationContext) -> PalConversation:
        pal = self.opening.pal
        engine = PalConversation(pal, self.mind.brain, dispatcher=self.dispatcher, around=around)
        given = (pal.context, self.opening.context)
        engine.context = "\n".join(text for text in given if text)
        return engine

    def _postman(self) -> CallbackSender:
        return CallbackSender(
            self.world.wire.callbacks,
            self.world.options.callbacks,
            clock=self.clock,
            failed=self.failed,
        )

    def trace(self) -> Trace:
        """Return what has happened so far, masked."""
        trace = self.recorder.trace()
        return shown(trace, with_tokens(self._redaction, trace))

    def _masked(self, sentence: str) -> str:
        return with_tokens(self._redaction, self.recorder.trace()).finished(sentence)

    def _recorded(self, entry: Entry) -> None:
        """Pass an event on, as it happened: the parts that talk to people carry no masks."""
        event = entry.event
        self.space.take(entry)
        self.turns.observe(event, entry)
        if isinstance(event, Fault) and (told := self.trouble.of(event)) is not None:
            self.turns.warned(told, turn=entry.turn)
        if self._stopped:
            return
        if isinstance(event, ToolCalled):
            self._await_result(event, entry)
        self.transcript.take(event, entry)
        self._emission.emit(event, entry)

    def _await_result(self, call: ToolCalled, entry: Entry) -> None:
        tool = self.opening.pal.tool(call.name)
        if tool is not None and tool.channel == "app_message":
            row = self.world.minds.rules.behaviour.on_resolve[tool.effective_on_resolve]
            self.calls.begin(call, turn=entry.turn, waits=row.waits)


def _secrets(opening: Opening, world: LiveContext) -> Iterator[Secret]:
    for name, value in world.minds.env.items():
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
