"""Tools that are called wrongly, or for what is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pytest_tavus.simulator.mcp.table import TOOLS
from tests.simulator.mcp.filled_account import fill_account
from tests.simulator.mcp.valid_calls import PORTAL_ONLY, VALID

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("tool", TOOLS)
async def test_a_tool_that_is_called_with_an_argument_it_has_not_says_so(tool: str) -> None:
    async with fill_account() as account:
        arguments = account.fill_ids(dict(VALID.get(tool, ({}, ""))[0]))
        error = await account.toolbox.error(tool, **arguments, surprise=1)

    assert "surprise: there is no such argument" in error


async def test_a_crawled_document_is_crawled_again_once_it_is_ready() -> None:
    async with fill_account() as account:
        url, crawl = "https://example.com", {"depth": 1, "max_pages": 5}
        made = await account.toolbox.value("tavus_document_create", document_url=url, crawl=crawl)
        await account.toolbox.server.clock.advance(3 * 3600)
        document_id = made["document_id"]
        result = await account.toolbox.call("tavus_document_recrawl", document_id=document_id)
        plain = await account.toolbox.error(
            "tavus_document_recrawl", document_id=account.ids.document_id
        )

    assert result.error is None
    assert plain.startswith(f"POST /documents/{account.ids.document_id}/recrawl was refused with 4")


@pytest.mark.fidelity("mcp.local_files")
@pytest.mark.parametrize("tool", sorted(PORTAL_ONLY))
async def test_a_local_file_is_refused_without_a_token_of_the_portal(tool: str) -> None:
    pal = {"pal_id": "p1"} if tool == "tavus_pal_knowledge_upload" else {}
    async with fill_account() as account:
        error = await account.toolbox.error(tool, local_path="menu.pdf", **pal)

    assert error == (
        "'menu.pdf' cannot be uploaded: local files go through the developer portal, which needs "
        "a token of its own (TAVUS_PORTAL_BEARER_TOKEN) and is not simulated. Host the file and "
        "give its URL to tavus_document_create."
    )


UNKNOWN: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "tavus_pal_get": ({"pal_id": "p0"}, "GET /pals/p0 was refused with 400: Invalid pal_id"),
    "tavus_objective_get": (
        {"objectives_id": "o0"},
        "GET /objectives/o0 was refused with 404: Objective not found",
    ),
    "tavus_chat_turn": (
        {"conversation_id": "c0", "text": "Hi."},
        "GET /conversations/c0 was refused with 400: Invalid conversation_id",
    ),
    "tavus_chat_start": ({"pal_id": "p0"}, "POST /conversations was refused with 400: "),
    "tavus_pal_capabilities_list": ({"pal_id": "p0"}, "GET /pals/p0 was refused with 400: "),
    "tavus_pal_capability_attach": (
        {"pal_id": "p0", "capability_id": "telepathy"},
        "capability_id: there is no capability 'telepathy', one of: magic_canvas, ",
    ),
    "tavus_pal_build_and_verify": (
        {"prompt": " "},
        "prompt: it must not be empty",
    ),
    "tavus_resource_list": (
        {"resource": "tols"},
        "resource: there is no resource 'tols', did you mean 'tools'?",
    ),
}


@pytest.mark.parametrize("tool", UNKNOWN)
async def test_a_missing_record_is_named_with_the_request_for_it(tool: str) -> None:
    arguments, told = UNKNOWN[tool]
    async with fill_account() as account:
        error = await account.toolbox.error(tool, **arguments)

    assert error.startswith(told)


@pytest.mark.fidelity("mcp.call_links")
@pytest.mark.parametrize("tool", ["tavus_chat_start", "tavus_conversation_create"])
async def test_the_link_into_a_call_is_not_in_the_answer(tool: str) -> None:
    async with fill_account() as account:
        arguments = account.fill_ids(dict(VALID[tool][0]))
        answer = await account.toolbox.value(tool, **arguments)
        read = await account.toolbox.api.call("GET", f"/conversations/{answer['conversation_id']}")

    assert "conversation_url" not in answer
    assert read.body["conversation_url"]
