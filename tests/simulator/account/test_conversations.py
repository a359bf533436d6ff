"""``/conversations``: what is asked of those that hold them, and what is answered."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.simulator.account.stocked import desk_with_pal

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("rest.conversation_created")
async def test_a_conversation_is_opened_with_what_was_asked_for() -> None:
    at, pal_id = await desk_with_pal()

    answer = await at.get(
        "POST /conversations",
        {
            "persona_id": pal_id,
            "replica_id": "r5f0577fc829",
            "conversation_name": "first",
            "conversational_context": "It rains.",
            "custom_greeting": "Hi!",
            "callback_url": "https://app.example.com/hook",
            "chat": True,
            "properties": {"max_call_duration": 60, "participant_left_timeout": 5},
        },
    )

    conversation_id = answer["conversation_id"]
    assert answer == {
        "conversation_id": conversation_id,
        "conversation_name": "first",
        "conversation_url": f"https://tavus.daily.co/{conversation_id}",
        "status": "active",
        "callback_url": "https://app.example.com/hook",
        "created_at": "2026-09-21T14:13:20.000000Z",
    }
    opening = at.live.all[conversation_id].opening
    assert (opening.pal_id, opening.face_id, opening.name) == (pal_id, "r5f0577fc829", "first")
    assert (opening.chat, opening.greeting, opening.context) == (True, "Hi!", "It rains.")
    assert opening.callback_url == "https://app.example.com/hook"
    assert opening.timers.max_call_duration == 60
    assert opening.timers.participant_left_timeout == 5
    assert opening.timers.participant_absent_timeout == 300
    assert opening.pal.system_prompt == "You help."


@pytest.mark.fidelity("rest.conversation_words")
@pytest.mark.parametrize("word", ["persona_id", "pal_id"])
async def test_both_words_are_taken_and_the_former_ones_answered(word: str) -> None:
    at, pal_id = await desk_with_pal()

    created = await at.get("POST /conversations", {word: pal_id})

    shown = await at.get(f"GET /conversations/{created['conversation_id']}")
    assert shown == {
        "conversation_id": created["conversation_id"],
        "conversation_name": "",
        "status": "active",
        "conversation_url": created["conversation_url"],
        "callback_url": "",
        "replica_id": "r90bbd427f71",
        "persona_id": pal_id,
        "created_at": created["created_at"],
        "updated_at": created["created_at"],
    }


@pytest.mark.fidelity("rest.conversation_needs_a_face")
async def test_a_face_is_needed_where_the_pal_has_none() -> None:
    at, _ = await desk_with_pal()
    body = {"persona_name": "Faceless", "system_prompt": "You help."}
    pal_id = (await at.get("POST /personas", body))["persona_id"]

    assert await at.refused("POST /conversations", {"persona_id": pal_id}) == (
        400,
        {
            "error": "Bad Request. {'replica_id': ['replica_id is missing: expected it because "
            "the PAL has no default face']}"
        },
    )
    assert await at.get("POST /conversations", {"persona_id": pal_id, "replica_id": "r1"})


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "Bad Request. {'persona_id': ['persona_id is missing']}"),
        ({"persona_id": "p0"}, "Invalid persona_id"),
        (
            {"persona_idd": "p0"},
            "Bad Request. {'persona_idd': [\"unknown key 'persona_idd'; one of: persona_id, ",
        ),
        (
            {"properties": {"max_call_duration": 3601}},
            (
                "Bad Request. {'properties': {'max_call_duration': ['expected more than 0 "
                "and at most "
                "3600 seconds, found 3601']}}"
            ),
        ),
        (
            {"properties": {"participant_left_timeout": -1}},
            (
                "Bad Request. {'properties': {'participant_left_timeout': ['expected at least 0 "
                "seconds, found -1']}}"
            ),
        ),
        (
            {"properties": {"langauge": "english"}},
            (
                "Bad Request. {'properties': {'langauge': [\"unknown key 'langauge'; did you mean "
                "'language'?\"]}}"
            ),
        ),
        (
            {"properties": {"recording_storage": {"provider": "tape"}}},
            (
                "Bad Request. {'properties': {'recording_storage': {'provider': ['expected "
                "one of s3, "
                "gcs, azure_blob']}}}"
            ),
        ),
        (
            {"max_participants": 1},
            (
                "Bad Request. {'max_participants': ['expected at least 2, because the face "
                "counts as "
                "one, found 1']}"
            ),
        ),
        (
            {"callback_url": "app.example.com?token=canary"},
            (
                "Bad Request. {'callback_url': ['expected a URL that starts with https:// or "
                "http://']}"
            ),
        ),
        (
            {"test_mode": "yes"},
            "Bad Request. {'test_mode': [\"expected true or false, found 'yes'\"]}",
        ),
    ],
)
async def test_a_body_that_is_wrong_opens_nothing(body: dict[str, Any], sentence: str) -> None:
    at, _ = await desk_with_pal()

    status, said = await at.refused("POST /conversations", body)

    assert status == 400
    assert said["error"].startswith(sentence)
    assert at.live.all == {}
    assert (await at.get("GET /conversations"))["total_count"] == 0


@pytest.mark.fidelity("rest.test_mode")
async def test_in_test_mode_a_conversation_is_over_before_it_begins() -> None:
    at, pal_id = await desk_with_pal()
    at.account.options = replace(at.account.options, concurrency_limit=0)

    created = await at.get("POST /conversations", {"persona_id": pal_id, "test_mode": True})

    assert created["status"] == "ended"
    assert at.live.all == {}
    line = f"/conversations/{created['conversation_id']}"
    assert (await at.get(f"GET {line}", verbose="true"))["events"] == []
    over = (400, {"error": "Conversation has ended"})
    assert await at.refused(f"POST {line}/respond", {"text": "Hi"}) == over
    assert await at.refused(f"GET {line}/respond") == over


@pytest.mark.fidelity("rest.concurrency_limit")
async def test_one_conversation_too_many_is_refused_until_one_ends() -> None:
    at, pal_id = await desk_with_pal()
    at.account.options = replace(at.account.options, concurrency_limit=1)
    first = await at.get("POST /conversations", {"persona_id": pal_id})

    assert await at.refused("POST /conversations", {"persona_id": pal_id}) == (
        400,
        {"message": "User has reached maximum concurrent conversations"},
    )
    await at.ask(f"POST /conversations/{first['conversation_id']}/end")
    assert await at.get("POST /conversations", {"persona_id": pal_id})


@pytest.mark.fidelity("rest.private_room")
@pytest.mark.parametrize("body", [{"require_auth": True}, {"properties": {"require_auth": True}}])
async def test_a_private_room_has_a_token_of_its_own_told_once(body: dict[str, Any]) -> None:
    at, pal_id = await desk_with_pal()

    first = await at.get("POST /conversations", {"persona_id": pal_id, **body})
    second = await at.get("POST /conversations", {"persona_id": pal_id, **body})

    assert len(first["meeting_token"].split(".")) == 3
    assert first["meeting_token"] != second["meeting_token"]
    shown = await at.get(f"GET /conversations/{first['conversation_id']}", verbose="true")
    assert "meeting_token" not in shown
    record = at.account.conversations.get(first["conversation_id"])
    assert record is not None
    assert record["meeting_token"] == first["meeting_token"]
