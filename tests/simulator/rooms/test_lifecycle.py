"""From the opening to what follows the end: timers, callbacks, events, post-call tools."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.rooms.post_call import fill_with_defaults
from pytest_tavus.trace.events import Fault, SessionClosed, ToolCalled
from tests.simulator.pal.fake_handler import FakeHandler, ok
from tests.simulator.rooms.room import (
    CALLBACK_URL,
    CONVERSATION_ID,
    END_REASON,
    EPOCH,
    HELLO_SCRIPT,
    RecordingParticipant,
    RoomServer,
    api_tool,
    call,
    client_tool,
    pal,
    script,
    serve_rooms,
    turn,
    wait_until,
)

pytestmark = pytest.mark.asyncio


async def spoken_with(
    server: RoomServer, definition: Pal | None = None, **opening: Any
) -> RecordingParticipant:
    """A conversation in which one line was said and replied to."""
    _, participant = await server.open_and_join(definition, **opening)
    await participant.say("Hi.")
    await wait_until(lambda: "Hello." in participant.utterances())
    return participant


@pytest.mark.fidelity("live.callbacks")
async def test_callbacks_report_the_joining_and_the_end_in_order() -> None:
    async with serve_rooms(HELLO_SCRIPT) as server:
        await spoken_with(server, callback_url=CALLBACK_URL, chat=False)
        await server.clock.advance(2)
        await server.conversations.end(CONVERSATION_ID, END_REASON)
        await server.opened().wait_until_finished()

        assert server.callbacks.event_types() == [
            "system.replica_joined",
            "system.shutdown",
            "application.transcription_ready",
            "application.perception_analysis",
        ]
        assert {url for url, _ in server.callbacks.delivered} == {CALLBACK_URL}
        assert server.callbacks.delivered[1][1] == {
            "properties": {"replica_id": "r1", "shutdown_reason": END_REASON},
            "conversation_id": CONVERSATION_ID,
            "webhook_url": CALLBACK_URL,
            "event_type": "system.shutdown",
            "message_type": "system",
            "timestamp": "2026-09-21T14:13:22.000000Z",
        }


@pytest.mark.fidelity("live.verbose_events")
async def test_the_verbose_list_has_the_transcript_with_the_calls() -> None:
    scenario = script(turn("Find.", call("find", n=1), says="It is {result.table}."))
    handler = FakeHandler(lambda _: ok({"table": "T4"}))
    async with serve_rooms(scenario, handler=handler) as server:
        conversation, participant = await server.open_and_join(pal(api_tool(), greeting="Welcome."))
        await server.clock.advance(1.5)
        await participant.say("Find.")
        await wait_until(lambda: len(participant.utterances()) == 2)
        await server.conversations.end(CONVERSATION_ID, "participant_left_timeout")

        events: list[dict[str, Any]] = conversation.events()
        joined, shutdown, ready = events
        assert joined == {
            "event_type": "system.replica_joined",
            "timestamp": "2026-09-21T14:13:20.000000Z",
        }
        assert shutdown["properties"] == {"reason": "participant_left_timeout"}
        rows = ready["properties"]["transcript"]
        assert [(row["role"], row["content"]) for row in rows] == [
            ("assistant", "Welcome."),
            ("user", "Find."),
            ("assistant", ""),
            ("assistant", "It is T4."),
        ]
        assert rows[1] == {
            "role": "user",
            "content": "Find.",
            "timestamp": EPOCH + 1.5,
            "seconds_from_start": 1.5,
            "duration": 0.0,
        }
        assert rows[2]["tool_calls"] == [{"function": {"name": "find", "arguments": '{"n": 1}'}}]
        assert len(rows[3]["inference_id"]) == 36


async def test_before_the_end_the_list_has_only_the_joining() -> None:
    async with serve_rooms(HELLO_SCRIPT) as server:
        await spoken_with(server)
        assert [each["event_type"] for each in server.opened().events()] == [
            "system.replica_joined"
        ]


async def test_a_call_with_a_filler_is_on_the_row_of_the_filler() -> None:
    tool = client_tool(on_call="static_filler", static_filler="One moment.")
    async with serve_rooms(script(turn("Find.", call("find"), says="Found."))) as server:
        conversation, participant = await server.open_and_join(pal(tool))
        await participant.say("Find.")
        await wait_until(lambda: participant.of_type("conversation.tool_call"))
        await server.conversations.end(CONVERSATION_ID, END_REASON)

        events: list[dict[str, Any]] = conversation.events()
        ready = events[-1]
        _, filler = ready["properties"]["transcript"]
        assert (filler["content"], len(filler["tool_calls"])) == ("One moment.", 1)


async def test_without_a_word_there_is_no_transcript_and_nothing_runs_after_the_call() -> None:
    handler = FakeHandler(lambda _: ok({}))
    async with serve_rooms(handler=handler) as server:
        await server.open(
            pal(api_tool(trigger_type="post_call")), callback_url=CALLBACK_URL, chat=False
        )
        await server.conversations.end(CONVERSATION_ID, END_REASON)
        await server.opened().wait_until_finished()

        assert server.callbacks.event_types() == ["system.replica_joined", "system.shutdown"]
        assert handler.calls == []


async def test_perception_that_is_off_is_not_analysed() -> None:
    definition = Pal(pal_name="Ada", layers={"perception": {"perception_model": "off"}})
    async with serve_rooms(HELLO_SCRIPT) as server:
        await spoken_with(server, definition, callback_url=CALLBACK_URL, chat=False)
        await server.conversations.end(CONVERSATION_ID, END_REASON)
        await server.opened().wait_until_finished()

        assert server.callbacks.event_types()[-1] == "application.transcription_ready"


@pytest.mark.fidelity("live.post_call")
async def test_a_post_call_tool_runs_once_after_all_callbacks() -> None:
    handler = FakeHandler(lambda _: ok({}))
    parameters = {
        "type": "object",
        "properties": {
            "channel": {"type": "string", "const": "phone"},
            "summary": {"type": "string"},
            "mood": {"type": "string", "enum": ["good", "bad"]},
            "tables": {"type": ["integer", "null"]},
            "note": {"type": "string"},
        },
        "required": ["channel", "summary", "mood", "tables"],
    }
    tool = api_tool("keep", trigger_type="post_call", parameters=parameters)
    async with serve_rooms(HELLO_SCRIPT, handler=handler) as server:
        await spoken_with(server, pal(tool), callback_url=CALLBACK_URL)
        await server.conversations.end(CONVERSATION_ID, END_REASON)
        await server.conversations.end(CONVERSATION_ID, END_REASON)
        await server.opened().wait_until_finished()

        (asked,) = handler.calls
        assert (asked.tool, asked.conversation_id) == ("keep", CONVERSATION_ID)
        assert asked.arguments == {
            "channel": "phone",
            "summary": "NOTFOUND",
            "mood": "good",
            "tables": 0,
        }
        *_, called, _, _, closed = [entry.event for entry in server.opened().trace()]
        assert isinstance(called, ToolCalled)
        assert closed == SessionClosed(reason="finished")


async def test_an_option_shuffles_the_callbacks_of_the_end() -> None:
    orders: set[tuple[str, ...]] = set()
    async with serve_rooms(HELLO_SCRIPT, options=LiveOptions(shuffle_end=True)) as server:
        for number in range(12):
            conversation_id = f"c{number}"
            conversation = await server.open(
                conversation_id=conversation_id, callback_url=CALLBACK_URL, chat=False
            )
            await conversation.respond("Hi.", within=5)
            await server.conversations.end(conversation_id, END_REASON)
            await conversation.wait_until_finished()
            orders.add(tuple(server.callbacks.event_types()[-3:]))

    assert len(orders) > 1
    assert {frozenset(order) for order in orders} == {frozenset(next(iter(orders)))}


async def test_cancelling_the_request_for_the_end_does_not_stop_the_end() -> None:
    async with serve_rooms(HELLO_SCRIPT) as server:
        await spoken_with(server, callback_url=CALLBACK_URL)
        asking = asyncio.create_task(server.conversations.end(CONVERSATION_ID, END_REASON))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await server.opened().wait_until_finished()

        assert server.callbacks.event_types()[1:] == [
            "system.shutdown",
            "application.transcription_ready",
        ]


async def test_a_failed_filling_is_a_fault_and_the_other_tools_run() -> None:
    async def unfilled(tool: Tool, transcript: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        if tool.name == "log":
            return await fill_with_defaults(tool, transcript)
        message = f"no model for {tool.name}"
        raise ServiceError(message)

    async with serve_rooms(HELLO_SCRIPT, filling=unfilled) as server:
        tools = [api_tool(name, trigger_type="post_call") for name in ("keep", "log")]
        await spoken_with(server, pal(*tools))
        await server.conversations.end(CONVERSATION_ID, END_REASON)
        await server.opened().wait_until_finished()

        (_, fault), *_ = server.opened().trace().of(Fault)
        assert (fault.owner, fault.message) == ("platform", "no model for keep")
        assert [call.name for _, call in server.opened().trace().calls()] == ["log"]
        assert server.opened().trace().entries[-1].event == SessionClosed(reason="finished")
