"""Documents that are websites, crawled anew."""

from __future__ import annotations

import pytest

from tests.simulator.account.documents import SITE, create_document, open_account

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("resources.recrawl")
async def test_an_idle_website_is_crawled_again_after_the_cooldown() -> None:
    client = open_account(seconds=60)
    key = (await create_document(client, **SITE))["document_id"]
    line = f"POST /documents/{key}/recrawl"
    assert await client.refusal(line) == (
        409,
        {"error": "Document is started: expected ready or error"},
    )
    client.time += 60
    assert await client.refusal(line) == (
        429,
        {"error": "Document was crawled recently: try again in 59 minutes"},
    )
    client.time += 3540
    again = await client.send(line, {"crawl": {"depth": 1, "max_pages": 3}})
    assert again.status == 202
    assert (again.body["status"], again.body["crawl_count"]) == ("recrawling", 2)
    assert again.body["crawl_config"] == {"depth": 1, "max_pages": 3}
    client.time += 60
    row = await client.fetch(f"GET /documents/{key}")
    assert (row["status"], row["crawled_urls"]) == ("ready", ["https://example.com/"])


@pytest.mark.fidelity("resources.recrawl")
@pytest.mark.parametrize("look", ["GET /documents/{key}", "GET /documents"])
async def test_a_document_without_delay_counts_as_started_until_an_answer_says_otherwise(
    look: str,
) -> None:
    client = open_account()
    key = (await create_document(client, **SITE))["document_id"]
    line = f"POST /documents/{key}/recrawl"
    client.time += 1
    started = await client.refusal(line)
    still = await client.refusal(line)
    await client.fetch(look.format(key=key))
    warm = await client.refusal(line)
    client.time += 3600
    again = await client.send(line)
    running = await client.refusal(line)

    sentence = "Document is started: expected ready or error"
    assert started == still == (409, {"error": sentence})
    assert warm[0] == 429
    assert (again.status, again.body["status"]) == (202, "recrawling")
    assert running == (409, {"error": "Document is recrawling: expected ready or error"})


async def test_a_document_is_idle_once_a_callback_reported_it() -> None:
    client = open_account()
    key = (await create_document(client, **SITE, callback_url="http://127.0.0.1:9/hook"))[
        "document_id"
    ]

    status, _ = await client.refusal(f"POST /documents/{key}/recrawl")

    assert status == 429


async def test_a_client_that_never_saw_the_status_may_recrawl_after_an_hour() -> None:
    client = open_account()
    key = (await create_document(client, **SITE))["document_id"]
    client.time += 3600

    assert (await client.send(f"POST /documents/{key}/recrawl")).status == 202


async def test_a_plain_document_needs_a_crawl_configuration_to_be_crawled() -> None:
    client = open_account()
    key = (await create_document(client))["document_id"]
    assert await client.refusal(f"POST /documents/{key}/recrawl", {}) == (
        400,
        {"error": "Document has no crawl configuration: send crawl"},
    )
    assert (await client.send(f"POST /documents/{key}/recrawl", {"crawl": {}})).status == 202


@pytest.mark.fidelity("resources.crawl_limits")
async def test_an_account_has_at_most_a_hundred_crawls() -> None:
    client = open_account()
    for _ in range(100):
        await create_document(client, **SITE)
    refused = (429, {"error": "Maximum of 100 crawl documents reached"})
    assert await client.refusal("POST /documents", SITE) == refused
    assert (await create_document(client))["status"] == "started"


@pytest.mark.fidelity("resources.crawl_limits")
async def test_at_most_five_crawls_run_at_the_same_time() -> None:
    client = open_account(seconds=60)
    for _ in range(5):
        await create_document(client, **SITE)
    refused = (429, {"error": "Maximum of 5 concurrent crawls reached"})
    assert await client.refusal("POST /documents", SITE) == refused
    client.time += 60
    assert (await create_document(client, **SITE))["status"] == "started"
