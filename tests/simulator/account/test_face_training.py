"""Faces of one's own."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.resources import faces
from pytest_tavus.simulator.account.store.account import AccountOptions, Alarm
from pytest_tavus.simulator.account.store.stock import add_stock
from tests.simulator.account.account import NOON, Desk
from tests.simulator.account.waiting import Heard, Hourglass

pytestmark = pytest.mark.asyncio

VIDEO = {"face_name": "Rio", "train_video_url": "https://example.com/rio.mp4"}
IMAGE = {"face_name": "Ana", "train_image_url": "https://example.com/ana.png"}


def desk(*, seconds: float = 0) -> Desk:
    at = Desk(faces.ROUTES)
    at.account.options = AccountOptions(training_seconds=seconds)
    add_stock(at.account)
    return at


async def made(at: Desk, body: dict[str, Any] = VIDEO) -> str:
    key: str = (await at.get("POST /faces", body))["face_id"]
    return key


@pytest.mark.fidelity("resources.face_training")
async def test_a_face_is_started_and_completed_when_its_training_is_over() -> None:
    at, heard = desk(seconds=3600), Heard()
    at.account.callbacks = heard
    answer = await at.get("POST /faces", {**VIDEO, "callback_url": "https://cb.example.com/"})
    assert answer == {"face_id": answer["face_id"], "status": "started"}
    line = f"GET /faces/{answer['face_id']}"
    found = await at.get(line)
    assert (found["status"], found["training_progress"]) == ("started", "0/100")
    assert not [key for key in found if key.startswith("_")]
    at.time += 3600
    assert heard.all == []
    done = await at.get(line)
    assert (done["status"], done["training_progress"]) == ("completed", "100/100")
    await at.get("GET /faces")
    told = {"replica_id": answer["face_id"], "status": "completed"}
    assert heard.all == [("https://cb.example.com/", told)]


@pytest.mark.fidelity("resources.face_training")
async def test_with_an_alarm_nobody_has_to_look_at_a_face() -> None:
    at, heard, clock = desk(seconds=3600), Heard(), Hourglass()
    at.account.callbacks, at.account.alarm = heard, Alarm(clock)
    key = (await at.get("POST /faces", {**VIDEO, "callback_url": "https://cb.example.com/"}))[
        "face_id"
    ]
    await clock.begun()
    for seconds, told in ((3599, []), (3600, [{"replica_id": key, "status": "completed"}])):
        at.time = NOON + seconds
        await clock.turn(seconds)
        assert [body for _, body in heard.all] == told


async def test_the_former_route_answers_in_the_former_words() -> None:
    at = desk()
    body = {"replica_name": "Rio", "train_video_url": "https://example.com/rio.mp4"}
    answer = await at.get("POST /replicas", {**body, "callback_url": ""})
    found = await at.get(f"GET /replicas/{answer['replica_id']}")
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
async def test_a_face_is_made_of_one_video_or_of_one_image_with_a_voice(
    body: dict[str, Any], said: str
) -> None:
    at = desk()
    before = (await at.get("GET /faces"))["total_count"]
    assert await at.refused("POST /faces", body) == (400, {"error": f"Bad Request. {said}"})
    assert (await at.get("GET /faces"))["total_count"] == before


@pytest.mark.fidelity("resources.face_voice")
async def test_a_face_keeps_the_voice_it_began_with() -> None:
    at = desk()
    key = await made(at, {**IMAGE, "voice_name": "elm"})
    changed = await at.get(
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
async def test_neither_name_nor_voice_can_be_taken_away(body: dict[str, Any], said: str) -> None:
    at = desk()
    key = await made(at)
    assert await at.refused(f"PATCH /faces/{key}", body) == (
        400,
        {"error": f"Bad Request. {said}"},
    )
    assert (await at.get(f"GET /faces/{key}"))["face_name"] == "Rio"


async def test_a_face_is_renamed_by_the_older_route_and_deleted() -> None:
    at = desk()
    key = await made(at)
    assert (await at.ask(f"PATCH /replicas/{key}/name", {"replica_name": "Bo"})).body is None
    assert (await at.get(f"GET /faces/{key}"))["face_name"] == "Bo"
    assert (await at.ask(f"DELETE /faces/{key}")).status == 204
    assert await at.refused(f"GET /faces/{key}") == (400, {"error": "Invalid face_id"})


@pytest.mark.parametrize("line", ["PATCH {}", "PATCH {}/name", "DELETE {}"])
async def test_a_stock_face_is_nobodys_to_change(line: str) -> None:
    at = desk()
    body = {"face_name": "Mine"}
    assert await at.refused(line.format("/faces/r90bbd427f71"), body) == (
        400,
        {"error": "A stock face cannot be changed"},
    )
