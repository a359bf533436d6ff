"""Tools are attached to PALs and detached from them."""

from __future__ import annotations

import pytest

from tests.simulator.account.stocked import desk, made_pal, made_tool


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.attach_is_idempotent")
async def test_attaching_twice_is_attaching_once() -> None:
    at = desk()
    pal_id, first, second = await made_pal(at), await made_tool(at), await made_tool(at, "other")

    once = await at.get(f"POST /pals/{pal_id}/tools/", {"tool_ids": [first]})
    twice = await at.get(f"POST /pals/{pal_id}/tools", {"tool_ids": [second, first, second]})

    assert [tool["tool_id"] for tool in once["data"]] == [first]
    assert [tool["tool_id"] for tool in twice["data"]] == [first, second]
    assert (await at.get(f"GET /personas/{pal_id}/tools/")) == twice
    assert (await at.get(f"GET /pals/{pal_id}"))["tool_ids"] == [first, second]


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.detach_keeps_the_tool")
async def test_a_detached_tool_is_still_in_the_registry() -> None:
    at = desk()
    tool_id = await made_tool(at)
    pal_id = await made_pal(at, tool_ids=[tool_id])

    answer = await at.ask(f"DELETE /pals/{pal_id}/tools/{tool_id}")

    assert (answer.status, answer.body) == (204, None)
    assert (await at.get(f"GET /pals/{pal_id}/tools"))["data"] == []
    assert await at.get(f"GET /tools/{tool_id}")
    assert await at.refused(f"DELETE /pals/{pal_id}/tools/{tool_id}") == (
        404,
        {"error": "Tool is not attached to this PAL"},
    )


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.fifty_tools")
async def test_a_pal_has_at_most_fifty_tools() -> None:
    at = desk()
    ids = [await made_tool(at, f"tool_{number}") for number in range(51)]
    pal_id = await made_pal(at)

    assert await at.refused(f"POST /pals/{pal_id}/tools", {"tool_ids": ids}) == (
        400,
        {"error": "Bad Request. {'tool_ids': ['expected 1 to 50 ids, found 51']}"},
    )
    await at.get(f"POST /pals/{pal_id}/tools", {"tool_ids": ids[:50]})
    assert await at.refused(f"POST /pals/{pal_id}/tools", {"tool_ids": ids[50:]}) == (
        400,
        {
            "error": "Bad Request. {'tool_ids': ['a PAL can have at most 50 tools, "
            "this one would have 51']}"
        },
    )
    assert await at.refused(f"POST /pals/{pal_id}/tools", {"tool_ids": []}) == (
        400,
        {"error": "Bad Request. {'tool_ids': ['expected 1 to 50 ids, found 0']}"},
    )


@pytest.mark.asyncio
async def test_a_tool_that_is_not_there_cannot_be_attached() -> None:
    at = desk()

    assert await at.refused(f"POST /pals/{await made_pal(at)}/tools", {"tool_ids": ["t0"]}) == (
        400,
        {"error": "Bad Request. {'tool_ids': [\"there is none with the id 't0'\"]}"},
    )


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.perception_tools_attach_blind")
@pytest.mark.parametrize("origin", ["vision", "audio"])
async def test_a_perception_tool_is_attached_before_perception_is_on(origin: str) -> None:
    at = desk()
    tool_id = await made_tool(at, origin=origin)
    pal_id = await made_pal(at, layers={"perception": {"perception_model": "off"}})

    (tool,) = (await at.get(f"POST /pals/{pal_id}/tools", {"tool_ids": [tool_id]}))["data"]

    assert (tool["origin"], tool["on_call"]) == (origin, None)


@pytest.mark.asyncio
async def test_a_system_tool_can_be_attached_and_is_not_listed_with_the_pal_s_own() -> None:
    at = desk()
    (system,) = (await at.get("GET /tools", type="system"))["data"]
    pal_id = await made_pal(at)

    shown = await at.get(f"POST /pals/{pal_id}/tools", {"tool_ids": [system["tool_id"]]})

    assert shown == {"data": []}
    assert (await at.get(f"GET /pals/{pal_id}"))["tool_ids"] == [system["tool_id"]]
