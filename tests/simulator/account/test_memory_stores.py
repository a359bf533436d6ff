"""`/memory-stores`: what a PAL remembers of one participant."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.resources import memory_stores
from tests.simulator.account.account import AccountClient

pytestmark = pytest.mark.asyncio

STORE = {"pal_id": "p1", "participant_tag": "user_1"}


def open_account() -> AccountClient:
    client = AccountClient(memory_stores.ROUTES)
    client.account.pals.put("p1", {"pal_id": "p1"})
    return client


async def create_store(client: AccountClient) -> str:
    row: dict[str, Any] = await client.fetch("POST /memory-stores", STORE)
    key: str = row["memory_store_id"]
    return key


@pytest.mark.fidelity("resources.memory_stores")
async def test_a_pal_has_at_most_one_store_per_participant() -> None:
    client = open_account()
    row = await client.fetch("POST /memory-stores", STORE)
    assert (row["pal_id"], row["participant_tag"]) == ("p1", "user_1")
    assert "pinned" not in row
    assert await client.refusal("POST /memory-stores", STORE) == (
        409,
        {"error": "Memory store already exists for this pal_id and participant_tag"},
    )
    assert await client.refusal("POST /memory-stores", {**STORE, "pal_id": "p2"}) == (
        400,
        {"error": "Invalid pal_id"},
    )


async def test_stores_are_listed_by_pal_and_participant() -> None:
    client = open_account()
    key = await create_store(client)
    assert (await client.fetch("GET /memory-stores"))["data"][0]["memory_store_id"] == key
    for query in ({"pal_id": "p1"}, {"participant_tag": "user_1"}):
        assert (await client.fetch("GET /memory-stores", **query))["total_count"] == 1
    assert (await client.fetch("GET /memory-stores", pal_id="p2"))["total_count"] == 0
    assert (await client.fetch("GET /memory-stores", participant_tag="user_2"))["total_count"] == 0
    assert (await client.fetch(f"GET /memory-stores/{key}"))["memory_store_id"] == key


@pytest.mark.fidelity("resources.pinned_memories")
async def test_a_pinned_memory_outside_the_length_limits_is_refused() -> None:
    client = open_account()
    line = f"POST /memory-stores/{await create_store(client)}/pinned"
    assert (await client.fetch(line, {"memory": "x" * 500}))["memory"] == "x" * 500
    for memory in ("", "x" * 501):
        assert await client.refusal(line, {"memory": memory}) == (
            400,
            {"error": "Bad Request. {'memory': ['Length must be between 1 and 500.']}"},
        )


@pytest.mark.fidelity("resources.pinned_memories")
async def test_a_store_holds_thirty_pinned_memories() -> None:
    client = open_account()
    line = f"/memory-stores/{await create_store(client)}/pinned"
    rows = [await client.fetch(f"POST {line}", {"memory": str(each)}) for each in range(30)]
    assert await client.refusal(f"POST {line}", {"memory": "one more"}) == (
        400,
        {"error": "A memory store holds at most 30 pinned memories"},
    )
    key = rows[0]["pinned_memory_id"]
    assert (await client.send(f"DELETE {line}/{key}")).status == 204
    assert await client.refusal(f"DELETE {line}/{key}") == (
        404,
        {"error": "Pinned memory not found"},
    )
    assert (await client.fetch(f"GET {line}", limit="100"))["data"] == rows[1:]


@pytest.mark.fidelity("resources.memory_stores")
async def test_a_second_delete_is_not_found_and_the_store_can_be_created_again() -> None:
    client = open_account()
    key = await create_store(client)
    assert (await client.send(f"DELETE /memory-stores/{key}")).status == 204
    assert await client.refusal(f"DELETE /memory-stores/{key}") == (
        404,
        {"error": "Memory store not found"},
    )
    assert await create_store(client) != key
