"""A conversation that others join: the engine of the simulated PAL, with a room around it.

What it is to the outside is :class:`~pytest_tavus.simulator.rooms.port.LiveConversation`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.rooms.assembly import Assembly
from pytest_tavus.simulator.rooms.calls import Stray
from pytest_tavus.simulator.rooms.ending import Ending
from pytest_tavus.simulator.rooms.inbound import (
    Command,
    Context,
    Echo,
    Interrupt,
    Respond,
    Sensitivity,
    ToolResult,
    read,
)
from pytest_tavus.simulator.rooms.opening import EndReason, Opening
from pytest_tavus.simulator.rooms.perception import perceive
from pytest_tavus.simulator.rooms.port import Participant, Reply
from pytest_tavus.simulator.rooms.tasks import Errand
from pytest_tavus.simulator.rooms.timing import RoomTimers
from pytest_tavus.simulator.rooms.turns import SaidLine
from pytest_tavus.simulator.rooms.world import LiveContext
from pytest_tavus.trace.events import AppMessage, Fault
from pytest_tavus.trace.log import Trace


class ServedConversation:
    """One conversation, from its opening until long after its end."""

    def __init__(self, opening: Opening, world: LiveContext) -> None:
        self.opening = opening
        self.status: Literal["active", "ended"] = "active"
        self.shutdown_reason: EndReason | None = None
        self._options = world.options
        self._parts = Assembly(opening, world)
        self._ending = Ending(self._parts)
        self._limits = RoomTimers(
            opening,
            self._parts.clock,
            tasks=self._parts.tasks,
            end=self.end,
            chat_ends_when_left=world.options.chat_ends_when_left,
        )
        self._greeted = False
        self._bridged: SaidLine | None = None
        self._stopping: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Let time run, and the face join [inferred]; or end, where it could not be begun."""
        self._parts.opened()
        error = self._parts.mind.error
        if error is not None:
            self._parts.recorder.record(Fault(owner=error.owner, message=str(error)))
            await self.end("exception_encountered_during_conversation_startup")
            return
        self._parts.milestones.reach("system.replica_joined")
        self._limits.begin()
        if self._options.heartbeat is not None:
            self._parts.tasks.spawn(self._parts.beat(self._options.heartbeat))

    def join(self, participant: Participant) -> None:
        """Let someone in. The PAL greets the first one.

        Raises:
            ServiceError: the conversation has ended, or its room is full.

        """
        self._require_open()
        self._parts.room.join(participant)
        self._limits.present()
        event_type = "system.replica_present" if self._greeted else "system.replica_joined"
        self._parts.announce(event_type, {})
        if not self._greeted:
            self._greeted = True
            self._parts.engine.greet(self.opening.greeting)

    def leave(self, participant: Participant) -> None:
        """Let someone go; the last one to go starts the timer of `participant_left_timeout`."""
        gone = self._parts.room.leave(participant)
        if gone and not self._parts.room and self.status == "active":
            self._limits.deserted()

    async def receive(self, message: Mapping[str, Any], *, sender: Participant) -> None:
        """Take an app message of a participant.

        Raises:
            ServiceError: it is none that Tavus takes; the sentence says why. Nothing has happened.

        """
        self._require_open()
        if sender not in self._parts.room:
            message_ = f"{sender.participant_id!r} is not in the room of {self._id}"
            raise ServiceError(message_)
        self._parts.space.require()
        command = read(message, conversation_id=self._id)
        self._parts.room.weigh(message, sender)
        note = self._obey(command)
        if isinstance(command, Respond) or (isinstance(command, ToolResult) and note is None):
            return  # the line, or what became of the call, is in the trace as itself
        self._record(message, note)

    async def respond(self, text: str, *, within: float) -> Reply:
        """Take a line over the HTTP bridge and return the reply, or `pending` after `within` s.

        `within` is real time: it is how long the client waits for its HTTP answer.

        Raises:
            ServiceError: the conversation has ended or takes too much memory, the line is empty,
                or too many are waiting.

        """
        self._require_open()
        self._parts.space.require()
        if not text:
            raise ServiceError("a line over the bridge has an empty `text`")
        self._limits.present()
        self._bridged = line = self._say(text)
        await asyncio.wait([line.over], timeout=within)
        return line.reply()

    def reply(self) -> Reply:
        """Return the reply to the last line over the bridge, once it is there."""
        return Reply(status="pending") if self._bridged is None else self._bridged.reply()

    async def perceive(
        self, tool: str, arguments: Mapping[str, Any], *, frames: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """Let a vision or audio tool be called by what is seen or heard.

        `frames` are those of a vision tool, each with `data` (base64) and `mime_type` [doc].

        Raises:
            ServiceError: the conversation has ended or takes too much memory, or the PAL has no
                such tool.

        """
        self._require_open()
        self._parts.space.require()
        perceive(self._parts, tool, arguments, frames=frames)

    def objective_completed(self, name: str, output_variables: Mapping[str, Any]) -> None:
        """Let an objective be reached; its callback is sent. Missing variables are ``NOTFOUND``.

        Raises:
            ServiceError: the PAL has no such objective.

        """
        self._ending.objective_completed(name, output_variables)

    def guardrail_triggered(self, name: str) -> None:
        """Let a guardrail be violated; its callback is sent.

        Raises:
            ServiceError: the PAL has no such guardrail.

        """
        self._ending.guardrail_triggered(name)

    def events(self) -> list[dict[str, Any]]:
        """Return what the verbose GET lists under `events`, transcript included [doc]."""
        return self._parts.milestones.all()

    def trace(self) -> Trace:
        """Return all that has happened so far, masked."""
        return self._parts.trace()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was allowed and is probably not meant, the latest of it."""
        return tuple(self._parts.warnings)

    async def end(self, reason: EndReason) -> None:
        """End it. What follows the end goes on in the background: see `aftermath`."""
        if self.status == "ended":
            return
        self.status, self.shutdown_reason = "ended", reason
        # A task of its own: whoever asked for the end may be among what it ends.
        self._stopping = asyncio.create_task(self._stop(self._ending.listed(reason)))
        await asyncio.shield(self._stopping)

    async def aftermath(self) -> None:
        """Return when all that follows the end is done, callbacks and post-call tools."""
        if self._stopping is not None:
            await self._stopping
        await self._parts.errands.done()

    async def close(self) -> None:
        """End without a word."""
        self.status = "ended"
        if self._stopping is not None:
            await self._stopping
        await self._parts.stop()
        await self._parts.errands.close()

    async def _stop(self, errands: Sequence[Errand]) -> None:
        await self._parts.stop()
        for errand in errands:
            self._parts.errands.add(errand)

    def _obey(self, command: Command) -> Stray | None:
        match command:
            case Respond():
                self._say(command.text)
            case Echo(text=str(text)):
                self._parts.engine.echo(text, command.inference_id)
            case Interrupt():
                self._parts.turns.cut("the caller interrupted the PAL")
            case Context():
                engine = self._parts.engine
                kept = (engine.context, command.text) if command.append else (command.text,)
                engine.context = "\n".join(text for text in kept if text)
            case ToolResult():
                return self._parts.calls.result(command)
            case Echo() | Sensitivity():
                pass
        return None

    def _say(self, text: str) -> SaidLine:
        return self._parts.turns.say(text, self._options)

    def _record(self, message: Mapping[str, Any], note: str | None) -> None:
        event = AppMessage(
            direction="to_tavus",
            event_type=message["event_type"],
            properties=dict(message.get("properties", {})),
            note=note,
        )
        self._parts.recorder.record(event)

    @property
    def _id(self) -> str:
        return self.opening.conversation_id

    def _require_open(self) -> None:
        if self.status == "ended":
            message = f"the conversation {self._id} has ended"
            raise ServiceError(message)
