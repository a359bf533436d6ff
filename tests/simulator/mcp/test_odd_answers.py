"""Answers of the API that a tool can do nothing with, and accounts that lack what it needs."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.requests.api import ApiAnswer
from pytest_tavus.simulator.mcp.toolbox import ToolBox
from tests.simulator.mcp.box import StubApi, answer_always

pytestmark = pytest.mark.asyncio

PAL = {"pal_id": "p1"}
FULL_PAGE = {"data": [{"tool_id": "t1"}] * 100}
SESSION = {"builder_id": "b1", "persona_id": "p1"}
TOOL_WITH_PLACEHOLDER = {"api": {"url": "https://example.com/{seat}/{tavus_conversation_id}"}}

REFUSED: list[tuple[str, dict[str, Any], Any, str]] = [
    (
        "tavus_quickstart",
        {"system_prompt": "You sing."},
        {"data": []},
        "the account has no stock face: give face_id",
    ),
    (
        "tavus_tool_list",
        {},
        FULL_PAGE,
        "/tools has more than 100 pages of 100: narrow the list",
    ),
    (
        "tavus_chat_turn",
        {"conversation_id": "c1", "text": "Hi.", "timeout_s": 3},
        {"status": "pending"},
        "the PAL did not reply within 3 s",
    ),
    (
        "tavus_deployment_create",
        {
            "pal_id": "",
            "channel": "embed",
            "unique_memory_per_visitor": True,
            "allowed_origins": [],
        },
        {},
        "pal_id: it must not be empty",
    ),
    (
        "tavus_pal_build_and_verify",
        {"prompt": "A clerk.", "briefs": {"greeting": "Hi."}},
        SESSION,
        "the fan-out of the draft ended without a frame of the type 'done'",
    ),
    (
        "tavus_pal_build_and_verify",
        {"prompt": "A clerk."},
        {**SESSION, "conversation_id": "c1"},
        "the conversation 'c1' cannot be joined: it is not there",
    ),
    (
        "tavus_meeting_configure",
        {**PAL, "wake_phrase": "Hey"},
        PAL,
        "the PAL did not keep what was written to it: no meeting was joined",
    ),
    (
        "tavus_meeting_configure",
        {**PAL, "sleep_phrase": "Bye"},
        PAL,
        "wake_phrase: a PAL that can be put to sleep needs one to wake up",
    ),
    (
        "tavus_conversation_create",
        {**PAL, "meeting_url": "https://meet.google.com/abc"},
        PAL,
        "face_id: the PAL has no face of its own, so it needs one",
    ),
    (
        "tavus_tool_patch",
        {"tool_id": "t1", "delivery": TOOL_WITH_PLACEHOLDER},
        {},
        (
            "delivery.api.url: the placeholder {seat} needs its parameter: give parameters "
            "together with delivery"
        ),
    ),
]


@pytest.mark.parametrize(("tool", "arguments", "body", "told"), REFUSED)
async def test_an_unusable_answer_of_the_api_is_refused_with_a_sentence(
    tool: str, arguments: dict[str, Any], body: Any, told: str
) -> None:
    box = ToolBox(StubApi(answer_always(ApiAnswer(body=body))), hosted_names=True)

    result = await box.call(tool, arguments)

    assert result.error == told


async def test_only_a_missing_document_is_skipped() -> None:
    def answer(_method: str, path: str, _body: Any) -> ApiAnswer:
        if path.startswith("/pals"):
            return ApiAnswer(body={**PAL, "document_ids": ["d1"]})
        return ApiAnswer(status=500, body={"message": "Oh."})

    result = await ToolBox(StubApi(answer)).call("tavus_pal_knowledge_list", PAL)

    assert result.error == "GET /documents/d1 was refused with 500: Oh."


async def test_layers_of_a_wrong_shape_are_the_apis_to_refuse() -> None:
    api = StubApi()
    arguments = {"template": "tutor", "layers": {"llm": "gpt"}}

    await ToolBox(api).call("tavus_pal_from_template", arguments)

    assert api.requests[-1][3]["layers"] == {"llm": "gpt"}


SHAPES: list[tuple[Any, str, int]] = [
    ([{}, {}], "list", 2),
    ({"data": [{}]}, "paginated", 1),
    ({}, "object", 0),
    (3, "unknown", 0),
]


@pytest.mark.parametrize(("body", "shape", "count"), SHAPES)
@pytest.mark.fidelity("mcp.health_check")
async def test_a_health_check_reports_the_shape_of_an_answer_and_no_content(
    body: Any, shape: str, count: int
) -> None:
    box = ToolBox(StubApi(answer_always(ApiAnswer(body=body))))

    result = await box.call("tavus_mcp_health_check")

    probed = result.value["checks"]["tavus_api"]
    assert (probed["response_shape"], probed["item_count"]) == (shape, count)


@pytest.mark.fidelity("mcp.integration")
async def test_a_page_that_cannot_answer_the_pals_tools_comes_with_a_warning() -> None:
    deployment = {"deployment_id": "dep1", "pal_id": "p1", "channel": "landing-page"}
    tool = {"name": "find", "delivery": {"app_message": True}, "parameters": {}}

    def answer(_method: str, path: str, _body: Any) -> ApiAnswer:
        tools = path.startswith("/pals")
        body = {"data": [tool]} if tools else {**deployment, "status": "draft"}
        return ApiAnswer(body=body)

    result = await ToolBox(StubApi(answer)).call("tavus_deployment_get", {"deployment_id": "dep1"})

    integration = result.value["integration"]
    assert integration["landing_page_url"] == "https://maker.tavus.io/deployments/dep1"
    assert integration["warning"] == (
        "Nothing on this page answers the PAL's app-message tools: find."
    )
    assert integration["note"] == "The deployment is draft: people reach it once it is active."


@pytest.mark.fidelity("mcp.integration")
async def test_a_site_gets_a_snippet_and_the_tools_it_has_to_answer() -> None:
    deployment = {"deployment_id": "dep1", "pal_id": "p1", "channel": "widget", "status": "active"}
    tools: list[dict[str, Any]] = [
        {
            "name": "find",
            "delivery": {"app_message": True},
            "parameters": {"properties": {"seats": {}}},
            "description": "Finds a table.",
        },
        {"name": "end_call", "delivery": {"app_message": True}, "is_system_tool": True},
        {"name": "book", "delivery": {"app_message": False, "api": {}}},
    ]

    def answer(_method: str, path: str, _body: Any) -> ApiAnswer:
        return ApiAnswer(body={"data": tools} if path.startswith("/pals") else deployment)

    result = await ToolBox(StubApi(answer)).call("tavus_deployment_get", {"deployment_id": "dep1"})

    integration = result.value["integration"]
    assert integration["page_tools"] == [
        {"name": "find", "parameters": ["seats"], "description": "Finds a table."}
    ]
    assert '<tavus-widget deployment-id="dep1">' in integration["snippet"]["script_tag"]
    assert "@tavus/widget@latest" in integration["snippet"]["npm"]
    assert integration["prompt_header"].endswith("The PAL calls on the page: find(seats)")
    assert "note" not in integration
