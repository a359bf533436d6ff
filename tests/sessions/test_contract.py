"""What every session promises, whoever holds the conversation. A new one is a line in `kinds`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from pytest_tavus.errors import ServiceError
from pytest_tavus.sessions.session import Session
from pytest_tavus.trace.events import (
    PalSaid,
    SessionOpened,
    ToolCalled,
    ToolResolved,
    UserSaid,
)
from tests.sessions.kinds import SESSIONS, Opened

pytestmark = pytest.mark.asyncio

Tested = Callable[..., AbstractAsyncContextManager[Opened]]


@pytest.fixture(params=SESSIONS)
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def opened(kind: str) -> Tested:
    return lambda *tools: SESSIONS[kind](tools or ("find",))


async def test_a_session_first_records_its_opening_and_its_pal(opened: Tested, kind: str) -> None:
    async with opened() as held:
        entry = held.recorder.trace().entries[0]

        assert isinstance(entry.event, SessionOpened)
        assert entry.turn == 0
        assert entry.event.session == kind
        assert entry.event.conversation_id == held.session.conversation_id != ""
        assert entry.event.pal == "Waiter"


async def test_the_pal_greets_before_the_first_line(opened: Tested) -> None:
    async with opened() as held:
        said = [(entry.turn, event.text) for entry, event in held.recorder.trace().of(PalSaid)]

        assert said == [(0, "Good evening.")]


async def test_a_line_is_recorded_before_what_it_leads_to(opened: Tested) -> None:
    async with opened() as held:
        assert (await held.say("A table for two."))[0] == "UserSaid"
        (line,) = (event for _, event in held.recorder.trace().of(UserSaid))
        assert line == UserSaid(text="A table for two.")


async def test_a_call_over_http_is_recorded_from_its_making_to_its_answer(opened: Tested) -> None:
    async with opened() as held:
        happened = await held.say("A table for two.")

        assert happened == ["UserSaid", "ToolCalled", "ToolDelivered", "ToolResolved", "PalSaid"]
        (called,) = (event for _, event in held.recorder.trace().of(ToolCalled))
        (resolved,) = (event for _, event in held.recorder.trace().of(ToolResolved))
        assert (called.name, called.channel) == ("find", "api")
        assert json.loads(called.arguments) == {"guests": 2}
        assert resolved.call_id == called.call_id
        assert (resolved.status, resolved.http_status) == ("success", 200)
        assert json.loads(resolved.output) == {"table": 7, "for": {"guests": 2}}


async def test_an_app_message_is_recorded_without_an_exchange(opened: Tested) -> None:
    async with opened("show") as held:
        happened = await held.say("Show me.")

        assert happened == ["UserSaid", "ToolCalled", "ToolResolved", "PalSaid"]
        (called,) = (event for _, event in held.recorder.trace().of(ToolCalled))
        (resolved,) = (event for _, event in held.recorder.trace().of(ToolResolved))
        assert called.channel == "app_message"
        assert (resolved.status, resolved.output, resolved.answered_by) == (
            "success",
            "shown",
            "client_output",
        )


async def test_each_call_has_an_id_of_its_own(opened: Tested) -> None:
    async with opened("find", "find", "show") as held:
        for line in ("One.", "Two.", "Three."):
            await held.say(line)

        ids = [call.call_id for _, call in held.recorder.trace().calls()]
        assert len(set(ids)) == 3
        assert "" not in ids


async def test_a_turn_is_over_when_say_returns(opened: Tested) -> None:
    async with opened() as held:
        await held.say("A table for two.")
        before = len(held.recorder.trace())
        for _ in range(10):
            await asyncio.sleep(0)

        assert len(held.recorder.trace()) == before


async def test_silence_lets_the_pal_speak_unasked(opened: Tested) -> None:
    async with opened() as held:
        await held.say("A table for two.")
        before = len(held.recorder.trace())
        await held.session.listen(5.0)

        (entry,) = held.recorder.trace().entries[before:]
        assert isinstance(entry.event, PalSaid)
        assert entry.event.text == "Are you still there?"


async def test_time_does_not_go_back(opened: Tested) -> None:
    async with opened("find", "show") as held:
        await held.say("A table for two.")
        await held.session.listen(5.0)
        await held.say("Show me.")

        times = [entry.at for entry in held.recorder.trace()]
        assert times == sorted(times)
        assert times[-1] >= 5.0


def saying(session: Session) -> Awaitable[None]:
    return session.say("Hello?")


def listening(session: Session) -> Awaitable[None]:
    return session.listen(1.0)


@pytest.mark.parametrize("use", [saying, listening])
async def test_a_conversation_that_has_ended_is_gone(
    opened: Tested, use: Callable[[Session], Awaitable[None]]
) -> None:
    async with opened() as held:
        await held.session.end()
        before = len(held.recorder.trace())

        with pytest.raises(ServiceError, match="has ended"):
            await use(held.session)
        assert len(held.recorder.trace()) == before


async def test_a_conversation_may_be_ended_twice(opened: Tested) -> None:
    async with opened() as held:
        await held.session.end()
        await held.session.end()


async def test_a_conversation_leaves_no_task_behind(opened: Tested) -> None:
    before = asyncio.all_tasks()
    async with opened("find", "show") as held:
        await held.say("A table for two.")
        await held.say("Show me.")

    assert asyncio.all_tasks() == before
