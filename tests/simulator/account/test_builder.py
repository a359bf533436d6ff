"""`/builder`: sessions, what was said in them, and publishing."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.builder import builder
from pytest_tavus.simulator.account.resources import pals
from tests.simulator.account.account import AccountClient

pytestmark = pytest.mark.asyncio


def open_account() -> AccountClient:
    return AccountClient((*builder.ROUTES, *pals.ROUTES))


async def open_session(client: AccountClient, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = await client.fetch("POST /builder", {"name": "Dental desk", **changes})
    return row


@pytest.mark.fidelity("builder.session")
async def test_a_new_session_has_a_pal_and_answers_in_the_former_words() -> None:
    client = open_account()
    row = await open_session(client, greeting="Hi!", model="any")
    assert row["builder_id"] == row["uuid"]
    assert "pal_id" not in row
    pal = await client.fetch(f"GET /pals/{row['persona_id']}")
    assert (pal["pal_name"], pal["greeting"], pal["is_published"]) == ("Dental desk", "Hi!", False)


@pytest.mark.fidelity("builder.session")
async def test_a_session_can_be_opened_for_an_existing_pal() -> None:
    client = open_account()
    first = await open_session(client)
    second = await open_session(client, persona_id=first["persona_id"], greeting="New.")
    assert second["persona_id"] == first["persona_id"]
    assert (await client.fetch(f"GET /pals/{first['persona_id']}"))["greeting"] == "New."
    assert await client.refusal("POST /builder", {"name": "x", "persona_id": "p9"}) == (
        400,
        {"error": "Invalid persona_id"},
    )
    assert (await client.refusal("POST /builder", {}))[0] == 400


@pytest.mark.fidelity("builder.list")
async def test_sessions_are_listed_under_their_own_key_the_latest_first() -> None:
    client = open_account()
    first, second = await open_session(client, name="One"), await open_session(client, name="Two")
    listed = await client.fetch("GET /builder")
    assert [row["uuid"] for row in listed["sessions"]] == [second["uuid"], first["uuid"]]
    assert {"uuid", "name", "persona_id", "status", "updated_at"} <= listed["sessions"][0].keys()
    assert "chat_history" not in listed["sessions"][0]

    async def found(**query: str) -> list[str]:
        return [row["name"] for row in (await client.fetch("GET /builder", **query))["sessions"]]

    assert await found(name="tw") == ["Two"]
    assert await found(persona_id=first["persona_id"]) == ["One"]
    assert await found(status="completed") == []
    await client.fetch(f"POST /builder/{first['builder_id']}/publish")
    assert await found(status="completed") == ["One"]


@pytest.mark.fidelity("builder.history")
async def test_appended_messages_are_the_history_of_the_session_and_of_its_pal() -> None:
    client = open_account()
    row = await open_session(client)
    key = row["builder_id"]
    said = [{"role": "user", "content": "A tutor."}, {"role": "assistant", "content": "Fine."}]
    await client.fetch(f"POST /builder/{key}/append-messages", {"messages": said})
    session = (await client.fetch(f"GET /builder/{key}"))["session"]
    assert session["chat_history"] == said
    assert session["persona_id"] == row["persona_id"]
    assert await client.fetch(f"GET /builder/{key}/chat", limit="1") == {"messages": said[1:]}
    by_pal = await client.fetch("GET /builder/history", persona_id=row["persona_id"], limit="1")
    assert by_pal == {"builder_id": key, "messages": said[1:]}


async def test_a_pal_without_a_session_has_no_history() -> None:
    client = open_account()
    pal = await client.fetch("POST /personas", {"persona_name": "x", "system_prompt": "y"})
    history = await client.fetch("GET /builder/history", persona_id=pal["persona_id"])
    assert history == {"builder_id": None, "messages": []}
    assert await client.refusal("GET /builder/history", persona_id="p9") == (
        400,
        {"error": "Invalid persona_id"},
    )


@pytest.mark.parametrize("role", ["tool", ""])
async def test_a_message_of_an_unknown_role_is_refused(role: str) -> None:
    client = open_account()
    key = (await open_session(client))["builder_id"]
    said = {"messages": [{"role": role, "content": "x"}]}
    assert (await client.refusal(f"POST /builder/{key}/append-messages", said))[0] == 400
    assert (await client.fetch(f"GET /builder/{key}"))["session"]["chat_history"] == []


@pytest.mark.fidelity("builder.publish")
async def test_publishing_makes_the_pal_live() -> None:
    client = open_account()
    row = await open_session(client)
    done = await client.fetch(f"POST /builder/{row['builder_id']}/publish")
    assert (done["status"], done["persona_id"]) == ("completed", row["persona_id"])
    assert (await client.fetch(f"GET /pals/{row['persona_id']}"))["is_published"] is True


@pytest.mark.fidelity("builder.delete")
async def test_a_deleted_session_is_gone_and_its_pal_stays() -> None:
    client = open_account()
    row = await open_session(client)
    line = f"/builder/{row['builder_id']}"
    assert (await client.send(f"DELETE {line}")).status == 204
    for method in ("GET", "DELETE"):
        assert await client.refusal(f"{method} {line}") == (
            404,
            {"error": "Builder session not found"},
        )
    assert (await client.fetch(f"GET /pals/{row['persona_id']}"))["pal_name"] == "Dental desk"
