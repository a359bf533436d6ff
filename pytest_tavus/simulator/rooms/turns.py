"""The turns of a served conversation: lines wait here, and one after the other is replied to."""

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


class SaidLine(Struct, kw_only=True, eq=False):
    """One line of the caller, and what the PAL has said to it."""

    text: str
    over: asyncio.Future[None]
    "Set when the PAL has replied, or was cut short."

    words: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    "What went wrong in the simulated PAL meanwhile."

    cut: str | None = None
    "Why the turn was cut short."

    def reply(self) -> Reply:
        """Return what came of it, as far as it has come."""
        if not self.over.done():
            return Reply(status="pending")
        warning = "; ".join(self.warnings) or None
        if self.words:
            return Reply(status="ready", text="\n".join(self.words), warning=warning)
        if warning is not None:
            return Reply(status="error", warning=warning)
        said = "the PAL said nothing to this line"
        return Reply(status="silent", warning=f"{said}: {self.cut}" if self.cut else said)


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
        self._waiting: deque[SaidLine] = deque()
        self._current: SaidLine | None = None
        self._task: asyncio.Task[None] | None = None
        self._unasked: asyncio.Task[None] | None = None
        self._cut_because = ""
        self._closed = False
        self._unresolved: dict[str, int] = {}
        "The turns of the calls that are open."

    def say(self, text: str, options: LiveOptions) -> SaidLine:
        """Say a line of the caller.

        Raises:
            ServiceError: too many are waiting.

        """
        if len(self._waiting) >= options.waiting_lines:
            message = (
                f"{options.waiting_lines} lines are waiting for the PAL to reply; "
                "this one was not taken"
            )
            raise ServiceError(message)
        line = SaidLine(text=text, over=asyncio.get_running_loop().create_future())
        self._waiting.append(line)
        if self._task is None:
            self._begin()
        elif not options.lines_wait and self._calls.holds_up(self._recorder.turn):
            self.cut("the caller went on without it")
        return line

    def cut(self, reason: str) -> None:
        """Cut the current turn short: what its calls still bring is late."""
        self._hush()
        if self._task is not None:
            self._cut_because = reason
            self._calls.give_up(reason, turn=self._recorder.turn)
            self._task.cancel()

    def observe(self, event: Event, entry: Entry) -> None:
        """Keep count of what is said and of what is open."""
        match event:
            case PalSaid() if self._current is not None:
                self._current.words.append(event.text)
            case ToolCalled():
                self._unresolved[event.call_id] = entry.turn
            case ToolResolved():
                self._unresolved.pop(event.call_id, None)
            case _:
                return

    def warned(self, sentence: str, *, turn: int) -> None:
        """Keep what went wrong in the simulated PAL with the line of that turn, if it goes on."""
        if self._current is not None and turn == self._recorder.turn:
            self._current.warnings.append(sentence)

    def unanswered(self, reason: str, *, turn: int | None = None) -> None:
        """Record that the open calls of a turn, or all of them, came to nothing."""
        for call_id, made in tuple(self._unresolved.items()):
            if turn is not None and made != turn:
                continue
            event = ToolResolved(
                call_id=call_id, status="unanswered", output="", answered_by="nobody", reason=reason
            )
            self._recorder.record(event, turn=made)

    def close(self) -> None:
        """Reply to no further line. Whoever closes ends the tasks."""
        self._closed = True
        for line in self._waiting:
            line.cut = "the conversation ended"
            line.over.set_result(None)
        self._waiting.clear()
        self.cut("the conversation ended")

    def _begin(self) -> None:
        self._hush()
        self._current = line = self._waiting.popleft()
        self._recorder.turn += 1
        self._recorder.record(UserSaid(text=line.text))
        self._task = self._tasks.spawn(self._hold(line))
        self._task.add_done_callback(self._ended)

    async def _hold(self, line: SaidLine) -> None:
        await self._engine.reply(line.text)
        self._recorder.record(TurnEnded())

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            reason = self._cut_because or "the turn was cut short"
            self.unanswered(reason, turn=self._recorder.turn)
            self._cut_because = ""
            if self._current is not None:
                self._current.cut = reason
        elif (error := task.exception()) is not None:
            self._recorder.record(_fault(error))
        line, self._current, self._task = self._current, None, None
        if line is not None and not line.over.done():
            line.over.set_result(None)
        later = None if task.cancelled() else self._engine.later()
        if self._closed:
            return
        if self._waiting:
            self._begin()
        elif later is not None:
            self._unasked = self._tasks.spawn(self._speak(later))

    async def _speak(self, later: Unprompted) -> None:
        await self._clock.sleep(later.after)
        self._engine.say_later(later)

    def _hush(self) -> None:
        """Let the PAL not say what it would have said unasked: somebody else speaks."""
        if self._unasked is not None:
            self._unasked.cancel()
            self._unasked = None


def _fault(error: BaseException) -> Fault:
    owner = error.owner if isinstance(error, TavusError) else "harness"
    return Fault(owner=owner, message=str(error) or type(error).__name__)
