"""A served conversation: the engine of the simulated PAL, with a room around it.

Implements :class:`~pytest_tavus.simulator.rooms.port.LiveConversation`, which documents the methods
that the account and the server call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal

from pytest_tavus.contract.body import json_object
from pytest_tavus.errors import ServiceError
from pytest_tavus.json_data import JsonMapping, JsonObject
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
from pytest_tavus.trace.events import AppMessage
from pytest_tavus.trace.log import Trace


class ServedConversation:
    """One conversation; its trace and its events stay readable after the end."""

    def __init__(self, opening: Opening, live_context: LiveContext) -> None:
        self.opening = opening
        self.status: Literal["active", "ended"] = "active"
        self.shutdown_reason: EndReason | None = None
        self._options = live_context.options
        self._assembly = Assembly(opening, live_context)
        self._ending = Ending(self._assembly)
        self._timers = RoomTimers(
            opening,
            self._assembly.clock,
            tasks=self._assembly.tasks,
            end=self.end,
            chat_ends_when_left=live_context.options.chat_ends_when_left,
        )
        self._greeted = False
        self._last_bridge_line: CallerLine | None = None
        self._stopping: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Start the timers and let the face join [inferred]; without a brain, end instead."""
        self._assembly.record_session_opened()
        error = self._assembly.brain_choice.error
        if error is not None:
            self._assembly.record_error(error)
            await self.end("exception_encountered_during_conversation_startup")
            return
        self._assembly.lifecycle.record_and_enqueue("system.replica_joined")
        self._timers.begin()
        if self._options.heartbeat is not None:
            self._assembly.tasks.spawn(self._assembly.send_heartbeats(self._options.heartbeat))

    def join(self, participant: Participant) -> None:
        self._require_open()
        self._assembly.room.join(participant)
        self._timers.mark_present()
        event_type = "system.replica_present" if self._greeted else "system.replica_joined"
        self._assembly.announce(event_type, {})
        if not self._greeted:
            self._greeted = True
            self._assembly.engine.greet(self.opening.greeting)

    def leave(self, participant: Participant) -> None:
        was_present = self._assembly.room.leave(participant)
        if was_present and not self._assembly.room and self.status == "active":
            self._timers.mark_empty()

    async def receive(self, message: JsonMapping, *, sender: Participant) -> None:
        self._require_open()
        if sender not in self._assembly.room:
            sentence = f"{sender.participant_id!r} is not in the room of {self._id}"
            raise ServiceError(sentence)
        self._assembly.memory_budget.check()
        command = read(message, conversation_id=self._id)
        self._assembly.room.check_size(message, sender)
        note = self._apply_command(command)
        if isinstance(command, Respond) or (isinstance(command, ToolResult) and note is None):
            return  # the trace already holds the line or the resolved call as an event
        self._record(message, note)

    async def respond(self, text: str, *, within: float) -> Reply:
        self._require_open()
        self._assembly.memory_budget.check()
        if not text:
            raise ServiceError("a line over the bridge has an empty `text`")
        # A client of the bridge is present without a place in the room.
        self._timers.mark_present()
        self._last_bridge_line = line = self._say(text)
        # `wait` does not cancel the line at the timeout, because the turn goes on.
        await asyncio.wait([line.finished], timeout=within)
        return line.reply()

    def reply(self) -> Reply:
        line = self._last_bridge_line
        return Reply(status="pending") if line is None else line.reply()

    async def perceive(
        self, tool: str, arguments: JsonMapping, *, frames: Sequence[JsonMapping] = ()
    ) -> None:
        """Call a vision or audio tool, as if the PAL had seen or heard the cause.

        `frames` are the images of a vision tool, each with `data` (base64) and `mime_type` [doc].

        Raises:
            ServiceError: the conversation has ended or takes too much memory, or the PAL has no
                such tool.

        """
        self._require_open()
        self._assembly.memory_budget.check()
        perceive(self._assembly, tool, arguments, frames=frames)

    def complete_objective(self, name: str, output_variables: JsonMapping) -> None:
        """Complete an objective and send its callback; missing variables are ``NOTFOUND`` [doc].

        Raises:
            ServiceError: the PAL has no such objective.

        """
        self._ending.complete_objective(name, output_variables)

    def trigger_guardrail(self, name: str) -> None:
        """Violate a guardrail and send its callback.

        Raises:
            ServiceError: the PAL has no such guardrail.

        """
        self._ending.trigger_guardrail(name)

    def events(self) -> list[JsonObject]:
        return self._assembly.lifecycle.events()

    def trace(self) -> Trace:
        """Return the trace so far, masked."""
        return self._assembly.trace()

    @property
    def warnings(self) -> tuple[str, ...]:
        """The latest sentences on failures, and on input that is allowed but probably a mistake."""
        return tuple(self._assembly.warnings)

    async def end(self, reason: EndReason) -> None:
        """End the conversation; its callbacks and post-call tools follow in the background."""
        if self.status == "ended":
            return
        self.status, self.shutdown_reason = "ended", reason
        # A separate task, because the caller may be a task that the end cancels, such as a timer.
        self._stopping = asyncio.create_task(self._stop(self._ending.collect_jobs(reason)))
        await asyncio.shield(self._stopping)

    async def wait_until_finished(self) -> None:
        """Return when all callbacks and post-call tools have run."""
        if self._stopping is not None:
            await self._stopping
        await self._assembly.outbox.drain()

    async def close(self) -> None:
        """End without callbacks and post-call tools."""
        self.status = "ended"
        if self._stopping is not None:
            await self._stopping
        await self._assembly.stop()
        await self._assembly.outbox.close()

    async def _stop(self, jobs: Sequence[OutboxJob]) -> None:
        await self._assembly.stop()
        for job in jobs:
            self._assembly.outbox.add(job)

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
                texts = (engine.context, command.text) if command.append else (command.text,)
                engine.context = "\n".join(text for text in texts if text)
            case ToolResult():
                return self._assembly.calls.apply_result(command)
            case Echo() | Sensitivity():
                pass
        return None

    def _say(self, text: str) -> CallerLine:
        return self._assembly.turns.say(text, self._options)

    def _record(self, message: JsonMapping, note: str | None) -> None:
        event = AppMessage(
            direction="to_tavus",
            event_type=str(message["event_type"]),
            properties=dict(json_object(message.get("properties")) or {}),
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
