"""Conversations that were opened: listed, spoken in, ended, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.rooms.port import Reply
from tests.simulator.account.stocked import open_account_with_pal

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("rest.conversation_listing")
async def test_conversations_are_listed_by_status_the_newest_first() -> None:
    client, pal_id = await open_account_with_pal()
    ids = [
        (await client.fetch("POST /conversations", {"persona_id": pal_id}))["conversation_id"]
        for _ in range(3)
    ]
    await client.send(f"POST /conversations/{ids[1]}/end")

    async def listed(**query: str) -> list[str]:
        rows = (await client.fetch("GET /conversations", **query))["data"]
        return [row["conversation_id"] for row in rows]

    assert await listed() == ids[::-1]
    assert await listed(status="active") == [ids[2], ids[0]]
    assert await listed(status="ended") == [ids[1]]
    assert await listed(page="0", limit="1") == await listed(page="1", limit="1") == [ids[2]]


@pytest.mark.fidelity("rest.conversation_ended")
async def test_a_conversation_is_ended_once_and_says_why() -> None:
    client, pal_id = await open_account_with_pal()
    created = await client.fetch("POST /conversations", {"persona_id": pal_id})
    line = f"/conversations/{created['conversation_id']}"
    client.time += 10

    first, second = await client.send(f"POST {line}/end", {}), await client.send(f"POST {line}/end")

    assert (first.status, first.body) == (second.status, second.body) == (200, None)
    shown = await client.fetch(f"GET {line}", verbose="true")
    assert shown["status"] == "ended"
    assert shown["shutdown_reason"] == "end_conversation_endpoint_hit"
    assert shown["updated_at"] == "2026-09-21T14:13:30.000000Z"


@pytest.mark.fidelity("rest.conversation_verbose")
async def test_events_are_shown_if_the_query_is_verbose() -> None:
    client, pal_id = await open_account_with_pal()
    created = await client.fetch("POST /conversations", {"persona_id": pal_id})
    line = f"/conversations/{created['conversation_id']}"

    assert "events" not in await client.fetch(f"GET {line}")
    assert (await client.fetch(f"GET {line}", verbose="true"))["events"] == [
        {"event_type": "system.replica_joined", "timestamp": "2026-09-21T14:13:20Z"}
    ]


async def test_a_conversation_that_ended_by_itself_is_shown_as_ended() -> None:
    client, pal_id = await open_account_with_pal()
    created = await client.fetch("POST /conversations", {"persona_id": pal_id})

    await client.live.end(created["conversation_id"], "participant_absent_timeout")

    shown = await client.fetch(f"GET /conversations/{created['conversation_id']}", verbose="1")
    assert (shown["status"], shown["shutdown_reason"]) == ("ended", "participant_absent_timeout")


@pytest.mark.fidelity("rest.conversation_unknown")
@pytest.mark.parametrize(
    "line", ["GET {}", "DELETE {}", "POST {}/end", "POST {}/respond", "GET {}/respond"]
)
async def test_an_unknown_conversation_is_a_400(line: str) -> None:
    client, _ = await open_account_with_pal()

    assert await client.refusal(line.format("/conversations/c0"), {"text": "Hi"}) == (
        400,
        {"error": "Invalid conversation_id"},
    )


@pytest.mark.fidelity("rest.conversation_deleted")
@pytest.mark.parametrize("hard", ["true", "false"])
async def test_a_deleted_conversation_is_ended_and_gone(hard: str) -> None:
    client, pal_id = await open_account_with_pal()
    created = await client.fetch("POST /conversations", {"persona_id": pal_id})
    line = f"/conversations/{created['conversation_id']}"

    answer = await client.send(f"DELETE {line}", hard=hard)

    assert (answer.status, answer.body) == (204, None)
    assert client.live.count_active() == 0
    assert await client.refusal(f"GET {line}") == (400, {"error": "Invalid conversation_id"})
    assert (await client.fetch("GET /conversations"))["data"] == []


@pytest.mark.fidelity("rest.respond_bridge")
async def test_a_reply_over_the_bridge_comes_at_once_or_by_polling() -> None:
    client, pal_id = await open_account_with_pal()
    created = await client.fetch("POST /conversations", {"persona_id": pal_id, "chat": True})
    line = f"/conversations/{created['conversation_id']}/respond"

    assert await client.fetch(f"POST {line}", {"text": "abc"}) == {
        "status": "ready",
        "text": "cba",
    }
    assert await client.fetch(f"POST {line}", {"text": "xyz", "timeout_s": 0}) == {
        "status": "pending"
    }
    assert await client.fetch(f"GET {line}") == {"status": "ready", "text": "zyx"}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "{'text': [\"'text' is missing\"]}"),
        (
            {"text": "a", "timeout_s": 121},
            "{'timeout_s': ['expected 0 to 120 seconds, found 121']}",
        ),
        ({"txt": "a", "text": "b"}, "{'txt': [\"unknown key 'txt'; did you mean 'text'?\"]}"),
    ],
)
async def test_a_wrong_bridge_message_is_refused(body: dict[str, Any], sentence: str) -> None:
    client, pal_id = await open_account_with_pal()
    created = await client.fetch("POST /conversations", {"persona_id": pal_id})
    conversation_id = created["conversation_id"]

    assert await client.refusal(f"POST /conversations/{conversation_id}/respond", body) == (
        400,
        {"error": f"Bad Request. {sentence}"},
    )
    assert client.live.all[conversation_id].said == []


async def test_a_wrong_conversation_body_is_refused_in_the_former_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client, pal_id = await open_account_with_pal()
    conversation_id = (await client.fetch("POST /conversations", {"pal_id": pal_id}))[
        "conversation_id"
    ]

    async def full(text: str, *, within: float) -> Reply:
        raise ServiceError("too many lines are waiting")

    monkeypatch.setattr(client.live.all[conversation_id], "respond", full)

    assert await client.refusal(
        f"POST /conversations/{conversation_id}/respond", {"text": "Hi"}
    ) == (
        400,
        {"error": "too many lines are waiting"},
    )


async def test_an_ended_conversation_takes_no_line_and_keeps_its_last_reply() -> None:
    client, pal_id = await open_account_with_pal()
    created = await client.fetch("POST /conversations", {"persona_id": pal_id})
    line = f"/conversations/{created['conversation_id']}"
    await client.fetch(f"POST {line}/respond", {"text": "abc"})

    await client.send(f"POST {line}/end")

    assert await client.refusal(f"POST {line}/respond", {"text": "more"}) == (
        400,
        {"error": "Conversation has ended"},
    )
    assert (await client.fetch(f"GET {line}/respond"))["text"] == "cba"


async def test_the_url_of_a_room_begins_with_the_url_of_the_server() -> None:
    client, pal_id = await open_account_with_pal()
    client.account.options = replace(client.account.options, room_url="http://127.0.0.1:7/rooms")

    created = await client.fetch("POST /conversations", {"persona_id": pal_id})

    assert created["conversation_url"] == (f"http://127.0.0.1:7/rooms/{created['conversation_id']}")
