"""`/builder`: sessions, what was said in them, and publishing."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.builder import builder
from pytest_tavus.simulator.account.resources import pals
from tests.simulator.account.account import Desk

pytestmark = pytest.mark.asyncio


def desk() -> Desk:
    return Desk((*builder.ROUTES, *pals.ROUTES))


async def opened(at: Desk, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = await at.get("POST /builder", {"name": "Dental desk", **changes})
    return row


@pytest.mark.fidelity("builder.session")
async def test_a_session_has_a_pal_from_the_beginning_in_the_former_words() -> None:
    at = desk()
    row = await opened(at, greeting="Hi!", model="any")
    assert row["builder_id"] == row["uuid"]
    assert "pal_id" not in row
    pal = await at.get(f"GET /pals/{row['persona_id']}")
    assert (pal["pal_name"], pal["greeting"], pal["is_published"]) == ("Dental desk", "Hi!", False)


@pytest.mark.fidelity("builder.session")
async def test_a_session_can_be_opened_for_a_pal_that_is_there() -> None:
    at = desk()
    first = await opened(at)
    second = await opened(at, persona_id=first["persona_id"], greeting="New.")
    assert second["persona_id"] == first["persona_id"]
    assert (await at.get(f"GET /pals/{first['persona_id']}"))["greeting"] == "New."
    assert await at.refused("POST /builder", {"name": "x", "persona_id": "p9"}) == (
        400,
        {"error": "Invalid persona_id"},
    )
    assert (await at.refused("POST /builder", {}))[0] == 400


@pytest.mark.fidelity("builder.list")
async def test_sessions_are_listed_under_their_own_key_the_latest_first() -> None:
    at = desk()
    first, second = await opened(at, name="One"), await opened(at, name="Two")
    listed = await at.get("GET /builder")
    assert [row["uuid"] for row in listed["sessions"]] == [second["uuid"], first["uuid"]]
    assert {"uuid", "name", "persona_id", "status", "updated_at"} <= listed["sessions"][0].keys()
    assert "chat_history" not in listed["sessions"][0]

    async def found(**query: str) -> list[str]:
        return [row["name"] for row in (await at.get("GET /builder", **query))["sessions"]]

    assert await found(name="tw") == ["Two"]
    assert await found(persona_id=first["persona_id"]) == ["One"]
    assert await found(status="completed") == []
    await at.get(f"POST /builder/{first['builder_id']}/publish")
    assert await found(status="completed") == ["One"]


@pytest.mark.fidelity("builder.history")
async def test_what_is_appended_is_kept_in_order_and_found_by_session_and_by_pal() -> None:
    at = desk()
    row = await opened(at)
    key = row["builder_id"]
    said = [{"role": "user", "content": "A tutor."}, {"role": "assistant", "content": "Fine."}]
    await at.get(f"POST /builder/{key}/append-messages", {"messages": said})
    session = (await at.get(f"GET /builder/{key}"))["session"]
    assert session["chat_history"] == said
    assert session["persona_id"] == row["persona_id"]
    assert await at.get(f"GET /builder/{key}/chat", limit="1") == {"messages": said[1:]}
    by_pal = await at.get("GET /builder/history", persona_id=row["persona_id"], limit="1")
    assert by_pal == {"builder_id": key, "messages": said[1:]}


async def test_a_pal_that_nobody_built_has_no_history() -> None:
    at = desk()
    pal = await at.get("POST /personas", {"persona_name": "x", "system_prompt": "y"})
    history = await at.get("GET /builder/history", persona_id=pal["persona_id"])
    assert history == {"builder_id": None, "messages": []}
    assert await at.refused("GET /builder/history", persona_id="p9") == (
        400,
        {"error": "Invalid persona_id"},
    )


@pytest.mark.parametrize("role", ["tool", ""])
async def test_a_line_is_of_a_known_role(role: str) -> None:
    at = desk()
    key = (await opened(at))["builder_id"]
    said = {"messages": [{"role": role, "content": "x"}]}
    assert (await at.refused(f"POST /builder/{key}/append-messages", said))[0] == 400
    assert (await at.get(f"GET /builder/{key}"))["session"]["chat_history"] == []


@pytest.mark.fidelity("builder.publish")
async def test_publishing_makes_the_pal_live() -> None:
    at = desk()
    row = await opened(at)
    done = await at.get(f"POST /builder/{row['builder_id']}/publish")
    assert (done["status"], done["persona_id"]) == ("completed", row["persona_id"])
    assert (await at.get(f"GET /pals/{row['persona_id']}"))["is_published"] is True


@pytest.mark.fidelity("builder.delete")
async def test_a_deleted_session_is_gone_and_its_pal_stays() -> None:
    at = desk()
    row = await opened(at)
    line = f"/builder/{row['builder_id']}"
    assert (await at.ask(f"DELETE {line}")).status == 204
    for method in ("GET", "DELETE"):
        assert await at.refused(f"{method} {line}") == (
            404,
            {"error": "Builder session not found"},
        )
    assert (await at.get(f"GET /pals/{row['persona_id']}"))["pal_name"] == "Dental desk"
