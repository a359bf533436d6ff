"""`/faces` and `/voices`: what there is to choose from."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.resources import faces, voices
from pytest_tavus.simulator.account.store.stock import add_stock
from tests.simulator.account.account import AccountClient
from tests.simulator.account.rows import face_row

pytestmark = pytest.mark.asyncio


def open_account() -> AccountClient:
    client = AccountClient((*faces.ROUTES, *voices.ROUTES))
    add_stock(client.account)
    return client


async def names(client: AccountClient, line: str, name: str, **query: str) -> list[Any]:
    return [row[name] for row in (await client.fetch(line, **query))["data"]]


@pytest.mark.fidelity("resources.faces")
async def test_recommended_faces_of_a_model_can_be_listed_first() -> None:
    client = open_account()
    client.account.faces.put("rown", face_row("rown", "Own"))
    line = "GET /faces"
    found = await names(client, line, "face_name", sort="recommended", model_name="phoenix-4")
    assert found == ["Office", "Library", "Own", "Studio", "Kitchen"]
    assert await names(client, line, "face_name", model_name="phoenix-3") == ["Classroom"]
    assert await names(client, line, "face_name", face_type="user") == ["Own"]
    assert await names(client, line, "face_name", face_ids="rown,r90bbd427f71") == ["Office", "Own"]
    assert await names(client, line, "face_name", name_or_uuid="lib") == ["Library"]
    assert (await client.fetch(line, limit="2"))["total_count"] == 6


@pytest.mark.fidelity("resources.faces")
async def test_the_former_route_takes_and_gives_the_former_words() -> None:
    client = open_account()
    listed = await client.fetch("GET /replicas", replica_type="system", limit="1")
    assert listed["data"][0]["replica_id"] == "r90bbd427f71"
    assert (await client.fetch("GET /faces/r90bbd427f71"))["face_id"] == "r90bbd427f71"
    assert await client.refusal("GET /replicas/r9") == (400, {"error": "Invalid replica_id"})


async def test_a_wrong_filter_is_refused() -> None:
    assert await open_account().refusal("GET /faces", face_type="mine") == (
        400,
        {"error": "Bad Request. {'face_type': [\"expected one of user, system, found 'mine'\"]}"},
    )


@pytest.mark.fidelity("resources.voices")
async def test_voices_are_found_by_tag_and_by_text() -> None:
    client = open_account()
    line = "GET /voices"
    assert await names(client, line, "voice_name", page="0") == ["Alder", "Birch", "Cedar", "Elm"]
    assert await names(client, line, "voice_name", tags="warm") == ["Alder", "Elm"]
    assert await names(client, line, "voice_name", tag="low,high") == ["Alder", "Birch", "Cedar"]
    assert await names(client, line, "voice_name", search="quick") == ["Birch"]
    assert await names(client, line, "voice_name", sort="desc", limit="1") == ["Elm"]
    assert await names(client, line, "voice_name", voice_type="user") == []
    voice = await client.fetch("GET /voices/v0a1b2c3d4e5f")
    assert voice == {
        "voice_id": "v0a1b2c3d4e5f",
        "voice_name": "Alder",
        "description": "Warm and unhurried",
        "voice_type": "system",
        "status": "completed",
        "tags": ["warm", "low"],
        "created_at": "2026-01-01T00:00:00.000000Z",
    }
    assert await client.refusal("GET /voices/v9") == (404, {"error": "Voice not found"})
