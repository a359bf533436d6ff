"""Tools are attached to PALs and detached from them."""

from __future__ import annotations

import pytest

from tests.simulator.account.stocked import create_pal, create_tool, open_account


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.attach_is_idempotent")
async def test_attaching_twice_is_attaching_once() -> None:
    client = open_account()
    pal_id, first, second = (
        await create_pal(client),
        await create_tool(client),
        await create_tool(client, "other"),
    )

    once = await client.fetch(f"POST /pals/{pal_id}/tools/", {"tool_ids": [first]})
    twice = await client.fetch(f"POST /pals/{pal_id}/tools", {"tool_ids": [second, first, second]})

    assert [tool["tool_id"] for tool in once["data"]] == [first]
    assert [tool["tool_id"] for tool in twice["data"]] == [first, second]
    assert (await client.fetch(f"GET /personas/{pal_id}/tools/")) == twice
    assert (await client.fetch(f"GET /pals/{pal_id}"))["tool_ids"] == [first, second]


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.detach_keeps_the_tool")
async def test_a_detached_tool_is_still_in_the_registry() -> None:
    client = open_account()
    tool_id = await create_tool(client)
    pal_id = await create_pal(client, tool_ids=[tool_id])

    answer = await client.send(f"DELETE /pals/{pal_id}/tools/{tool_id}")

    assert (answer.status, answer.body) == (204, None)
    assert (await client.fetch(f"GET /pals/{pal_id}/tools"))["data"] == []
    assert await client.fetch(f"GET /tools/{tool_id}")
    assert await client.refusal(f"DELETE /pals/{pal_id}/tools/{tool_id}") == (
        404,
        {"error": "Tool is not attached to this PAL"},
    )


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.fifty_tools")
async def test_a_pal_has_at_most_fifty_tools() -> None:
    client = open_account()
    ids = [await create_tool(client, f"tool_{number}") for number in range(51)]
    pal_id = await create_pal(client)

    assert await client.refusal(f"POST /pals/{pal_id}/tools", {"tool_ids": ids}) == (
        400,
        {"error": "Bad Request. {'tool_ids': ['expected 1 to 50 ids, found 51']}"},
    )
    await client.fetch(f"POST /pals/{pal_id}/tools", {"tool_ids": ids[:50]})
    assert await client.refusal(f"POST /pals/{pal_id}/tools", {"tool_ids": ids[50:]}) == (
        400,
        {
            "error": "Bad Request. {'tool_ids': ['a PAL can have at most 50 tools, "
            "this one would have 51']}"
        },
    )
    assert await client.refusal(f"POST /pals/{pal_id}/tools", {"tool_ids": []}) == (
        400,
        {"error": "Bad Request. {'tool_ids': ['expected 1 to 50 ids, found 0']}"},
    )


@pytest.mark.asyncio
async def test_an_unknown_tool_cannot_be_attached() -> None:
    client = open_account()

    assert await client.refusal(
        f"POST /pals/{await create_pal(client)}/tools", {"tool_ids": ["t0"]}
    ) == (
        400,
        {"error": "Bad Request. {'tool_ids': [\"no record has the id 't0'\"]}"},
    )


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.perception_tools_attach_blind")
@pytest.mark.parametrize("origin", ["vision", "audio"])
async def test_a_perception_tool_is_attached_before_perception_is_on(origin: str) -> None:
    client = open_account()
    tool_id = await create_tool(client, origin=origin)
    pal_id = await create_pal(client, layers={"perception": {"perception_model": "off"}})

    (tool,) = (await client.fetch(f"POST /pals/{pal_id}/tools", {"tool_ids": [tool_id]}))["data"]

    assert (tool["origin"], tool["on_call"]) == (origin, None)


@pytest.mark.asyncio
async def test_a_system_tool_can_be_attached_and_is_not_listed_with_the_pal_s_own() -> None:
    client = open_account()
    (system,) = (await client.fetch("GET /tools", type="system"))["data"]
    pal_id = await create_pal(client)

    shown = await client.fetch(f"POST /pals/{pal_id}/tools", {"tool_ids": [system["tool_id"]]})

    assert shown == {"data": []}
    assert (await client.fetch(f"GET /pals/{pal_id}"))["tool_ids"] == [system["tool_id"]]
