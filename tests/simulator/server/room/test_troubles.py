"""Failures in the simulated PAL, at each endpoint: never a reply without words."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from pytest_tavus.simulator.account.front import Api
from pytest_tavus.simulator.mcp.toolbox import McpToolResult, ToolBox
from pytest_tavus.simulator.pal.llm import ModelSettings
from pytest_tavus.simulator.server.options import ServerOptions
from tests.simulator.pal.endpoint import Answer, refuses, says, serving
from tests.simulator.server.room.loading import SCENARIO, load
from tests.simulator.server.room.participants import heard, joined
from tests.simulator.server.served import PAL, InProcessServer, listening, open_conversation, served

pytestmark = pytest.mark.asyncio

NO_SCRIPT = "no script has this line next: 'an order' expects 'Where is it?'; a plain line is said"
PLAIN = "I have no script for that."

TABLE = """
pal: {pal_name: Tables, system_prompt: Help.}
name: a table
turns:
  - {user: A table for two., plays: You have table 7., says: table 7}
  - {user: Thanks., plays: Welcome., says: Welcome}
"""

QUIET = """
pal: {pal_name: Quiet, system_prompt: Listen.}
name: silence
turns: [{user: Hush., calls: none}]
"""

LINE = {
    "message_type": "conversation",
    "event_type": "conversation.respond",
    "conversation_id": "c1",
    "properties": {"text": "Hello?"},
}


@asynccontextmanager
async def deciding(*answers: Answer) -> AsyncGenerator[tuple[InProcessServer, str]]:
    """Serve with a model that answers so; give the server, and what the model is called."""
    async with serving(*answers) as endpoint:
        settings = ModelSettings(base_url=endpoint.base_url, model="small")
        async with served(ServerOptions(control=True, model=settings)) as server:
            yield server, str(settings)


async def opened(server: InProcessServer, pal_id: str | None = None) -> str:
    """Open a conversation with a PAL, and return its id."""
    if pal_id is None:
        made = await server.http.post("/v2/pals", json={**PAL, "default_face_id": "r90bbd427f71"})
        pal_id = made.json()["pal_id"]
    body = {"pal_id": pal_id, "chat": True}
    made = await server.http.post("/v2/conversations", json=body)
    name: str = made.json()["conversation_id"]
    return name


async def scripted(server: InProcessServer, text: str) -> str:
    """Load a script, open a conversation with its PAL, and return its id."""
    (row,) = (await load(server, text)).json()["data"]
    return await opened(server, row["pal_id"])


async def respond(server: InProcessServer, name: str, text: str) -> Any:
    """Say a line over the HTTP bridge."""
    answer = await server.http.post(f"/v2/conversations/{name}/respond", json={"text": text})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def warnings(server: InProcessServer, name: str) -> Any:
    """Return what the control plane warns of."""
    return (await server.http.get(f"/_simulator/conversations/{name}")).json()["warnings"]


async def turn_over_mcp(server: InProcessServer, name: str, text: str) -> McpToolResult:
    """Say a line with the tool for it."""
    tools = ToolBox(Api(server.tavus.site.account))
    return await tools.call("tavus_chat_turn", {"conversation_id": name, "text": text})


@pytest.mark.fidelity("live.troubles")
async def test_a_failing_model_gives_no_reply_over_the_bridge() -> None:
    async with deciding(refuses(500, "Oh."), says("Yes.")) as (server, model):
        name = await opened(server)
        failed = await respond(server, name, "Hello?")
        polled = (await server.http.get(f"/v2/conversations/{name}/respond")).json()
        warned = await warnings(server, name)
        replied = await respond(server, name, "Hello?")

    sentence = f"{model} answered with status 500: Oh"
    assert failed == polled == {"status": "error", "warning": sentence}
    assert warned == [sentence]
    assert replied == {"status": "ready", "text": "Yes."}


async def test_a_failing_model_gives_a_failed_call_over_mcp() -> None:
    async with deciding(says(""), says("Yes.")) as (server, model):
        name = await opened(server)
        failed = await turn_over_mcp(server, name, "Hello?")
        replied = await turn_over_mcp(server, name, "Hello?")

    assert failed.error == f"{model} answered with neither words nor a call"
    assert (replied.value, replied.error) == ({"text": "Yes."}, None)


@pytest.mark.fidelity("live.troubles")
async def test_a_line_without_a_script_is_answered_with_a_warning() -> None:
    async with served() as server:
        name = await scripted(server, SCENARIO)
        reply = await respond(server, name, "Hm?")
        called = await turn_over_mcp(server, name, "Hm?")
        warned = await warnings(server, name)

    assert reply == {"status": "ready", "text": PLAIN, "warning": NO_SCRIPT}
    assert called.value == {"text": PLAIN, "warning": NO_SCRIPT}
    assert warned == [NO_SCRIPT] * 2


async def test_a_line_of_the_script_is_answered_without_a_warning() -> None:
    async with served() as server:
        reply = await respond(server, await scripted(server, TABLE), "A table for two.")

    assert reply == {"status": "ready", "text": "You have table 7."}


async def test_in_loose_order_the_script_answers_any_line() -> None:
    options = ServerOptions(control=True, script_order="loose")
    async with served(options) as server:
        name = await scripted(server, TABLE)
        replies = [await respond(server, name, line) for line in ("Hm?", "And?", "So?")]

    ready = [{"status": "ready", "text": text} for text in ("You have table 7.", "Welcome.")]
    assert replies[:2] == ready
    assert replies[2]["text"] == PLAIN


async def test_a_pal_that_says_nothing_is_silent_and_not_ready() -> None:
    async with served() as server:
        name = await scripted(server, QUIET)
        reply = await respond(server, name, "Hush.")
        called = await turn_over_mcp(server, name, "Hush.")

    assert reply == {"status": "silent", "warning": "the PAL said nothing to this line"}
    assert called.value == {"text": PLAIN, "warning": called.value["warning"]}


async def test_a_failing_model_is_reported_in_the_room() -> None:
    async with serving(refuses(500, "Oh.")) as endpoint:
        settings = ModelSettings(base_url=endpoint.base_url, model="small")
        async with listening(ServerOptions(control=True, model=settings)) as server:
            await open_conversation(server.tavus)
            async with joined(server, "c1") as room:
                await heard(room, "conversation.utterance")
                await room.send(json.dumps(LINE))
                told = await heard(room, "simulator.error")

    assert told["properties"] == {"message": f"{settings} answered with status 500: Oh"}
