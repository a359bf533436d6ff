"""A conversation that others join: the engine of the simulated PAL, with a room around it.

What it is to the outside is :class:`~pytest_tavus.simulator.rooms.port.LiveConversation`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.rooms.assembly import Assembly
from pytest_tavus.simulator.rooms.calls import StrayReason
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
from pytest_tavus.simulator.rooms.tasks import OutboxJob
from pytest_tavus.simulator.rooms.timing import RoomTimers
from pytest_tavus.simulator.rooms.turns import CallerLine
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
        self._assembly = Assembly(opening, world)
        self._ending = Ending(self._assembly)
        self._timers = RoomTimers(
            opening,
            self._assembly.clock,
            tasks=self._assembly.tasks,
            end=self.end,
            chat_ends_when_left=world.options.chat_ends_when_left,
        )
        self._greeted = False
        self._last_bridge_line: CallerLine | None = None
        self._stopping: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Let time run, and the face join [inferred]; or end, where it could not be begun."""
        self._assembly.record_session_opened()
        error = self._assembly.brain_choice.error
        if error is not None:
            self._assembly.recorder.record(Fault(owner=error.owner, message=str(error)))
            await self.end("exception_encountered_during_conversation_startup")
            return
        self._assembly.lifecycle.record_and_enqueue("system.replica_joined")
        self._timers.begin()
        if self._options.heartbeat is not None:
            self._assembly.tasks.spawn(self._assembly.send_heartbeats(self._options.heartbeat))

    def join(self, participant: Participant) -> None:
        """Let someone in. The PAL greets the first one.

        Raises:
            ServiceError: the conversation has ended, or its room is full.

        """
        self._require_open()
        self._assembly.room.join(participant)
        self._timers.mark_present()
        event_type = "system.replica_present" if self._greeted else "system.replica_joined"
        self._assembly.announce(event_type, {})
        if not self._greeted:
            self._greeted = True
            self._assembly.engine.greet(self.opening.greeting)

    def leave(self, participant: Participant) -> None:
        """Let someone go; the last one to go starts the timer of `participant_left_timeout`."""
        gone = self._assembly.room.leave(participant)
        if gone and not self._assembly.room and self.status == "active":
            self._timers.mark_empty()

    async def receive(self, message: Mapping[str, Any], *, sender: Participant) -> None:
        """Take an app message of a participant.

        Raises:
            ServiceError: it is none that Tavus takes; the sentence says why. Nothing has happened.

        """
        self._require_open()
        if sender not in self._assembly.room:
            message_ = f"{sender.participant_id!r} is not in the room of {self._id}"
            raise ServiceError(message_)
        self._assembly.memory_budget.check()
        command = read(message, conversation_id=self._id)
        self._assembly.room.check_size(message, sender)
        note = self._apply_command(command)
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
        self._assembly.memory_budget.check()
        if not text:
            raise ServiceError("a line over the bridge has an empty `text`")
        self._timers.mark_present()
        self._last_bridge_line = line = self._say(text)
        await asyncio.wait([line.finished], timeout=within)
        return line.reply()

    def reply(self) -> Reply:
        """Return the reply to the last line over the bridge, once it is there."""
        return (
            Reply(status="pending")
            if self._last_bridge_line is None
            else self._last_bridge_line.reply()
        )

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
        self._assembly.memory_budget.check()
        perceive(self._assembly, tool, arguments, frames=frames)

    def complete_objective(self, name: str, output_variables: Mapping[str, Any]) -> None:
        """Let an objective be reached; its callback is sent. Missing variables are ``NOTFOUND``.

        Raises:
            ServiceError: the PAL has no such objective.

        """
        self._ending.complete_objective(name, output_variables)

    def trigger_guardrail(self, name: str) -> None:
        """Let a guardrail be violated; its callback is sent.

        Raises:
            ServiceError: the PAL has no such guardrail.

        """
        self._ending.trigger_guardrail(name)

    def events(self) -> list[dict[str, Any]]:
        """Return what the verbose GET lists under `events`, transcript included [doc]."""
        return self._assembly.lifecycle.events()

    def trace(self) -> Trace:
        """Return all that has happened so far, masked."""
        return self._assembly.trace()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was allowed and is probably not meant, the latest of it."""
        return tuple(self._assembly.warnings)

    async def end(self, reason: EndReason) -> None:
        """End it. What follows the end goes on in the background: see `wait_until_finished`."""
        if self.status == "ended":
            return
        self.status, self.shutdown_reason = "ended", reason
        # A task of its own: whoever asked for the end may be among what it ends.
        self._stopping = asyncio.create_task(self._stop(self._ending.collect_jobs(reason)))
        await asyncio.shield(self._stopping)

    async def wait_until_finished(self) -> None:
        """Return when all that follows the end is done, callbacks and post-call tools."""
        if self._stopping is not None:
            await self._stopping
        await self._assembly.outbox.drain()

    async def close(self) -> None:
        """End without a word."""
        self.status = "ended"
        if self._stopping is not None:
            await self._stopping
        await self._assembly.stop()
        await self._assembly.outbox.close()

    async def _stop(self, errands: Sequence[OutboxJob]) -> None:
        await self._assembly.stop()
        for errand in errands:
            self._assembly.outbox.add(errand)

    def _apply_command(self, command: Command) -> StrayReason | None:
        match command:
            case Respond():
                self._say(command.text)
            case Echo(text=str(text)):
                self._assembly.engine.echo(text, command.inference_id)
            case Interrupt():
                self._assembly.turns.cut("the caller interrupted the PAL")
            case Context():
                engine = self._assembly.engine
                kept = (engine.context, command.text) if command.append else (command.text,)
                engine.context = "\n".join(text for text in kept if text)
            case ToolResult():
                return self._assembly.calls.apply_result(command)
            case Echo() | Sensitivity():
                pass
        return None

    def _say(self, text: str) -> CallerLine:
        return self._assembly.turns.say(text, self._options)

    def _record(self, message: Mapping[str, Any], note: str | None) -> None:
        event = AppMessage(
            direction="to_tavus",
            event_type=message["event_type"],
            properties=dict(message.get("properties", {})),
            note=note,
        )
        self._assembly.recorder.record(event)

    @property
    def _id(self) -> str:
        return self.opening.conversation_id

    def _require_open(self) -> None:
        if self.status == "ended":
            message = f"the conversation {self._id} has ended"
            raise ServiceError(message)
