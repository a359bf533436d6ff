"""Walking the turns of a scenario on a session, and what may go wrong on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_tavus.clock import ManualClock
from pytest_tavus.errors import ServiceError
from pytest_tavus.run.conversation import Player
from pytest_tavus.scenario.values.model import Turn
from pytest_tavus.simulator.pal.memory import Memory
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.events import Event, Fault, TurnEnded, UserSaid
from pytest_tavus.trace.log import Recorder

pytestmark = pytest.mark.asyncio

SPAN = SourceSpan(path="s.yaml", line=7, column=9)


class SilentSession:
    """A session whose PAL never answers; it may go away."""

    conversation_id = "c1"

    def __init__(self, recorder: Recorder, *, gone_when: str | None = None) -> None:
        self._recorder = recorder
        self._gone_when = gone_when

    async def say(self, text: str) -> None:
        self._leave("say")
        self._recorder.record(UserSaid(text=text))

    async def listen(self, seconds: float) -> None:
        self._leave("listen")

    async def end(self) -> None:
        """Nothing to end."""

    def _leave(self, when: str) -> None:
        if when == self._gone_when:
            message = "the conversation c1 has ended"
            raise ServiceError(message)


class Walk:
    """A player on such a session."""

    def __init__(self, *, gone_when: str | None = None) -> None:
        self.recorder = Recorder(now=ManualClock().now)
        memory = Memory(self.recorder, env={"NAME": "Ada"})
        session = SilentSession(self.recorder, gone_when=gone_when)
        self._player = Player(session, self.recorder, memory)
        self.looked_up = 0

    async def play(self, user: str, *, quiet: float | None = None) -> bool:
        return await self._player.play(Turn(at=(), user=user, quiet=quiet), locate=self._locate)

    def events(self) -> list[tuple[int, Event]]:
        return [(entry.turn, entry.event) for entry in self.recorder.trace()]

    def _locate(self) -> SourceSpan:
        self.looked_up += 1
        return SPAN


async def test_a_turn_ends_after_what_was_said() -> None:
    walk = Walk()

    assert await walk.play("Hello.")
    assert await walk.play("Goodbye.")

    assert walk.events() == [
        (1, UserSaid(text="Hello.")),
        (1, TurnEnded()),
        (2, UserSaid(text="Goodbye.")),
        (2, TurnEnded()),
    ]


async def test_silence_is_listened_to_after_the_turn() -> None:
    walk = Walk()

    assert await walk.play("Hello.", quiet=5.0)

    assert walk.events()[1:] == [(1, TurnEnded()), (1, TurnEnded(quiet_for=5.0))]


async def test_the_line_of_a_turn_is_located_only_for_a_fault() -> None:
    walk = Walk()

    await walk.play("Hello.")

    assert walk.looked_up == 0


async def test_the_caller_says_what_placeholders_stand_for() -> None:
    walk = Walk()

    await walk.play("I'm {env.NAME}, {{really}}.")

    assert walk.events()[0] == (1, UserSaid(text="I'm Ada, {really}."))


async def test_a_line_that_cannot_be_said_is_a_fault_of_the_scenario() -> None:
    walk = Walk()

    assert not await walk.play("My number is {saved.number}.")

    assert walk.events() == [
        (
            1,
            Fault(
                owner="test",
                message=(
                    "s.yaml:7:9: the caller's line cannot be said: "
                    "{saved.number}: there is no 'number' in saved"
                ),
            ),
        )
    ]


@pytest.mark.parametrize(
    ("gone_when", "before"),
    [("say", []), ("listen", [(1, UserSaid(text="Hello.")), (1, TurnEnded())])],
)
async def test_a_session_that_goes_away_is_a_fault_of_the_platform(
    gone_when: str, before: list[tuple[int, Event]]
) -> None:
    walk = Walk(gone_when=gone_when)

    assert not await walk.play("Hello.", quiet=1.0)

    fault = Fault(owner="platform", message="the conversation c1 has ended")
    assert walk.events() == [*before, (1, fault)]


async def test_another_error_is_not_hidden() -> None:
    def broken() -> float:
        raise ZeroDivisionError

    now: Callable[[], float] = broken
    recorder = Recorder(now=now)
    player = Player(SilentSession(recorder), recorder, Memory(recorder, env={}))

    with pytest.raises(ZeroDivisionError):
        await player.play(Turn(at=(), user="Hello."), locate=lambda: SPAN)
