"""Puts one served conversation together. Nobody outside of it sees the parts."""

from __future__ import annotations

from collections import deque
from functools import partial

from pytest_tavus.errors import TavusError
from pytest_tavus.live.callbacks import Postman
from pytest_tavus.live.calls import RoomCalls
from pytest_tavus.live.emission import Emission
from pytest_tavus.live.errands import Errands
from pytest_tavus.live.milestones import Milestones
from pytest_tavus.live.opening import Opening
from pytest_tavus.live.played import PlayedBrain
from pytest_tavus.live.room import Room
from pytest_tavus.live.scripts import ScriptBook
from pytest_tavus.live.tasks import Tasks
from pytest_tavus.live.timing import OwnClock
from pytest_tavus.live.transcript import Transcript
from pytest_tavus.live.turns import Turns
from pytest_tavus.live.world import World
from pytest_tavus.scenario.model import Scenario
from pytest_tavus.simulator.brain import Brain
from pytest_tavus.simulator.conversation import Conversation, Surroundings
from pytest_tavus.simulator.dispatch import Answered, Wire, WireDispatcher
from pytest_tavus.simulator.ids import Ids
from pytest_tavus.trace.events import Event, Fault, SessionOpened, ToolCalled
from pytest_tavus.trace.log import Entry, Recorder
from pytest_tavus.trace.redact import Redaction

_WARNINGS = 100
"""Kept of one conversation; the oldest go first."""


class Parts:
    """The parts of one conversation, and how an event gets from one to the others."""

    def __init__(self, opening: Opening, world: World) -> None:
        self.opening = opening
        self.world = world
        self.clock = OwnClock(world.time.clock)
        self.tasks = Tasks()
        self.warnings: deque[str] = deque(maxlen=_WARNINGS)
        self.startup_error: TavusError | None = None
        """Why the conversation cannot be begun."""
        self._stopped = False
        self.recorder = self._recorder()
        self._began = world.time.epoch()
        self.transcript = Transcript(epoch=self._began)
        self.room = Room(
            opening.conversation_id,
            epoch=self._began,
            options=world.options,
            warn=self.warnings.append,
        )
        self.calls = RoomCalls(
            self.clock, world.options, tasks=self.tasks, warn=self.warnings.append
        )
        self._emission = Emission(self.room, world.options, chat=opening.chat)
        self.ids = Ids(seed=world.seed, name=opening.conversation_id)
        self._lead()
        self._report()

    def epoch(self) -> float:
        """Return the seconds since 1970."""
        return self._began + self.clock.now()

    def failed(self, message: str) -> None:
        """Record that something at the user's own server went wrong."""
        self.recorder.record(Fault(owner="handler", message=message))

    async def stop(self) -> None:
        """End all that goes on, and send everybody home."""
        self._stopped = True
        self.turns.close()
        self.calls.give_up("the conversation ended")
        await self.tasks.cancel()
        await self.engine.close()
        self.turns.unanswered("the conversation ended")
        self.room.dismiss()

    def _recorder(self) -> Recorder:
        secrets = (*self.opening.pal.secrets(), *self.world.minds.env.values())
        return Recorder(now=self.clock.now, redactor=Redaction(secrets), witness=self._witnessed)

    def _lead(self) -> None:
        """Make what leads the conversation: brain, dispatcher, engine, turns."""
        around = Surroundings(
            recorder=self.recorder, clock=self.clock, ids=self.ids, rules=self.world.minds.rules
        )
        brain, answered = self._brain()
        wire = self.world.wire
        self.dispatcher = WireDispatcher(
            Wire(handler=wire.handler, client=self.calls, profile=wire.profile),
            around,
            conversation_id=self.opening.conversation_id,
            answered=answered,
        )
        pal = self.opening.pal
        self.engine = Conversation(pal, brain, dispatcher=self.dispatcher, around=around)
        self.engine.context = "\n".join(
            text for text in (pal.context, self.opening.context) if text
        )
        self.turns = Turns(
            self.engine, self.recorder, clock=self.clock, calls=self.calls, tasks=self.tasks
        )
        self.recorder.record(
            SessionOpened(
                session="served",
                conversation_id=self.opening.conversation_id,
                pal=pal.pal_name,
                decisions=brain.decisions,
            )
        )

    def _report(self) -> None:
        """Make what tells the world of it."""
        self.errands = Errands(failed=self.failed)
        self.postman = Postman(
            self.world.wire.callbacks,
            self.world.options.callbacks,
            clock=self.clock,
            failed=self.failed,
        )
        self.milestones = Milestones(
            self.opening, postman=self.postman, errands=self.errands, epoch=self.epoch
        )

    def _brain(self) -> tuple[Brain, Answered]:
        """Return who decides, and who is told what calls come to."""
        opening, minds = self.opening, self.world.minds
        if opening.script is None:
            try:
                for source in minds.brains:
                    brain = source(opening)
                    if brain is not None:
                        return brain, _tell_nobody
            except TavusError as error:
                self.startup_error = error
        played = PlayedBrain(
            partial(_scripts, opening, minds.scripts),
            self.recorder,
            lines=minds.rules.lines,
            env=minds.env,
        )
        return played, played.answered

    def _witnessed(self, event: Event, entry: Entry) -> None:
        """Pass an event on, as it happened: the parts that talk to people carry no masks."""
        if self._stopped:
            return
        if isinstance(event, ToolCalled):
            self._await_result(event, entry)
        self.turns.observe(event, entry)
        self.transcript.take(event, entry)
        self._emission.emit(event, entry)

    def _await_result(self, call: ToolCalled, entry: Entry) -> None:
        tool = self.opening.pal.tool(call.name)
        if tool is not None and tool.channel == "app_message":
            row = self.world.minds.rules.behaviour.on_resolve[tool.effective_on_resolve]
            self.calls.begin(call, turn=entry.turn, waits=row.waits)


def _scripts(opening: Opening, book: ScriptBook) -> tuple[Scenario, ...]:
    if opening.script is not None:
        return (opening.script,)
    return book.of(opening.pal_id, opening.pal.pal_name)


def _tell_nobody(call: ToolCalled, answer: str) -> None:
    """Keep nothing: only a script has values to keep."""
    del call, answer
