"""The turns of a served conversation: a queue of lines, which the PAL answers one at a time."""

from __future__ import annotations

import asyncio
from collections import deque

from msgspec import Struct, field

from pytest_tavus.clock import Clock
from pytest_tavus.errors import ServiceError, TavusError
from pytest_tavus.simulator.pal.brain import Unprompted
from pytest_tavus.simulator.pal.conversation import PalConversation
from pytest_tavus.simulator.rooms.calls import RoomCalls
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.rooms.port import Reply
from pytest_tavus.simulator.rooms.tasks import Tasks
from pytest_tavus.trace.events import (
    Event,
    Fault,
    PalSaid,
    ToolCalled,
    ToolResolved,
    TurnEnded,
    UserSaid,
)
from pytest_tavus.trace.log import Entry, Recorder


class CallerLine(Struct, kw_only=True, eq=False):
    """One line of the caller, and the reply of the PAL so far."""

    text: str
    finished: asyncio.Future[None]
    "Set when the PAL has replied, or was cut short."

    words: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    "Failures of the simulated PAL in this turn."

    cut_reason: str | None = None
    "Why the turn was cut short."

    def reply(self) -> Reply:
        if not self.finished.done():
            return Reply(status="pending")
        warning = "; ".join(self.warnings) or None
        if self.words:
            return Reply(status="ready", text="\n".join(self.words), warning=warning)
        if warning is not None:
            return Reply(status="error", warning=warning)
        silence = "the PAL said nothing to this line"
        return Reply(
            status="silent", warning=f"{silence}: {self.cut_reason}" if self.cut_reason else silence
        )


class Turns:
    """Lets the PAL reply to one line at a time."""

    def __init__(
        self,
        engine: PalConversation,
        recorder: Recorder,
        *,
        clock: Clock,
        calls: RoomCalls,
        tasks: Tasks,
    ) -> None:
        self._engine = engine
        self._recorder = recorder
        self._clock = clock
        self._calls = calls
        self._tasks = tasks
        self._waiting: deque[CallerLine] = deque()
        self._current: CallerLine | None = None
        self._task: asyncio.Task[None] | None = None
        self._unprompted_task: asyncio.Task[None] | None = None
        self._cut_reason = ""
        self._closed = False
        self._unresolved: dict[str, int] = {}
        "The turn of each open call, by the id of the call."

    def say(self, text: str, options: LiveOptions) -> CallerLine:
        """Queue a line of the caller. The line cuts a turn that waits for a tool result.

        Raises:
            ServiceError: too many lines are waiting.

        """
        if len(self._waiting) >= options.waiting_lines:
            message = (
                f"{options.waiting_lines} lines are waiting for the PAL to reply; "
                "the new line is refused"
            )
            raise ServiceError(message)
        line = CallerLine(text=text, finished=asyncio.get_running_loop().create_future())
        self._waiting.append(line)
        if self._task is None:
            self._begin()
        # The client may never send the tool result, so the line does not wait for it [inferred].
        elif not options.lines_wait and self._calls.holds_up(self._recorder.turn):
            self.cut("the caller went on without the tool result")
        return line

    def cut(self, reason: str) -> None:
        """Cut the current turn short; a later result of its calls is late."""
        self._cancel_unprompted()
        if self._task is not None:
            self._cut_reason = reason
            self._calls.give_up(reason, turn=self._recorder.turn)
            self._task.cancel()

    def observe(self, event: Event, entry: Entry) -> None:
        """Collect the words of the current turn, and track the open calls."""
        match event:
            case PalSaid() if self._current is not None:
                self._current.words.append(event.text)
            case ToolCalled():
                self._unresolved[event.call_id] = entry.turn
            case ToolResolved():
                self._unresolved.pop(event.call_id, None)
            case _:
                return

    def add_warning(self, sentence: str, *, turn: int) -> None:
        """Add a failure of the simulated PAL to the line of that turn, if the turn still runs."""
        if self._current is not None and turn == self._recorder.turn:
            self._current.warnings.append(sentence)

    def record_unanswered(self, reason: str, *, turn: int | None = None) -> None:
        """Record the open calls of a turn, or all open calls, as unanswered."""
        for call_id, call_turn in tuple(self._unresolved.items()):
            if turn is not None and call_turn != turn:
                continue
            event = ToolResolved(
                call_id=call_id, status="unanswered", output="", answered_by="nobody", reason=reason
            )
            self._recorder.record(event, turn=call_turn)

    def close(self) -> None:
        """Drop the waiting lines and cut the current turn; the caller must cancel the tasks."""
        self._closed = True
        for line in self._waiting:
            line.cut_reason = "the conversation ended"
            line.finished.set_result(None)
        self._waiting.clear()
        self.cut("the conversation ended")

    def _begin(self) -> None:
        self._cancel_unprompted()
        self._current = line = self._waiting.popleft()
        self._recorder.turn += 1
        self._recorder.record(UserSaid(text=line.text))
        self._task = self._tasks.spawn(self._run_turn(line))
        self._task.add_done_callback(self._finish_turn)

    async def _run_turn(self, line: CallerLine) -> None:
        await self._engine.reply(line.text)
        self._recorder.record(TurnEnded())

    def _finish_turn(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            reason = self._cut_reason or "the turn was cut short"
            self.record_unanswered(reason, turn=self._recorder.turn)
            self._cut_reason = ""
            if self._current is not None:
                self._current.cut_reason = reason
        elif (error := task.exception()) is not None:
            self._recorder.record(_fault(error))
        line, self._current, self._task = self._current, None, None
        if line is not None and not line.finished.done():
            line.finished.set_result(None)
        unprompted = None if task.cancelled() else self._engine.next_unprompted()
        if self._closed:
            return
        if self._waiting:
            self._begin()
        elif unprompted is not None:
            self._unprompted_task = self._tasks.spawn(self._speak(unprompted))

    async def _speak(self, unprompted: Unprompted) -> None:
        await self._clock.sleep(unprompted.after)
        self._engine.say_unprompted(unprompted)

    def _cancel_unprompted(self) -> None:
        """Cancel the unprompted line of the PAL, because another speaker begins."""
        if self._unprompted_task is not None:
            self._unprompted_task.cancel()
            self._unprompted_task = None


def _fault(error: BaseException) -> Fault:
    owner = error.owner if isinstance(error, TavusError) else "harness"
    return Fault(owner=owner, message=str(error) or type(error).__name__)
