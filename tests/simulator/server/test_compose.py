"""The parts of a server follow from its options."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from pytest_tavus.errors import HandlerError, ScenarioError
from pytest_tavus.scenario.values.model import HandlerSpec
from pytest_tavus.simulator.pal.llm import ModelSettings
from pytest_tavus.simulator.server.options import ServerOptions
from tests.simulator.server.served import PATIENCE, open_conversation, served

pytestmark = pytest.mark.asyncio

NOBODY = "http://127.0.0.1:1/v1"
"""An address at which nothing listens."""


async def test_a_model_decides_for_every_pal() -> None:
    options = ServerOptions(model=ModelSettings(base_url=NOBODY, model="small"))
    async with served(options) as server:
        conversation = await open_conversation(server.tavus)
        async with asyncio.timeout(PATIENCE):
            reply = await conversation.respond("Is anybody there?", within=PATIENCE)
        trace = server.tavus.admin.live.get("c1")

    assert reply.text == ""
    assert trace is not None
    assert "the model 'small'" in str(trace.trace())


async def test_a_model_without_its_key_is_refused() -> None:
    model = ModelSettings(base_url=NOBODY, model="small", api_key_env="SMALL_KEY")
    with pytest.raises(ScenarioError, match="SMALL_KEY"):
        async with served(ServerOptions(model=model)):
            pass


async def test_a_handler_that_does_not_start_is_refused(tmp_path: Path) -> None:
    spec = HandlerSpec(at=(), app="nowhere:app")
    with pytest.raises(HandlerError, match="nowhere"):
        async with served(ServerOptions(handler=spec, root=tmp_path)):
            pass


async def test_rooms_are_at_the_servers_own_address() -> None:
    async with served() as server:
        made = await server.http.post(
            "/v2/pals", json={"system_prompt": "Help.", "default_face_id": "r90bbd427f71"}
        )
        body = {"pal_id": made.json()["pal_id"], "chat": True}
        conversation = (await server.http.post("/v2/conversations", json=body)).json()

    room = conversation["conversation_url"]
    assert room == f"{server.tavus.site.base_url}/rooms/{conversation['conversation_id']}"


async def test_a_concurrency_limit_is_the_accounts() -> None:
    options = ServerOptions()
    limited = replace(options, account=replace(options.account, concurrency_limit=1))
    async with served(limited) as server:
        made = await server.http.post(
            "/v2/pals", json={"system_prompt": "Help.", "default_face_id": "r90bbd427f71"}
        )
        body = {"pal_id": made.json()["pal_id"], "chat": True}
        first = await server.http.post("/v2/conversations", json=body)
        response = await server.http.post("/v2/conversations", json=body)

    assert first.status_code == 200
    assert (response.status_code, response.json()) == (
        400,
        {"message": "User has reached maximum concurrent conversations"},
    )
