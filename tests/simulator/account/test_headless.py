"""The conversation of a builder session with the carrier."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.scenario.load.parse import parse_inline
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.simulator.account.builder import builder, carrier
from tests.simulator.account.account import AccountClient

pytestmark = pytest.mark.asyncio

CARRIER = "p1abc173c043"
CONTEXT = (
    "<creator_initial_request>\nWhat was typed.\nA tutor for {maths}.\n</creator_initial_request>"
)


class CarrierClient(AccountClient):
    """A client that opens text conversations with the carrier."""

    def __init__(self) -> None:
        super().__init__((*builder.ROUTES, *carrier.ROUTES))

    async def open_session(self) -> str:
        row: dict[str, Any] = await self.fetch("POST /builder", {"name": "Tutor"})
        key: str = row["builder_id"]
        return key

    async def open_conversation(self, key: str, **changes: Any) -> dict[str, Any]:
        body = {
            "builder_id": key,
            "persona_id": CARRIER,
            "conversation_name": "Headless",
            "conversational_context": CONTEXT,
            "chat": True,
            "modality": "text",
            "llm": {"model": "tavus-pal-maker-gemma-4"},
            "headless_transport": False,
        }
        line = "POST /conversations/persona-builder/headless"
        answer: dict[str, Any] = await self.fetch(line, {**body, **changes})
        return answer

    def script(self, conversation_id: str) -> Scenario:
        script = self.live.all[conversation_id].opening.script
        assert script is not None
        return script


def drafted_brief(script: Scenario) -> str:
    plays = script.turns[0].plays
    assert plays is not None
    assert plays.calls is not None
    brief: str = plays.calls[0][0].arguments["sections_brief"]
    return brief


@pytest.mark.fidelity("builder.headless")
async def test_the_carrier_is_opened_as_a_chat_with_a_room_to_join() -> None:
    client = CarrierClient()
    call = await client.open_conversation(await client.open_session())
    assert call["conversation_url"].endswith(call["conversation_id"])
    assert (call["status"], call["conversation_name"]) == ("active", "Headless")
    assert call["builder_history_context"] == ""
    opening = client.live.all[call["conversation_id"]].opening
    assert (opening.pal_id, opening.chat, opening.context) == (CARRIER, True, CONTEXT)
    assert opening.pal.tools[0].name == "draft_pal"


async def test_the_carrier_drafts_from_the_request_in_the_context() -> None:
    client = CarrierClient()
    call = await client.open_conversation(await client.open_session())
    assert drafted_brief(client.script(call["conversation_id"])) == "A tutor for {{maths}}."


async def test_without_a_request_in_the_context_the_carrier_drafts_from_history_or_name() -> None:
    client = CarrierClient()
    key = await client.open_session()
    call = await client.open_conversation(key, conversational_context="")
    assert drafted_brief(client.script(call["conversation_id"])) == "Tutor"
    said = {"messages": [{"role": "user", "content": "For Latin."}]}
    await client.fetch(f"POST /builder/{key}/append-messages", said)
    call = await client.open_conversation(key, conversational_context="")
    assert drafted_brief(client.script(call["conversation_id"])) == "For Latin."


@pytest.mark.fidelity("builder.headless")
async def test_the_history_is_answered_as_context() -> None:
    client = CarrierClient()
    key = await client.open_session()
    said = [{"role": "user", "content": "A tutor."}, {"role": "assistant", "content": "Fine."}]
    await client.fetch(f"POST /builder/{key}/append-messages", {"messages": said})
    assert (await client.open_conversation(key))["builder_history_context"] == (
        "<builder_history>\nuser: A tutor.\nassistant: Fine.\n</builder_history>"
    )


async def test_a_scenario_of_the_carrier_is_played_instead() -> None:
    client = CarrierClient()
    turn = {"user": "x", "says": {"contains": "x"}, "plays": {"says": "x"}}
    own = parse_inline({"pal": {"pal_id": CARRIER}, "turns": [turn]}, name="own")
    client.account.scripts.add(own)
    call = await client.open_conversation(await client.open_session())
    assert client.script(call["conversation_id"]) is own


async def test_a_headless_conversation_needs_the_carrier_and_an_existing_session() -> None:
    client = CarrierClient()
    key = await client.open_session()
    line = "POST /conversations/persona-builder/headless"
    assert await client.refusal(line, {"builder_id": key, "persona_id": "p9"}) == (
        400,
        {"error": "Invalid persona_id"},
    )
    assert await client.refusal(line, {"builder_id": "b9", "persona_id": CARRIER}) == (
        404,
        {"error": "Builder session not found"},
    )
    assert client.live.count_active() == 0
