"""A language model decides in a room: what it is asked, and what the others hear of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.simulator.pal.llm import ModelSettings, open_model
from pytest_tavus.simulator.rooms.conversation import ServedConversation
from pytest_tavus.simulator.rooms.port import Reply
from pytest_tavus.trace.events import Fault
from tests.simulator.pal.endpoint import Answer, Endpoint, cut, refuses, says, serving
from tests.simulator.rooms.room import (
    CONVERSATION_ID,
    RecordingParticipant,
    api_tool,
    client_tool,
    pal,
    run_pending_tasks,
    serve_rooms,
    wait_until,
)

pytestmark = pytest.mark.asyncio


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One guest in the room of a PAL that a model decides for."""

    conversation: ServedConversation
    participant: RecordingParticipant
    endpoint: Endpoint

    async def ask(self, text: str = "A table for two.") -> None:
        """Say a line and wait for what the PAL says to it."""
        heard = len(self.participant.utterances())
        await self.participant.say(text)
        await wait_until(lambda: len(self.participant.utterances()) > heard)

    def told(self, number: int = -1) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.endpoint.requests[number].body["messages"]
        return found


@asynccontextmanager
async def visit(*answers: Answer, of: Pal | None = None) -> AsyncGenerator[Visit, None]:
    async with serving(*answers) as endpoint:
        model = open_model(ModelSettings(base_url=endpoint.base_url, model="small"), {})
        async with serve_rooms(brains=(lambda opening: model.brain(opening.pal),)) as server:
            conversation, participant = await server.open_and_join(of, context="It is raining.")
            yield Visit(conversation=conversation, participant=participant, endpoint=endpoint)
            await model.close()
            await run_pending_tasks()


async def test_the_model_knows_prompt_context_and_greeting() -> None:
    who = Pal(system_prompt="You find tables.", context="We are open.", greeting="Hello.")

    async with visit(says("For how many?"), of=who) as held:
        await held.ask("A table.")

    assert held.participant.utterances() == ["Hello.", "For how many?"]
    assert held.told() == [
        {"role": "system", "content": "You find tables.\n\nWe are open.\nIt is raining."},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "A table."},
    ]


@pytest.mark.fidelity("llm.context_beside_the_prompt")
async def test_a_client_appends_to_the_context_and_overwrites_it() -> None:
    who = Pal(system_prompt="You find tables.")

    async with visit(says("Yes."), of=who) as held:
        await held.participant.send("append_llm_context", context="The terrace is closed.")
        await held.ask()
        await held.participant.send("overwrite_llm_context", context="The sun shines.")
        await held.ask()

    assert [held.told(number)[0]["content"] for number in range(2)] == [
        "You find tables.\n\nIt is raining.\nThe terrace is closed.",
        "You find tables.\n\nThe sun shines.",
    ]


async def test_a_call_goes_through_the_room_and_its_result_back_to_the_model() -> None:
    answers = (says(None, ("find", {"guests": 2})), says("Table 7."))

    async with visit(*answers, of=pal(client_tool())) as held:
        await held.participant.say("A table for two.")
        await wait_until(lambda: held.participant.of_type("conversation.tool_call"))
        await held.participant.send(
            "tool_result", tool_call_id=held.participant.call_id(), output="Table 7 is free."
        )
        await wait_until(held.participant.utterances)

    assert held.told()[-1] == {
        "role": "tool",
        "tool_call_id": held.participant.call_id(),
        "content": "Table 7 is free.",
    }
    assert held.participant.utterances() == ["Table 7."]


async def test_arguments_that_are_no_json_reach_the_page_as_the_model_wrote_them() -> None:
    answers = (says(None, ("find", '{"guests": ')), says("Sorry."))

    async with visit(*answers, of=pal(client_tool())) as held:
        await held.participant.say("A table for two.")
        await wait_until(lambda: held.participant.of_type("conversation.tool_call"))
        (made,) = held.participant.of_type("conversation.tool_call")
        await held.participant.send(
            "tool_result", tool_call_id=held.participant.call_id(), status="error"
        )
        await wait_until(held.participant.utterances)

    assert made["properties"]["arguments"] == '{"guests": '
    assert held.told()[-1]["content"] == "The call has failed."


async def test_a_model_that_fails_is_a_fault_of_the_platform_and_the_conversation_goes_on() -> None:
    async with visit(refuses(500, "Out of memory."), says("Yes.")) as held:
        await held.participant.say("Hello?")
        await wait_until(lambda: list(held.conversation.trace().of(Fault)))
        await held.ask("Hello?")
        status = held.conversation.status

    ((_, fault),) = held.conversation.trace().of(Fault)
    assert (fault.owner, status) == ("platform", "active")
    assert fault.message == (
        f"the model 'small' at {held.endpoint.base_url} answered with status 500: Out of memory"
    )
    assert held.participant.utterances() == ["Yes."]


FAILURES = [
    (refuses(500, "Out of memory."), "answered with status 500: Out of memory"),
    (refuses(401, "no"), "refuses to be asked without a key (status 401)"),
    (Answer(body="<html>"), "sent no chat completion: it is not JSON: '<html>'"),
    (says(""), "answered with neither words nor a call"),
    (
        cut(says(None), "length"),
        "was cut at its limit of tokens; it answered with neither words nor a call",
    ),
]


@pytest.mark.parametrize(("answer", "trouble"), FAILURES)
async def test_room_log_and_warnings_report_a_model_without_a_reply(
    answer: Answer, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with visit(answer, says("Yes.")) as held:
        failed = await held.conversation.respond("Hello?", within=5)
        (told,) = held.participant.of_type("simulator.error")
        again = await held.conversation.respond("Hello?", within=5)
        sentence = f"the model 'small' at {held.endpoint.base_url} {trouble}"

    assert failed == Reply(status="error", warning=sentence)
    assert told["properties"] == {"message": sentence}
    assert held.conversation.warnings == (sentence,)
    assert [record.getMessage() for record in caplog.records] == [f"{CONVERSATION_ID}: {sentence}"]
    assert again == Reply(status="ready", text="Yes.")


@pytest.mark.parametrize(
    ("answer", "text", "trouble"),
    [
        (says(None, refusal="I won't."), "I won't.", "refused to answer"),
        (cut(says("A table f"), "length"), "A table f", "was cut at its limit of tokens"),
    ],
)
async def test_an_incomplete_reply_comes_with_a_warning(
    answer: Answer, text: str, trouble: str
) -> None:
    async with visit(answer, says("Yes.")) as held:
        reply = await held.conversation.respond("Hello?", within=5)
        again = await held.conversation.respond("Hello?", within=5)
        errors = held.participant.of_type("simulator.error")

    sentence = f"the model 'small' at {held.endpoint.base_url} {trouble}"
    assert reply == Reply(status="ready", text=text, warning=sentence)
    assert again == Reply(status="ready", text="Yes.")
    assert len(errors) == 1


async def test_a_secret_in_a_reported_failure_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    who = pal(api_tool(secret="canary-8f3b"))

    async with visit(refuses(500, "The tool has canary-8f3b in it."), of=who) as held:
        reply = await held.conversation.respond("Hello?", within=5)
        errors = held.participant.of_type("simulator.error")

    assert "The tool has" in str(reply.warning)
    assert "canary" not in f"{reply}{errors}{held.conversation.warnings}{caplog.text}"


async def test_each_of_two_waiting_lines_has_its_own_warning() -> None:
    async with visit(refuses(500, "Oh."), says("Yes.")) as held:
        first, second = await asyncio.gather(
            held.conversation.respond("One?", within=5), held.conversation.respond("Two?", within=5)
        )

    assert (first.status, second) == ("error", Reply(status="ready", text="Yes."))
