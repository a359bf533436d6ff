"""``/conversations``: what is asked of those that hold them, and what is answered."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.simulator.account.stocked import open_account_with_pal

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("rest.conversation_created")
async def test_a_conversation_is_opened_with_the_requested_options() -> None:
    client, pal_id = await open_account_with_pal()

    answer = await client.fetch(
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
    opening = client.live.all[conversation_id].opening
    assert (opening.pal_id, opening.face_id, opening.name) == (pal_id, "r5f0577fc829", "first")
    assert (opening.chat, opening.greeting, opening.context) == (True, "Hi!", "It rains.")
    assert opening.callback_url == "https://app.example.com/hook"
    assert opening.timers.max_call_duration == 60
    assert opening.timers.participant_left_timeout == 5
    assert opening.timers.participant_absent_timeout == 300
    assert opening.pal.system_prompt == "You help."


@pytest.mark.fidelity("rest.conversation_words")
@pytest.mark.parametrize("word", ["persona_id", "pal_id"])
async def test_conversations_accept_both_vocabularies_and_answer_in_the_former(word: str) -> None:
    client, pal_id = await open_account_with_pal()

    created = await client.fetch("POST /conversations", {word: pal_id})

    shown = await client.fetch(f"GET /conversations/{created['conversation_id']}")
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
async def test_a_conversation_needs_a_face_if_its_pal_has_none() -> None:
    client, _ = await open_account_with_pal()
    body = {"persona_name": "Faceless", "system_prompt": "You help."}
    pal_id = (await client.fetch("POST /personas", body))["persona_id"]

    assert await client.refusal("POST /conversations", {"persona_id": pal_id}) == (
        400,
        {
            "error": "Bad Request. {'replica_id': ['replica_id is missing: expected it because "
            "the PAL has no default face']}"
        },
    )
    assert await client.fetch("POST /conversations", {"persona_id": pal_id, "replica_id": "r1"})


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
async def test_a_wrong_body_opens_no_conversation(body: dict[str, Any], sentence: str) -> None:
    client, _ = await open_account_with_pal()

    status, said = await client.refusal("POST /conversations", body)

    assert status == 400
    assert said["error"].startswith(sentence)
    assert client.live.all == {}
    assert (await client.fetch("GET /conversations"))["total_count"] == 0


@pytest.mark.fidelity("rest.test_mode")
async def test_a_conversation_in_test_mode_has_ended_at_once() -> None:
    client, pal_id = await open_account_with_pal()
    client.account.options = replace(client.account.options, concurrency_limit=0)

    created = await client.fetch("POST /conversations", {"persona_id": pal_id, "test_mode": True})

    assert created["status"] == "ended"
    assert client.live.all == {}
    line = f"/conversations/{created['conversation_id']}"
    assert (await client.fetch(f"GET {line}", verbose="true"))["events"] == []
    over = (400, {"error": "Conversation has ended"})
    assert await client.refusal(f"POST {line}/respond", {"text": "Hi"}) == over
    assert await client.refusal(f"GET {line}/respond") == over


@pytest.mark.fidelity("rest.concurrency_limit")
async def test_a_conversation_beyond_the_limit_is_refused_until_another_ends() -> None:
    client, pal_id = await open_account_with_pal()
    client.account.options = replace(client.account.options, concurrency_limit=1)
    first = await client.fetch("POST /conversations", {"persona_id": pal_id})

    assert await client.refusal("POST /conversations", {"persona_id": pal_id}) == (
        400,
        {"message": "User has reached maximum concurrent conversations"},
    )
    await client.send(f"POST /conversations/{first['conversation_id']}/end")
    assert await client.fetch("POST /conversations", {"persona_id": pal_id})


@pytest.mark.fidelity("rest.private_room")
@pytest.mark.parametrize("body", [{"require_auth": True}, {"properties": {"require_auth": True}}])
async def test_only_the_creation_of_a_private_room_answers_its_token(body: dict[str, Any]) -> None:
    client, pal_id = await open_account_with_pal()

    first = await client.fetch("POST /conversations", {"persona_id": pal_id, **body})
    second = await client.fetch("POST /conversations", {"persona_id": pal_id, **body})

    assert len(first["meeting_token"].split(".")) == 3
    assert first["meeting_token"] != second["meeting_token"]
    shown = await client.fetch(f"GET /conversations/{first['conversation_id']}", verbose="true")
    assert "meeting_token" not in shown
    record = client.account.conversations.get(first["conversation_id"])
    assert record is not None
    assert record.get("meeting_token") == first["meeting_token"]
