"""From the opening to what follows the end: timers, callbacks, events, post-call tools."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import pytest

from pytest_tavus.contract.objective import Guardrail, Objective, ObjectiveSet
from pytest_tavus.contract.pal import Pal
from pytest_tavus.contract.tool import Tool
from pytest_tavus.errors import ServiceError
from pytest_tavus.live.conversation import ServedConversation
from pytest_tavus.live.opening import EndReason, Opening, Timers
from pytest_tavus.live.options import CallbackOptions, LiveOptions
from pytest_tavus.live.post_call import plainly_filled
from pytest_tavus.simulator.brain import Brain
from pytest_tavus.trace.events import Fault, SessionClosed, ToolCalled
from tests.live.room import (
    BRIEF,
    EPOCH,
    ID,
    Guest,
    House,
    api_tool,
    call,
    client_tool,
    house,
    pal,
    said,
    script,
    settled,
    turn,
    until,
)
from tests.simulator.far import Far, ok

pytestmark = pytest.mark.asyncio

URL = "http://127.0.0.1:9/hook?token=s3cr3t"
END: EndReason = "end_conversation_endpoint_hit"


async def spoken_with(home: House, definition: Pal | None = None, **opening: Any) -> Guest:
    """A conversation in which one line was said and replied to."""
    conversation, guest = await home.joined(definition, **opening)
    await conversation.receive(said("respond", text="Hi."), sender=guest)
    await until(lambda: "Hello." in guest.spoken())
    return guest


def held(home: House) -> ServedConversation:
    conversation = home.conversations.get(ID)
    assert conversation is not None
    return conversation


HELLO = script(turn("Hi.", says="Hello."))


@pytest.mark.fidelity("live.callbacks")
async def test_callbacks_tell_of_the_joining_and_of_the_end_in_order() -> None:
    async with house(HELLO) as home:
        await spoken_with(home, callback_url=URL, chat=False)
        await home.clock.advance(2)
        await home.conversations.end(ID, END)
        await held(home).aftermath()

        assert home.post.types() == [
            "system.replica_joined",
            "system.shutdown",
            "application.transcription_ready",
            "application.perception_analysis",
        ]
        assert {url for url, _ in home.post.taken} == {URL}
        assert home.post.taken[1][1] == {
            "properties": {"replica_id": "r1", "shutdown_reason": END},
            "conversation_id": ID,
            "webhook_url": URL,
            "event_type": "system.shutdown",
            "message_type": "system",
            "timestamp": "2026-09-21T14:13:22.000000Z",
        }


@pytest.mark.fidelity("live.verbose_events")
async def test_the_verbose_list_has_the_transcript_with_the_calls() -> None:
    scenario = script(turn("Find.", call("find", n=1), says="It is {result.table}."))
    far = Far(lambda _: ok({"table": "T4"}))
    async with house(scenario, handler=far) as home:
        conversation, guest = await home.joined(pal(api_tool(), greeting="Welcome."))
        await home.clock.advance(1.5)
        await conversation.receive(said("respond", text="Find."), sender=guest)
        await until(lambda: len(guest.spoken()) == 2)
        await home.conversations.end(ID, "participant_left_timeout")

        joined, shutdown, ready = conversation.events()
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
    async with house(HELLO) as home:
        await spoken_with(home)
        assert [each["event_type"] for each in held(home).events()] == ["system.replica_joined"]


async def test_a_call_that_a_filler_goes_with_is_on_the_row_of_the_filler() -> None:
    tool = client_tool(on_call="static_filler", static_filler="One moment.")
    async with house(script(turn("Find.", call("find"), says="Found."))) as home:
        conversation, guest = await home.joined(pal(tool))
        await conversation.receive(said("respond", text="Find."), sender=guest)
        await until(lambda: guest.of("conversation.tool_call"))
        await home.conversations.end(ID, END)

        *_, ready = conversation.events()
        _, filler = ready["properties"]["transcript"]
        assert (filler["content"], len(filler["tool_calls"])) == ("One moment.", 1)


async def test_without_a_word_there_is_no_transcript_and_nothing_runs_after_the_call() -> None:
    far = Far(lambda _: ok({}))
    async with house(handler=far) as home:
        await home.open(pal(api_tool(trigger_type="post_call")), callback_url=URL, chat=False)
        await home.conversations.end(ID, END)
        await held(home).aftermath()

        assert home.post.types() == ["system.replica_joined", "system.shutdown"]
        assert far.asked == []


async def test_perception_that_is_off_is_not_analysed() -> None:
    definition = Pal(pal_name="Ada", layers={"perception": {"perception_model": "off"}})
    async with house(HELLO) as home:
        await spoken_with(home, definition, callback_url=URL, chat=False)
        await home.conversations.end(ID, END)
        await held(home).aftermath()

        assert home.post.types()[-1] == "application.transcription_ready"


@pytest.mark.fidelity("live.post_call")
async def test_a_post_call_tool_runs_once_after_everything_was_told() -> None:
    far = Far(lambda _: ok({}))
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
    async with house(HELLO, handler=far) as home:
        await spoken_with(home, pal(tool), callback_url=URL)
        await home.conversations.end(ID, END)
        await home.conversations.end(ID, END)
        await held(home).aftermath()

        (asked,) = far.asked
        assert (asked.tool, asked.conversation_id) == ("keep", ID)
        assert asked.arguments == {
            "channel": "phone",
            "summary": "NOTFOUND",
            "mood": "good",
            "tables": 0,
        }
        *_, called, _, _, closed = [entry.event for entry in held(home).trace()]
        assert isinstance(called, ToolCalled)
        assert closed == SessionClosed(reason="finished")


async def test_what_follows_the_end_can_come_in_another_order() -> None:
    orders: set[tuple[str, ...]] = set()
    async with house(HELLO, options=LiveOptions(shuffle_end=True)) as home:
        for number in range(12):
            conversation_id = f"c{number}"
            conversation = await home.open(
                conversation_id=conversation_id, callback_url=URL, chat=False
            )
            await conversation.respond("Hi.", within=5)
            await home.conversations.end(conversation_id, END)
            await conversation.aftermath()
            orders.add(tuple(home.post.types()[-3:]))

    assert len(orders) > 1
    assert {frozenset(order) for order in orders} == {frozenset(next(iter(orders)))}


async def test_a_callback_that_fails_is_told_without_its_token() -> None:
    async with house() as home:
        home.post.failures = 1
        conversation = await home.open(callback_url=URL)
        await conversation.aftermath()

        (_, fault), *_ = conversation.trace().of(Fault)
        assert fault.message == (
            "the callback system.replica_joined to http://127.0.0.1:9/hook failed: "
            "it answered 500 Internal Server Error"
        )


async def test_a_callback_can_be_tried_again_and_sent_twice() -> None:
    options = LiveOptions(callbacks=CallbackOptions(attempts=2, retry_after=3, copies=2))
    async with house(options=options) as home:
        home.post.failures = 1
        conversation = await home.open(callback_url=URL)
        await settled()
        assert home.post.taken == []
        await home.clock.advance(3)
        await conversation.aftermath()

        first, second = home.post.taken
        assert first == second
        assert not [*conversation.trace().of(Fault)]


async def test_a_callback_that_hangs_does_not_hold_up_the_end() -> None:
    async with house() as home:
        home.post.stuck = True
        conversation, guest = await home.joined(callback_url=URL)
        await settled()
        await home.conversations.end(ID, END)

        assert (conversation.status, guest.dismissed) == ("ended", True)
        assert home.post.taken == []


async def test_whoever_asks_for_the_end_and_goes_away_does_not_stop_it() -> None:
    async with house(HELLO) as home:
        await spoken_with(home, callback_url=URL)
        asking = asyncio.create_task(home.conversations.end(ID, END))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await held(home).aftermath()

        assert home.post.types()[1:] == ["system.shutdown", "application.transcription_ready"]


async def test_what_cannot_be_filled_is_told_and_the_rest_is_done() -> None:
    async def unfilled(tool: Tool, transcript: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        if tool.name == "log":
            return await plainly_filled(tool, transcript)
        message = f"no model for {tool.name}"
        raise ServiceError(message)

    async with house(HELLO, filling=unfilled) as home:
        tools = [api_tool(name, trigger_type="post_call") for name in ("keep", "log")]
        await spoken_with(home, pal(*tools))
        await home.conversations.end(ID, END)
        await held(home).aftermath()

        (_, fault), *_ = held(home).trace().of(Fault)
        assert (fault.owner, fault.message) == ("platform", "no model for keep")
        assert [call.name for _, call in held(home).trace().calls()] == ["log"]
        assert held(home).trace().entries[-1].event == SessionClosed(reason="finished")


@pytest.mark.parametrize("shape", ["flat", "nested"])
@pytest.mark.fidelity("live.objective_callbacks")
async def test_an_objective_tells_its_variables_and_what_was_not_found(shape: Any) -> None:
    objective = Objective(
        objective_name="email", objective_prompt="Ask.", output_variables=("email", "phone")
    )
    options = LiveOptions(callbacks=CallbackOptions(objective_shape=shape))
    async with house(options=options) as home:
        definition = pal(objectives=ObjectiveSet(data=(objective,)))
        conversation = await home.open(definition, callback_url=URL)
        conversation.objective_completed("email", {"email": "a@example.com"})
        await conversation.aftermath()

        fields = {
            "objective_name": "email",
            "output_variables": {"email": "a@example.com", "phone": "NOTFOUND"},
        }
        head = {"conversation_id": ID, "event_type": "conversation.objective.completed"}
        nested = {**head, "message_type": "application", "properties": fields}
        assert home.post.taken[-1] == (URL, {**head, **fields} if shape == "flat" else nested)


async def test_a_guardrail_tells_its_own_url() -> None:
    own = "http://127.0.0.1:9/guard"
    guardrail = Guardrail(guardrail_name="price", guardrail_prompt="None.", callback_url=own)
    async with house() as home:
        conversation = await home.open(pal(guardrails=(guardrail,)))
        conversation.guardrail_triggered("price")
        await conversation.aftermath()

        ((url, body),) = home.post.taken
        assert (url, body["guardrail_name"]) == (own, "price")


async def test_objectives_and_guardrails_that_the_pal_has_not_are_refused() -> None:
    async with house() as home:
        conversation = await home.open()
        with pytest.raises(ServiceError) as refusal:
            conversation.objective_completed("email", {})
        assert str(refusal.value) == "the PAL has no objective 'email'; it has: none"
        with pytest.raises(ServiceError) as refusal:
            conversation.guardrail_triggered("price")
        assert str(refusal.value) == "the PAL has no guardrail 'price'; it has: none"


@pytest.mark.fidelity("live.perception_tools")
@pytest.mark.parametrize(
    ("origin", "properties"),
    [
        ("audio", {"modality": "audio", "arguments": '{"mood": "calm"}'}),
        (
            "vision",
            {
                "modality": "vision",
                "arguments": {"mood": "calm"},
                "frames": [{"data": "AAAA", "mime_type": "image/jpeg"}],
            },
        ),
    ],
)
async def test_what_is_perceived_is_told_in_the_shape_of_its_modality(
    origin: str, properties: dict[str, Any]
) -> None:
    tool = client_tool("sense", origin=origin, on_call=None, on_resolve=None)
    async with house() as home:
        conversation, guest = await home.joined(pal(tool))
        frame = {"data": "AAAA", "mime_type": "image/jpeg"}
        await conversation.perceive("sense", {"mood": "calm"}, frames=(frame,))

        (message,) = guest.of("conversation.perception_tool_call")
        assert message["properties"] == {"name": "sense", **properties}
        with pytest.raises(ServiceError) as refusal:
            await conversation.perceive("smell", {})
        assert str(refusal.value) == "the PAL has no vision or audio tool 'smell'; it has: sense"


async def test_a_perception_tool_may_be_delivered_over_http() -> None:
    far = Far(lambda _: ok({}))
    async with house(handler=far) as home:
        conversation, guest = await home.joined(pal(api_tool("sense", origin="audio")))
        await conversation.perceive("sense", {"mood": "calm"})
        await until(lambda: far.asked)

        assert far.asked[0].arguments == {"mood": "calm"}
        assert guest.types() == ["system.replica_joined"]


class TestLimits:
    """When a conversation ends by itself."""

    async def ended(self, home: House, *, after: float, just_before: bool = True) -> str | None:
        """Return why it has ended after so many seconds; it had not, a moment before."""
        if just_before:
            await home.clock.advance(after - 0.5)
            assert held(home).status == "active"
        await home.clock.advance(0.5)
        return held(home).shutdown_reason

    @pytest.mark.fidelity("live.timers")
    async def test_nobody_came(self) -> None:
        async with house() as home:
            await home.open(timers=BRIEF)
            assert await self.ended(home, after=60) == "participant_absent_timeout"

    async def test_everybody_left(self) -> None:
        async with house() as home:
            conversation, guest = await home.joined(timers=BRIEF)
            await home.clock.advance(100)
            conversation.leave(guest)
            assert await self.ended(home, after=10) == "participant_left_timeout"

    async def test_somebody_came_back(self) -> None:
        async with house() as home:
            conversation, guest = await home.joined(timers=BRIEF)
            conversation.leave(guest)
            await home.clock.advance(9)
            conversation.join(guest)
            await home.clock.advance(100)
            assert conversation.status == "active"

    async def test_one_of_two_left(self) -> None:
        async with house() as home:
            conversation, guest = await home.joined(timers=BRIEF)
            conversation.join(Guest("other"))
            conversation.leave(guest)
            await home.clock.advance(100)
            assert conversation.status == "active"

    async def test_it_went_on_for_too_long(self) -> None:
        async with house() as home:
            _, guest = await home.joined(timers=BRIEF, callback_url=URL)
            assert await self.ended(home, after=600) == "max_call_duration"
            await held(home).aftermath()

            assert guest.dismissed
            told = home.post.taken[-1][1]["properties"]["shutdown_reason"]
            assert told == "max_call_duration reached"
            assert held(home).events()[-1]["properties"] == {"reason": "max_call_duration"}

    @pytest.mark.parametrize(
        ("chat", "asked_for", "status"),
        [(True, False, "active"), (True, True, "ended"), (False, False, "ended")],
    )
    async def test_a_timeout_of_zero_ends_a_call_at_once_and_a_chat_only_where_asked_for(
        self, chat: bool, asked_for: bool, status: str
    ) -> None:
        async with house(options=LiveOptions(chat_ends_when_left=asked_for)) as home:
            conversation, guest = await home.joined(timers=Timers(), chat=chat)
            conversation.leave(guest)
            await settled()
            assert conversation.status == status

    async def test_a_line_over_the_bridge_is_somebody_there(self) -> None:
        async with house(HELLO) as home:
            conversation = await home.open(timers=BRIEF)
            await conversation.respond("Hi.", within=5)
            await home.clock.advance(100)
            assert conversation.status == "active"


async def test_a_brain_that_cannot_be_opened_ends_the_conversation_before_it_begins() -> None:
    def none(opening: Opening) -> Brain:
        message = f"no model for {opening.pal_id}"
        raise ServiceError(message)

    async with house(brains=(none,)) as home:
        conversation = await home.open()

        assert conversation.status == "ended"
        reason = "exception_encountered_during_conversation_startup"
        assert conversation.shutdown_reason == reason
        assert reason in get_args(EndReason)
        (_, fault), *_ = conversation.trace().of(Fault)
        assert fault.message == "no model for p1"


async def test_an_end_lets_nothing_go_on() -> None:
    scenario = script(turn("Find.", call("find"), says="Found."), turn("So?", says="So."))
    async with house(scenario) as home:
        conversation, guest = await home.joined(pal(client_tool()))
        await conversation.receive(said("respond", text="Find."), sender=guest)
        await until(lambda: guest.of("conversation.tool_call"))
        await home.conversations.end(ID, END)
        await settled()

        assert home.conversations.active() == 0
        assert guest.spoken() == []


async def test_an_end_leaves_no_task_behind_even_when_somebody_leaves_meanwhile() -> None:
    note = client_tool("note", on_resolve="fire_and_forget")
    scenario = script(turn("Note.", call("note"), says="Noted.", later="Still there?"))
    async with house(scenario, options=LiveOptions(heartbeat=1)) as home:
        before = asyncio.all_tasks()
        conversation, guest = await home.joined(pal(note), timers=BRIEF, callback_url=URL)
        await conversation.receive(said("respond", text="Note."), sender=guest)
        await until(guest.spoken)
        ending = asyncio.create_task(conversation.end(END))
        await asyncio.sleep(0)
        conversation.leave(guest)
        await ending
        await conversation.aftermath()
        await settled()

        assert asyncio.all_tasks() == before


async def test_the_conversations_that_have_not_ended_are_counted() -> None:
    async with house() as home:
        for number in range(3):
            await home.open(conversation_id=f"c{number}")
        assert home.conversations.active() == 3
        await home.conversations.end("c1", END)
        await home.conversations.end("c9", END)
        assert home.conversations.active() == 2
        assert home.conversations.get("c9") is None
        await home.conversations.close()
        assert (home.conversations.active(), home.conversations.get("c0")) == (0, None)
