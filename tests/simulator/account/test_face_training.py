"""Faces of one's own."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.resources import faces
from pytest_tavus.simulator.account.store.account import AccountOptions, Alarm
from pytest_tavus.simulator.account.store.stock import add_stock
from tests.simulator.account.account import NOON, AccountClient
from tests.simulator.account.waiting import ManualClock, RecordedCallbacks

pytestmark = pytest.mark.asyncio

VIDEO = {"face_name": "Rio", "train_video_url": "https://example.com/rio.mp4"}
IMAGE = {"face_name": "Ana", "train_image_url": "https://example.com/ana.png"}


def open_account(*, seconds: float = 0) -> AccountClient:
    client = AccountClient(faces.ROUTES)
    client.account.options = AccountOptions(training_seconds=seconds)
    add_stock(client.account)
    return client


async def train_face(client: AccountClient, body: dict[str, Any] = VIDEO) -> str:
    key: str = (await client.fetch("POST /faces", body))["face_id"]
    return key


@pytest.mark.fidelity("resources.face_training")
async def test_a_face_is_started_and_completed_when_its_training_is_over() -> None:
    client, heard = open_account(seconds=3600), RecordedCallbacks()
    client.account.callbacks = heard
    answer = await client.fetch("POST /faces", {**VIDEO, "callback_url": "https://cb.example.com/"})
    assert answer == {"face_id": answer["face_id"], "status": "started"}
    line = f"GET /faces/{answer['face_id']}"
    found = await client.fetch(line)
    assert (found["status"], found["training_progress"]) == ("started", "0/100")
    assert not [key for key in found if key.startswith("_")]
    client.time += 3600
    assert heard.all == []
    done = await client.fetch(line)
    assert (done["status"], done["training_progress"]) == ("completed", "100/100")
    await client.fetch("GET /faces")
    told = {"replica_id": answer["face_id"], "status": "completed"}
    assert heard.all == [("https://cb.example.com/", told)]


@pytest.mark.fidelity("resources.face_training")
async def test_with_an_alarm_a_face_is_completed_without_a_request() -> None:
    client, heard, clock = open_account(seconds=3600), RecordedCallbacks(), ManualClock()
    client.account.callbacks, client.account.alarm = heard, Alarm(clock)
    key = (await client.fetch("POST /faces", {**VIDEO, "callback_url": "https://cb.example.com/"}))[
        "face_id"
    ]
    await clock.wait_for_sleepers()
    for seconds, told in ((3599, []), (3600, [{"replica_id": key, "status": "completed"}])):
        client.time = NOON + seconds
        await clock.advance_to(seconds)
        assert [body for _, body in heard.all] == told


async def test_the_former_route_answers_in_the_former_words() -> None:
    client = open_account()
    body = {"replica_name": "Rio", "train_video_url": "https://example.com/rio.mp4"}
    answer = await client.fetch("POST /replicas", {**body, "callback_url": ""})
    found = await client.fetch(f"GET /replicas/{answer['replica_id']}")
    assert (found["replica_name"], found["status"]) == ("Rio", "completed")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"face_name": "x"},
            "{'train_video_url': ['expected train_video_url or train_image_url, found neither']}",
        ),
        (
            {**VIDEO, **IMAGE, "voice_name": "elm"},
            "{'train_video_url': ['expected train_video_url or train_image_url, found both']}",
        ),
        (
            IMAGE,
            (
                "{'voice_name': ['voice_name is missing: a face that is made from an image has no "
                "voice']}"
            ),
        ),
    ],
)
async def test_a_face_is_trained_from_one_video_or_from_one_image_with_a_voice(
    body: dict[str, Any], said: str
) -> None:
    client = open_account()
    before = (await client.fetch("GET /faces"))["total_count"]
    assert await client.refusal("POST /faces", body) == (
        400,
        {"error": f"Bad Request. {said}"},
    )
    assert (await client.fetch("GET /faces"))["total_count"] == before


@pytest.mark.fidelity("resources.face_voice")
async def test_a_face_keeps_its_original_voice() -> None:
    client = open_account()
    key = await train_face(client, {**IMAGE, "voice_name": "elm"})
    changed = await client.fetch(
        f"PATCH /faces/{key}", {"face_name": "New", "default_voice_id": "v0a1b2c3d4e5f"}
    )
    assert changed == {
        "face_id": key,
        "face_name": "New",
        "default_voice_id": "v0a1b2c3d4e5f",
        "original_voice_id": "v3b9a47d5e8f0",
    }


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"face_name": None}, "{'face_name': ['face_name cannot be null']}"),
        ({"face_name": " "}, "{'face_name': ['face_name is blank: expected some text']}"),
        (
            {"default_voice_id": "v9"},
            "{'default_voice_id': [\"there is no voice with the id 'v9'\"]}",
        ),
    ],
)
async def test_name_and_voice_cannot_be_null(body: dict[str, Any], said: str) -> None:
    client = open_account()
    key = await train_face(client)
    assert await client.refusal(f"PATCH /faces/{key}", body) == (
        400,
        {"error": f"Bad Request. {said}"},
    )
    assert (await client.fetch(f"GET /faces/{key}"))["face_name"] == "Rio"


async def test_a_face_is_renamed_by_the_older_route_and_deleted() -> None:
    client = open_account()
    key = await train_face(client)
    assert (await client.send(f"PATCH /replicas/{key}/name", {"replica_name": "Bo"})).body is None
    assert (await client.fetch(f"GET /faces/{key}"))["face_name"] == "Bo"
    assert (await client.send(f"DELETE /faces/{key}")).status == 204
    assert await client.refusal(f"GET /faces/{key}") == (400, {"error": "Invalid face_id"})


@pytest.mark.parametrize("line", ["PATCH {}", "PATCH {}/name", "DELETE {}"])
async def test_a_stock_face_cannot_be_changed(line: str) -> None:
    client = open_account()
    body = {"face_name": "Mine"}
    assert await client.refusal(line.format("/faces/r90bbd427f71"), body) == (
        400,
        {"error": "A stock face cannot be changed"},
    )
