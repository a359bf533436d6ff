"""Voices of one's own."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.resources import voices
from pytest_tavus.simulator.account.store.account import AccountOptions
from pytest_tavus.simulator.account.store.stock import add_stock
from tests.simulator.account.account import AccountClient
from tests.simulator.account.waiting import RecordedCallbacks

pytestmark = pytest.mark.asyncio

SAMPLE = {"voice_name": "Ana", "train_audio_url": "https://example.com/ana.mp3"}


def open_account(*, seconds: float = 0) -> AccountClient:
    client = AccountClient(voices.ROUTES)
    client.account.options = AccountOptions(training_seconds=seconds)
    add_stock(client.account)
    return client


@pytest.mark.fidelity("resources.voice_cloning")
async def test_a_voice_is_started_and_completed_when_its_cloning_is_over() -> None:
    client, heard = open_account(seconds=120), RecordedCallbacks()
    client.account.callbacks = heard
    body = {**SAMPLE, "description": "Warm", "callback_url": "https://cb.example.com/"}
    answer = await client.fetch("POST /voices", body)
    key = answer["voice_id"]
    started = await client.fetch(f"GET /voices/{key}")
    client.time += 120
    done = await client.fetch(f"GET /voices/{key}")
    await client.fetch("GET /voices")

    assert answer == {"voice_id": key, "status": "started"}
    assert started == {
        "voice_id": key,
        "voice_name": "Ana",
        "description": "Warm",
        "voice_type": "user",
        "status": "started",
        "tags": [],
        "created_at": started["created_at"],
    }
    assert done == {**started, "status": "completed"}
    carried = {"voice_id": key, "voice_name": "Ana", "status": "completed"}
    event = "application.voice_status_changed"
    told = {"event_type": event, "message_type": "application", "properties": carried}
    assert heard.all == [("https://cb.example.com/", told)]


async def test_a_voice_of_ones_own_is_listed_until_it_is_deleted() -> None:
    client = open_account()
    sample = {"voice_name": "Rio", "audio_url": "https://example.com/rio.wav"}
    key = (await client.fetch("POST /voices", sample))["voice_id"]
    listed = await client.fetch("GET /voices", voice_type="user")
    await client.fetch(f"DELETE /voices/{key}")

    assert [row["voice_name"] for row in listed["data"]] == ["Rio"]
    assert await client.refusal(f"GET /voices/{key}") == (404, {"error": "Voice not found"})


async def test_a_stock_voice_cannot_be_deleted() -> None:
    client = open_account()
    assert await client.refusal("DELETE /voices/v0a1b2c3d4e5f") == (
        400,
        {"error": "A stock voice cannot be changed"},
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"voice_name": "x"}, "train_audio_url is missing: a voice is made of a sample"),
        ({**SAMPLE, "voice_name": " "}, "voice_name is blank: expected some text"),
        (
            {**SAMPLE, "voice_name": "x" * 256},
            "voice_name is 256 characters long, expected at most 255",
        ),
        (
            {**SAMPLE, "train_audio_url": "ana.mp3"},
            "expected a URL that starts with https:// or http://",
        ),
        ({**SAMPLE, "voice": "x"}, "unknown key 'voice'; did you mean 'voice_name'?"),
    ],
)
async def test_a_wrong_cloning_request_is_refused(body: dict[str, Any], said: str) -> None:
    status, told = await open_account().refusal("POST /voices", body)
    assert status == 400
    assert said in told["error"]
