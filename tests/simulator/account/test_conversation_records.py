"""Conversations that were opened: listed, spoken in, ended, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.rooms.port import Reply
from tests.simulator.account.stocked import desk_with_pal

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("rest.conversation_listing")
async def test_conversations_are_listed_by_status_the_newest_first() -> None:
    at, pal_id = await desk_with_pal()
    ids = [
        (await at.get("POST /conversations", {"persona_id": pal_id}))["conversation_id"]
        for _ in range(3)
    ]
    await at.ask(f"POST /conversations/{ids[1]}/end")

    async def listed(**query: str) -> list[str]:
        rows = (await at.get("GET /conversations", **query))["data"]
        return [row["conversation_id"] for row in rows]

    assert await listed() == ids[::-1]
    assert await listed(status="active") == [ids[2], ids[0]]
    assert await listed(status="ended") == [ids[1]]
    assert await listed(page="0", limit="1") == await listed(page="1", limit="1") == [ids[2]]


@pytest.mark.fidelity("rest.conversation_ended")
async def test_a_conversation_is_ended_once_and_says_why() -> None:
    at, pal_id = await desk_with_pal()
    created = await at.get("POST /conversations", {"persona_id": pal_id})
    line = f"/conversations/{created['conversation_id']}"
    at.time += 10

    first, second = await at.ask(f"POST {line}/end", {}), await at.ask(f"POST {line}/end")

    assert (first.status, first.body) == (second.status, second.body) == (200, None)
    shown = await at.get(f"GET {line}", verbose="true")
    assert shown["status"] == "ended"
    assert shown["shutdown_reason"] == "end_conversation_endpoint_hit"
    assert shown["updated_at"] == "2026-09-21T14:13:30.000000Z"


@pytest.mark.fidelity("rest.conversation_verbose")
async def test_events_are_shown_where_they_are_asked_for() -> None:
    at, pal_id = await desk_with_pal()
    created = await at.get("POST /conversations", {"persona_id": pal_id})
    line = f"/conversations/{created['conversation_id']}"

    assert "events" not in await at.get(f"GET {line}")
    assert (await at.get(f"GET {line}", verbose="true"))["events"] == [
        {"event_type": "system.replica_joined", "timestamp": "2026-09-21T14:13:20Z"}
    ]


async def test_a_conversation_that_ended_by_itself_is_shown_as_ended() -> None:
    at, pal_id = await desk_with_pal()
    created = await at.get("POST /conversations", {"persona_id": pal_id})

    await at.live.end(created["conversation_id"], "participant_absent_timeout")

    shown = await at.get(f"GET /conversations/{created['conversation_id']}", verbose="1")
    assert (shown["status"], shown["shutdown_reason"]) == ("ended", "participant_absent_timeout")


@pytest.mark.fidelity("rest.conversation_unknown")
@pytest.mark.parametrize(
    "line", ["GET {}", "DELETE {}", "POST {}/end", "POST {}/respond", "GET {}/respond"]
)
async def test_a_conversation_that_is_not_there_is_a_400(line: str) -> None:
    at, _ = await desk_with_pal()

    assert await at.refused(line.format("/conversations/c0"), {"text": "Hi"}) == (
        400,
        {"error": "Invalid conversation_id"},
    )


@pytest.mark.fidelity("rest.conversation_deleted")
@pytest.mark.parametrize("hard", ["true", "false"])
async def test_a_deleted_conversation_is_ended_and_gone(hard: str) -> None:
    at, pal_id = await desk_with_pal()
    created = await at.get("POST /conversations", {"persona_id": pal_id})
    line = f"/conversations/{created['conversation_id']}"

    answer = await at.ask(f"DELETE {line}", hard=hard)

    assert (answer.status, answer.body) == (204, None)
    assert at.live.count_active() == 0
    assert await at.refused(f"GET {line}") == (400, {"error": "Invalid conversation_id"})
    assert (await at.get("GET /conversations"))["data"] == []


@pytest.mark.fidelity("rest.respond_bridge")
async def test_a_line_over_the_bridge_is_answered_or_asked_for_later() -> None:
    at, pal_id = await desk_with_pal()
    created = await at.get("POST /conversations", {"persona_id": pal_id, "chat": True})
    line = f"/conversations/{created['conversation_id']}/respond"

    assert await at.get(f"POST {line}", {"text": "abc"}) == {"status": "ready", "text": "cba"}
    assert await at.get(f"POST {line}", {"text": "xyz", "timeout_s": 0}) == {"status": "pending"}
    assert await at.get(f"GET {line}") == {"status": "ready", "text": "zyx"}


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
async def test_a_line_that_is_wrong_is_not_said(body: dict[str, Any], sentence: str) -> None:
    at, pal_id = await desk_with_pal()
    created = await at.get("POST /conversations", {"persona_id": pal_id})
    conversation_id = created["conversation_id"]

    assert await at.refused(f"POST /conversations/{conversation_id}/respond", body) == (
        400,
        {"error": f"Bad Request. {sentence}"},
    )
    assert at.live.all[conversation_id].said == []


async def test_what_a_conversation_does_not_take_is_told_in_its_own_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at, pal_id = await desk_with_pal()
    conversation_id = (await at.get("POST /conversations", {"pal_id": pal_id}))["conversation_id"]

    async def full(text: str, *, within: float) -> Reply:
        raise ServiceError("too many lines are waiting")

    monkeypatch.setattr(at.live.all[conversation_id], "respond", full)

    assert await at.refused(f"POST /conversations/{conversation_id}/respond", {"text": "Hi"}) == (
        400,
        {"error": "too many lines are waiting"},
    )


async def test_nothing_is_said_after_the_end_and_the_last_reply_stays() -> None:
    at, pal_id = await desk_with_pal()
    created = await at.get("POST /conversations", {"persona_id": pal_id})
    line = f"/conversations/{created['conversation_id']}"
    await at.get(f"POST {line}/respond", {"text": "abc"})

    await at.ask(f"POST {line}/end")

    assert await at.refused(f"POST {line}/respond", {"text": "more"}) == (
        400,
        {"error": "Conversation has ended"},
    )
    assert (await at.get(f"GET {line}/respond"))["text"] == "cba"


async def test_the_address_of_a_room_is_the_server_s() -> None:
    at, pal_id = await desk_with_pal()
    at.account.options = replace(at.account.options, room_url="http://127.0.0.1:7/rooms")

    created = await at.get("POST /conversations", {"persona_id": pal_id})

    assert created["conversation_url"] == (f"http://127.0.0.1:7/rooms/{created['conversation_id']}")
