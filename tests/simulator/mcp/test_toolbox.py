"""The box: what it lists, what it finds, and what it tells the API about the caller."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given

import pytest_tavus
from pytest_tavus.simulator.account.requests.api import ApiAnswer
from pytest_tavus.simulator.mcp.client import call_headers
from pytest_tavus.simulator.mcp.hosted import ABSENT, RECORDED, RENAMED, load_recorded_definitions
from pytest_tavus.simulator.mcp.table import TOOLS
from pytest_tavus.simulator.mcp.toolbox import ToolBox
from tests.simulator.mcp.box import StubApi, answer_always
from tests.strategies import any_text


@pytest.mark.fidelity("mcp.definitions")
def test_the_tools_are_listed_as_they_were_recorded() -> None:
    recorded = Path(pytest_tavus.__file__).parent / "simulator" / "mcp" / RECORDED

    assert list(ToolBox(StubApi()).definitions()) == json.loads(recorded.read_text())["tools"]


@pytest.mark.fidelity("mcp.definitions")
def test_every_tool_that_is_listed_does_something_and_no_other() -> None:
    names = [one["name"] for one in load_recorded_definitions()]

    assert len(names) == len(set(names)) == 81
    assert set(names) == set(TOOLS)


@pytest.mark.fidelity("mcp.hosted_names")
def test_the_hosted_server_lists_fewer_tools_and_two_under_other_names() -> None:
    local = {one["name"] for one in ToolBox(StubApi()).definitions()}
    hosted = {one["name"] for one in ToolBox(StubApi(), hosted_names=True).definitions()}

    assert local - hosted == ABSENT | set(RENAMED)
    assert hosted - local == set(RENAMED.values())


@pytest.mark.asyncio
@pytest.mark.fidelity("mcp.hosted_names")
async def test_a_hosted_tool_is_called_by_its_hosted_name() -> None:
    box = ToolBox(StubApi(), hosted_names=True)

    assert (await box.call("tavus_pal_capabilities_catalog", {})).error is None
    assert (await box.call("tavus_pal_capability_catalog", {})).error == (
        "there is no tool 'tavus_pal_capability_catalog', "
        "did you mean 'tavus_pal_capabilities_catalog'?"
    )


@pytest.mark.asyncio
async def test_an_unknown_tool_is_a_result_with_a_hint() -> None:
    result = await ToolBox(StubApi()).call("tavus_pal_gett", {"pal_id": "p1"})

    assert result.error == "there is no tool 'tavus_pal_gett', did you mean 'tavus_pal_get'?"


@pytest.mark.asyncio
async def test_custom_definitions_are_listed_and_called() -> None:
    chosen = [one for one in load_recorded_definitions() if one["name"] == "tavus_skill_list"]
    box = ToolBox(StubApi(), chosen)

    assert list(box.definitions()) == chosen
    assert (await box.call("tavus_skill_list")).error is None
    assert (await box.call("tavus_pal_get", {"pal_id": "p1"})).error == (
        "there is no tool 'tavus_pal_get', did you mean 'tavus_skill_list'?"
    )


@pytest.mark.asyncio
@pytest.mark.fidelity("mcp.headers")
async def test_requests_carry_the_tool_and_why_it_is_called() -> None:
    api = StubApi()

    await ToolBox(api).call("tavus_skill_list", {"intent": " é: 50%\n sure "})

    assert api.headers == [
        {
            "User-Agent": "tavus-mcp/0.11.0",
            "X-Tavus-Client-Source": "mcp",
            "X-Tavus-Client-Tool": "tavus_skill_list",
            "X-Tavus-Client-Intent": "%C3%A9: 50%25 sure",
        }
    ]


@pytest.mark.asyncio
@pytest.mark.fidelity("mcp.headers")
async def test_a_blank_intent_is_not_sent() -> None:
    api = StubApi()

    await ToolBox(api).call("tavus_skill_list", {"intent": " \n"})

    assert "X-Tavus-Client-Intent" not in api.headers[0]


@pytest.mark.fidelity("mcp.headers")
@given(any_text)
def test_an_intent_is_ascii_at_most_500_characters_long_and_readable_again(intent: str) -> None:
    sent = call_headers("t", intent).get("X-Tavus-Client-Intent", "")

    assert sent.isascii()
    assert sent.isprintable()
    readable = " ".join(intent.split())[:500].encode(errors="replace").decode()
    assert unquote(sent) == readable


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"error": "Invalid persona_id"}, ": Invalid pal_id"),
        ({"message": "No."}, ": No."),
        ({"error": {"a": 1}}, ""),
        (None, ""),
    ],
)
async def test_a_refusal_of_the_api_is_repeated_with_its_reason(body: object, told: str) -> None:
    api = StubApi(answer_always(ApiAnswer(status=400, body=body)))

    result = await ToolBox(api).call("tavus_pal_get", {"pal_id": "p1"})

    assert result.error == f"GET /pals/p1 was refused with 400{told}"


@pytest.mark.asyncio
@pytest.mark.fidelity("mcp.empty_answers")
async def test_an_answer_without_a_body_is_nothing() -> None:
    api = StubApi(answer_always(ApiAnswer(status=204)))

    result = await ToolBox(api).call("tavus_pal_delete", {"pal_id": "p1"})

    assert (result.value, result.error) == (None, None)
