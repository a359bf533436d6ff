"""`/documents`: what becomes of one, who is told, and the limits of crawling."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.resources.progress import settle_documents
from pytest_tavus.simulator.account.store.account import Alarm
from tests.simulator.account.account import NOON
from tests.simulator.account.documents import SITE, create_document, open_account
from tests.simulator.account.waiting import ManualClock, RecordedCallbacks

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("resources.document_fields")
async def test_a_created_document_has_the_fields_of_tavus() -> None:
    row = await create_document(open_account(), document_name="Guide", tags=["a"])
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
    client = open_account(seconds=60)
    key = (await create_document(client))["document_id"]
    seen: list[str] = []
    for _ in range(4):
        seen.append((await client.fetch(f"GET /documents/{key}"))["status"])
        client.time += 20
    assert seen == ["started", "started", "processing", "ready"]


async def test_a_document_is_ready_at_once_without_a_configured_delay() -> None:
    client = open_account()
    key = (await create_document(client))["document_id"]
    assert (await client.fetch(f"GET /documents/{key}"))["status"] == "ready"


@pytest.mark.fidelity("resources.document_life")
async def test_a_document_of_an_unknown_file_type_ends_in_an_error() -> None:
    client = open_account()
    key = (await create_document(client, document_url="https://example.com/setup.exe"))[
        "document_id"
    ]
    row = await client.fetch(f"GET /documents/{key}")
    assert (row["status"], row["error_message"]) == ("error", "file_format_unsupported")
    assert await client.fetch(f"GET /documents/{key}/chunks") == {"data": [], "total_count": 0}


@pytest.mark.fidelity("resources.document_callbacks")
async def test_each_status_is_sent_to_the_callback_url() -> None:
    client, heard = open_account(seconds=10), RecordedCallbacks()
    client.account.callbacks = heard
    await create_document(client, callback_url="https://cb.example.com/")
    await create_document(client)
    told = [("https://cb.example.com/", "started")]
    assert heard.statuses == told
    client.time += 5
    settle_documents(client.account)
    told.append(("https://cb.example.com/", "processing"))
    assert heard.statuses == told
    client.time += 100
    settle_documents(client.account)
    settle_documents(client.account)
    assert heard.statuses == [*told, ("https://cb.example.com/", "ready")]


@pytest.mark.fidelity("resources.document_callbacks")
async def test_with_an_alarm_a_document_becomes_ready_without_a_request() -> None:
    client, heard, clock = open_account(seconds=10), RecordedCallbacks(), ManualClock()
    client.account.callbacks = heard
    client.account.alarm = Alarm(clock)
    await create_document(client, callback_url="https://cb.example.com/")
    await clock.wait_for_sleepers()
    for status in ("processing", "ready"):
        client.time += 5
        await clock.advance_to(client.time - NOON)
        assert heard.statuses[-1] == ("https://cb.example.com/", status)
    assert len(heard.statuses) == 3


async def test_a_cancelled_alarm_runs_no_action() -> None:
    client, heard, clock = open_account(seconds=10), RecordedCallbacks(), ManualClock()
    client.account.callbacks = heard
    client.account.alarm = Alarm(clock)
    await create_document(client, callback_url="https://cb.example.com/")
    await clock.wait_for_sleepers()
    await client.account.alarm.cancel()
    client.time += 10
    await clock.advance_to(10)
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
    assert await open_account().refusal("POST /documents", body) == (
        400,
        {"error": f"Bad Request. {said}"},
    )


async def test_documents_are_filtered_and_the_latest_comes_first() -> None:
    client = open_account(seconds=10)
    first = (await create_document(client, document_name="Guide", tags=["a"]))["document_id"]
    client.time += 10
    second = (await create_document(client, participant_tags=["p"]))["document_id"]

    async def found(**query: str) -> list[str]:
        return [
            row["document_id"] for row in (await client.fetch("GET /documents", **query))["data"]
        ]

    assert await found() == [second, first]
    assert await found(sort="asc", page="0") == [first, second]
    assert await found(status="ready") == [first]
    assert await found(tags="b,a") == [first]
    assert await found(participant_tags="p") == [second]
    assert await found(name_or_uuid="gui") == [second, first]
    assert await found(name_or_uuid="Guide") == [second, first]
    assert await found(name_or_uuid=first) == [first]
    assert (await client.fetch("GET /documents", verbose="false"))["data"][0].keys() == {
        "document_id", "document_name", "document_url", "status", "tags", "created_at",
    }  # fmt: skip
    assert await client.fetch("GET /documents/tags") == {"tags": ["a"], "total_count": 1}


async def test_chunks_are_of_one_collection_and_of_a_ready_document() -> None:
    client = open_account(seconds=10)
    key = (await create_document(client, document_name="Guide", custom_description="How to"))[
        "document_id"
    ]
    line = f"GET /documents/{key}/chunks"
    assert (await client.fetch(line))["data"] == []
    client.time += 10
    assert (await client.fetch(line))["data"] == [
        {"chunk_id": f"{key}-0", "chunk_index": 0, "content": "Guide: How to"}
    ]
    assert (await client.fetch(line, collection="customer_support"))["data"] == []
    row = client.account.documents.get(key)
    assert row is not None
    row["chunks"] = ["one", "two", "three"]
    texts = [one["content"] for one in (await client.fetch(line, offset="1", limit="1"))["data"]]
    assert texts == ["two"]


@pytest.mark.fidelity("resources.document_patch")
async def test_name_and_tags_are_changed_by_a_plain_object() -> None:
    client = open_account()
    key = (await create_document(client, tags=["a"]))["document_id"]
    row = await client.fetch(f"PATCH /documents/{key}", {"document_name": "New", "tags": []})
    assert (row["document_name"], row["tags"]) == ("New", [])
    assert (await client.refusal(f"PATCH /documents/{key}", {"status": "ready"}))[0] == 400
    assert (await client.refusal(f"PATCH /documents/{key}", [{"op": "remove", "path": "/x"}]))[
        0
    ] == 400


@pytest.mark.fidelity("resources.delete_detaches")
async def test_a_deleted_document_is_gone_from_its_pals() -> None:
    client = open_account()
    key = (await create_document(client))["document_id"]
    pal = client.account.pals.put("p1", {"pal_id": "p1", "document_ids": [key, "d8-other"]})
    assert (await client.send(f"DELETE /documents/{key}")).status == 204
    assert pal["document_ids"] == ["d8-other"]
    assert await client.refusal(f"GET /documents/{key}") == (
        404,
        {"error": "Document not found"},
    )
