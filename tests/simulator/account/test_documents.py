"""`/documents`: what becomes of one, who is told, and the limits of crawling."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.resources.progress import settle_documents
from pytest_tavus.simulator.account.store.account import Alarm
from tests.simulator.account.account import NOON
from tests.simulator.account.documents import SITE, desk, made
from tests.simulator.account.waiting import Heard, Hourglass

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("resources.document_fields")
async def test_a_document_is_taken_with_the_fields_that_tavus_shows() -> None:
    row = await made(desk(), document_name="Guide", tags=["a"])
    assert row["document_id"].startswith("d8-")
    assert row["status"] == "started"
    documented = {
        "document_id", "document_name", "document_url", "status", "progress", "error_message",
        "created_at", "updated_at", "callback_url", "tags", "crawl_config", "crawled_urls",
        "last_crawled_at", "crawl_count",
    }  # fmt: skip
    assert documented <= row.keys()
    assert not [key for key in row if key.startswith("_")]


@pytest.mark.fidelity("resources.document_life")
async def test_a_document_becomes_ready_as_time_passes() -> None:
    at = desk(seconds=60)
    key = (await made(at))["document_id"]
    seen: list[str] = []
    for _ in range(4):
        seen.append((await at.get(f"GET /documents/{key}"))["status"])
        at.time += 20
    assert seen == ["started", "started", "processing", "ready"]


async def test_a_document_is_ready_at_once_unless_it_is_to_take_time() -> None:
    at = desk()
    key = (await made(at))["document_id"]
    assert (await at.get(f"GET /documents/{key}"))["status"] == "ready"


@pytest.mark.fidelity("resources.document_life")
async def test_a_file_of_an_unknown_kind_ends_in_an_error() -> None:
    at = desk()
    key = (await made(at, document_url="https://example.com/setup.exe"))["document_id"]
    row = await at.get(f"GET /documents/{key}")
    assert (row["status"], row["error_message"]) == ("error", "file_format_unsupported")
    assert await at.get(f"GET /documents/{key}/chunks") == {"data": [], "total_count": 0}


@pytest.mark.fidelity("resources.document_callbacks")
async def test_each_status_is_told_to_the_callback_url() -> None:
    at, heard = desk(seconds=10), Heard()
    at.account.callbacks = heard
    await made(at, callback_url="https://cb.example.com/")
    await made(at)
    told = [("https://cb.example.com/", "started")]
    assert heard.statuses == told
    at.time += 5
    settle_documents(at.account)
    told.append(("https://cb.example.com/", "processing"))
    assert heard.statuses == told
    at.time += 100
    settle_documents(at.account)
    settle_documents(at.account)
    assert heard.statuses == [*told, ("https://cb.example.com/", "ready")]


@pytest.mark.fidelity("resources.document_callbacks")
async def test_with_an_alarm_nobody_has_to_look() -> None:
    at, heard, clock = desk(seconds=10), Heard(), Hourglass()
    at.account.callbacks = heard
    at.account.alarm = Alarm(clock)
    await made(at, callback_url="https://cb.example.com/")
    await clock.begun()
    for status in ("processing", "ready"):
        at.time += 5
        await clock.turn(at.time - NOON)
        assert heard.statuses[-1] == ("https://cb.example.com/", status)
    assert len(heard.statuses) == 3


async def test_a_silenced_alarm_does_not_ring() -> None:
    at, heard, clock = desk(seconds=10), Heard(), Hourglass()
    at.account.callbacks = heard
    at.account.alarm = Alarm(clock)
    await made(at, callback_url="https://cb.example.com/")
    await clock.begun()
    await at.account.alarm.cancel()
    at.time += 10
    await clock.turn(10)
    assert [status for _, status in heard.statuses] == ["started"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"document_url": "ftp://x/y"},
            (
                "{'document_url': [\"'ftp://x/y' is not the URL of a document: expected http:// or "
                'https:// and a host"]}'
            ),
        ),
        (
            {**SITE, "crawl": {"depth": 11, "max_pages": 0}},
            (
                "{'crawl': {'depth': ['depth is 11, expected 1 to 10'], "
                "'max_pages': ['max_pages is 0, expected 1 to 100']}}"
            ),
        ),
        ({}, "{'document_url': [\"'document_url' is missing\"]}"),
    ],
)
async def test_a_body_that_breaks_a_rule_is_refused(body: dict[str, Any], said: str) -> None:
    assert await desk().refused("POST /documents", body) == (
        400,
        {"error": f"Bad Request. {said}"},
    )


async def test_documents_are_filtered_and_the_latest_comes_first() -> None:
    at = desk(seconds=10)
    first = (await made(at, document_name="Guide", tags=["a"]))["document_id"]
    at.time += 10
    second = (await made(at, participant_tags=["p"]))["document_id"]

    async def found(**query: str) -> list[str]:
        return [row["document_id"] for row in (await at.get("GET /documents", **query))["data"]]

    assert await found() == [second, first]
    assert await found(sort="asc", page="0") == [first, second]
    assert await found(status="ready") == [first]
    assert await found(tags="b,a") == [first]
    assert await found(participant_tags="p") == [second]
    assert await found(name_or_uuid="gui") == [second, first]
    assert await found(name_or_uuid="Guide") == [second, first]
    assert await found(name_or_uuid=first) == [first]
    assert (await at.get("GET /documents", verbose="false"))["data"][0].keys() == {
        "document_id", "document_name", "document_url", "status", "tags", "created_at",
    }  # fmt: skip
    assert await at.get("GET /documents/tags") == {"tags": ["a"], "total_count": 1}


async def test_chunks_are_of_one_collection_and_of_a_ready_document() -> None:
    at = desk(seconds=10)
    key = (await made(at, document_name="Guide", custom_description="How to"))["document_id"]
    line = f"GET /documents/{key}/chunks"
    assert (await at.get(line))["data"] == []
    at.time += 10
    assert (await at.get(line))["data"] == [
        {"chunk_id": f"{key}-0", "chunk_index": 0, "content": "Guide: How to"}
    ]
    assert (await at.get(line, collection="customer_support"))["data"] == []
    row = at.account.documents.get(key)
    assert row is not None
    row["chunks"] = ["one", "two", "three"]
    texts = [one["content"] for one in (await at.get(line, offset="1", limit="1"))["data"]]
    assert texts == ["two"]


@pytest.mark.fidelity("resources.document_patch")
async def test_name_and_tags_are_changed_by_a_plain_object() -> None:
    at = desk()
    key = (await made(at, tags=["a"]))["document_id"]
    row = await at.get(f"PATCH /documents/{key}", {"document_name": "New", "tags": []})
    assert (row["document_name"], row["tags"]) == ("New", [])
    assert (await at.refused(f"PATCH /documents/{key}", {"status": "ready"}))[0] == 400
    assert (await at.refused(f"PATCH /documents/{key}", [{"op": "remove", "path": "/x"}]))[0] == 400


@pytest.mark.fidelity("resources.delete_detaches")
async def test_a_deleted_document_is_gone_from_its_pals() -> None:
    at = desk()
    key = (await made(at))["document_id"]
    pal = at.account.pals.put("p1", {"pal_id": "p1", "document_ids": [key, "d8-other"]})
    assert (await at.ask(f"DELETE /documents/{key}")).status == 204
    assert pal["document_ids"] == ["d8-other"]
    assert await at.refused(f"GET /documents/{key}") == (404, {"error": "Document not found"})
