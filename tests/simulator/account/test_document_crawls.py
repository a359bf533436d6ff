"""Documents that are websites, crawled anew."""

from __future__ import annotations

import pytest

from tests.simulator.account.documents import SITE, desk, made

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("resources.recrawl")
async def test_a_website_is_crawled_anew_once_it_is_at_rest_and_has_cooled_down() -> None:
    at = desk(seconds=60)
    key = (await made(at, **SITE))["document_id"]
    line = f"POST /documents/{key}/recrawl"
    assert await at.refused(line) == (
        409,
        {"error": "Document is started: expected ready or error"},
    )
    at.time += 60
    assert await at.refused(line) == (
        429,
        {"error": "Document was crawled recently: try again in 59 minutes"},
    )
    at.time += 3540
    again = await at.ask(line, {"crawl": {"depth": 1, "max_pages": 3}})
    assert again.status == 202
    assert (again.body["status"], again.body["crawl_count"]) == ("recrawling", 2)
    assert again.body["crawl_config"] == {"depth": 1, "max_pages": 3}
    at.time += 60
    row = await at.get(f"GET /documents/{key}")
    assert (row["status"], row["crawled_urls"]) == ("ready", ["https://example.com/"])


@pytest.mark.fidelity("resources.recrawl")
@pytest.mark.parametrize("look", ["GET /documents/{key}", "GET /documents"])
async def test_a_document_that_takes_no_time_is_started_until_its_client_was_told_more(
    look: str,
) -> None:
    at = desk()
    key = (await made(at, **SITE))["document_id"]
    line = f"POST /documents/{key}/recrawl"
    at.time += 1
    started = await at.refused(line)
    still = await at.refused(line)
    await at.get(look.format(key=key))
    warm = await at.refused(line)
    at.time += 3600
    again = await at.ask(line)
    running = await at.refused(line)

    sentence = "Document is started: expected ready or error"
    assert started == still == (409, {"error": sentence})
    assert warm[0] == 429
    assert (again.status, again.body["status"]) == (202, "recrawling")
    assert running == (409, {"error": "Document is recrawling: expected ready or error"})


async def test_a_callback_tells_a_client_too_that_a_document_is_at_rest() -> None:
    at = desk()
    key = (await made(at, **SITE, callback_url="http://127.0.0.1:9/hook"))["document_id"]

    status, _ = await at.refused(f"POST /documents/{key}/recrawl")

    assert status == 429


async def test_who_never_looked_may_crawl_anew_after_an_hour() -> None:
    at = desk()
    key = (await made(at, **SITE))["document_id"]
    at.time += 3600

    assert (await at.ask(f"POST /documents/{key}/recrawl")).status == 202


async def test_a_document_that_is_no_crawl_needs_a_crawl_to_be_crawled() -> None:
    at = desk()
    key = (await made(at))["document_id"]
    assert await at.refused(f"POST /documents/{key}/recrawl", {}) == (
        400,
        {"error": "Document has no crawl configuration: send crawl"},
    )
    assert (await at.ask(f"POST /documents/{key}/recrawl", {"crawl": {}})).status == 202


@pytest.mark.fidelity("resources.crawl_limits")
async def test_an_account_has_at_most_a_hundred_crawls() -> None:
    at = desk()
    for _ in range(100):
        await made(at, **SITE)
    refused = (429, {"error": "Maximum of 100 crawl documents reached"})
    assert await at.refused("POST /documents", SITE) == refused
    assert (await made(at))["status"] == "started"


@pytest.mark.fidelity("resources.crawl_limits")
async def test_at_most_five_crawls_run_at_the_same_time() -> None:
    at = desk(seconds=60)
    for _ in range(5):
        await made(at, **SITE)
    refused = (429, {"error": "Maximum of 5 concurrent crawls reached"})
    assert await at.refused("POST /documents", SITE) == refused
    at.time += 60
    assert (await made(at, **SITE))["status"] == "started"
