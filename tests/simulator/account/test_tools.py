"""``/tools`` and ``/pals/{pal_id}/tools``."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.tool.auth import SECRET_MASK
from pytest_tavus.contract.tool.tool import Tool
from tests.simulator.account.stocked import api, create_pal, create_tool, open_account, tool_body

AUTHS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"type": "bearer", "token": "canary-1"}, "token"),
    ({"type": "basic", "username": "u", "password": "canary-2"}, "password"),
    ({"type": "api_key", "name": "x-k", "value": "canary-3"}, "value"),
    (
        {
            "type": "oauth2_client_credentials",
            "token_url": "https://auth.example.com/token",
            "client_id": "i",
            "client_secret": "canary-4",
        },
        "client_secret",
    ),
    ({"type": "hmac", "secret": "canary-5"}, "secret"),
)


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.tool_defaults")
async def test_a_created_tool_is_answered_with_every_default() -> None:
    tool = await open_account().fetch("POST /tools", tool_body())

    assert len(tool.pop("tool_id")) == 13
    assert tool == {
        "owner_id": "simulated",
        "name": "get_order",
        "description": "Finds an order.",
        "parameters": {},
        "delivery": {"app_message": True},
        "trigger_type": "in_call",
        "origin": "llm",
        "on_call": "generate_filler",
        "on_resolve": "fire_and_forget",
        "static_filler": None,
        "tags": [],
        "is_system_tool": False,
        "created_at": "2026-09-21T14:13:20.000000Z",
        "updated_at": "2026-09-21T14:13:20.000000Z",
    }


@pytest.mark.asyncio
async def test_an_answer_can_be_pasted_into_a_scenario() -> None:
    tool = await open_account().fetch("POST /tools", tool_body(delivery=api()))

    assert Tool.from_json(tool).channel == "api"


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.tool_secret_masked")
@pytest.mark.parametrize(("auth", "secret"), AUTHS)
async def test_the_secret_of_a_tool_is_masked_wherever_it_is_answered(
    auth: dict[str, Any], secret: str
) -> None:
    client = open_account()

    created = await client.fetch("POST /tools", tool_body(delivery=api(auth=auth)))
    pal_id = await create_pal(client)
    answers = [
        created,
        await client.fetch(f"GET /tools/{created['tool_id']}"),
        (await client.fetch("GET /tools"))["data"][0],
        (await client.fetch(f"POST /pals/{pal_id}/tools", {"tool_ids": [created["tool_id"]]}))[
            "data"
        ][0],
        (await client.fetch(f"GET /pals/{pal_id}/tools/"))["data"][0],
        await client.fetch(f"PATCH /tools/{created['tool_id']}", {"tags": ["a"]}),
    ]

    for answer in answers:
        assert answer["delivery"]["app_message"] is False
        assert answer["delivery"]["api"]["auth"] == {**auth, secret: SECRET_MASK}
        assert "canary" not in str(answer)


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.tool_mask_refused")
@pytest.mark.parametrize(("auth", "secret"), AUTHS)
async def test_the_mask_is_refused_and_leaving_it_out_keeps_the_secret(
    auth: dict[str, Any], secret: str
) -> None:
    client = open_account()
    tool_id = await create_tool(client, delivery=api(auth=auth))
    scrubbed = {**auth, secret: SECRET_MASK}

    status, said = await client.refusal(f"PATCH /tools/{tool_id}", {"delivery": api(auth=scrubbed)})
    assert status == 400
    assert f"{secret} must be the value itself, found ********" in said["error"]

    without = {key: value for key, value in auth.items() if key != secret}
    await client.fetch(f"PATCH /tools/{tool_id}", {"delivery": api(auth=without, timeout=5)})
    await client.fetch(f"PATCH /tools/{tool_id}", {"delivery": api(timeout=6)})
    record = client.account.tools.get(tool_id)
    assert record is not None
    assert record["delivery"]["api"] == {**api()["api"], "timeout": 6, "auth": auth}


@pytest.mark.asyncio
async def test_an_auth_of_another_type_replaces_the_old_auth() -> None:
    client = open_account()
    tool_id = await create_tool(client, delivery=api(auth=AUTHS[0][0]))

    shown = await client.fetch(
        f"PATCH /tools/{tool_id}", {"delivery": api(auth={"type": "none"}, method="GET")}
    )
    assert shown["delivery"]["api"]["auth"] == {"type": "none"}
    shown = await client.fetch(f"PATCH /tools/{tool_id}", {"delivery": {"app_message": True}})
    assert shown["delivery"] == {"app_message": True}


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.tool_duplicate_name")
async def test_a_name_that_is_taken_is_a_409_until_the_tool_is_deleted() -> None:
    client = open_account()
    tool_id = await create_tool(client)
    other = await create_tool(client, "other")

    taken = (409, {"error": "A tool named 'get_order' already exists"})
    assert await client.refusal("POST /tools", tool_body()) == taken
    assert await client.refusal(f"PATCH /tools/{other}", {"name": "get_order"}) == taken
    await client.send(f"DELETE /tools/{tool_id}")
    assert await create_tool(client) != tool_id


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.tool_deleted_softly")
async def test_a_deleted_tool_is_gone_and_detached_everywhere() -> None:
    client = open_account()
    tool_id, other = await create_tool(client), await create_tool(client, "other")
    pal_id = await create_pal(client, tool_ids=[tool_id, other])

    answer = await client.send(f"DELETE /tools/{tool_id}")

    assert (answer.status, answer.body) == (204, None)
    assert await client.refusal(f"GET /tools/{tool_id}") == (404, {"error": "Tool not found"})
    assert await client.refusal(f"DELETE /tools/{tool_id}") == (
        404,
        {"error": "Tool not found"},
    )
    assert (await client.fetch(f"GET /pals/{pal_id}"))["tool_ids"] == [other]


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.system_tool")
async def test_the_system_s_own_tool_is_seen_and_never_changed() -> None:
    client = open_account()
    (system,) = (await client.fetch("GET /tools", type="system"))["data"]
    line = f"/tools/{system['tool_id']}"

    assert (system["name"], system["is_system_tool"]) == ("end_call", True)
    assert await client.refusal(f"PATCH {line}", {"tags": []}) == (
        400,
        {"error": "end_call is a system tool and cannot be changed"},
    )
    assert await client.refusal(f"DELETE {line}") == (
        400,
        {"error": "end_call is a system tool and cannot be deleted"},
    )
    assert await client.fetch(f"GET {line}") == system


@pytest.mark.asyncio
@pytest.mark.fidelity("rest.tool_listing")
async def test_tools_are_listed_by_type_name_and_order() -> None:
    client = open_account()
    first, second = (
        await create_tool(client, "get_order"),
        await create_tool(client, "cancel_order"),
    )
    await create_tool(client, "greet")

    async def names(**query: str) -> list[str]:
        return [row["name"] for row in (await client.fetch("GET /tools", **query))["data"]]

    assert await names() == ["get_order", "cancel_order", "greet"]
    assert await names(type="all") == ["end_call", "get_order", "cancel_order", "greet"]
    assert await names(name_or_uuid="ORDER", sort="descending") == ["cancel_order", "get_order"]
    assert await names(name_or_uuid=second[3:9].upper()) == ["cancel_order"]
    assert await names(limit="1", page="2") == ["cancel_order"]
    assert (await client.fetch("GET /tools", limit="1"))["total_count"] == 3
    assert first != second


@pytest.mark.asyncio
async def test_an_unknown_type_of_tools_is_a_400() -> None:
    status, said = await open_account().refusal("GET /tools", type="mine")

    assert (status, said["error"]) == (
        400,
        "Bad Request. {'type': [\"expected one of user, system, all, found 'mine'\"]}",
    )


@pytest.mark.asyncio
@given(st.text(min_size=1, max_size=30).filter(lambda text: text != SECRET_MASK))
async def test_no_answer_about_a_tool_contains_its_secret(secret: str) -> None:
    client = open_account()
    token = f"<{secret}>"

    created = await client.fetch(
        "POST /tools", tool_body(delivery=api(auth={"type": "bearer", "token": token}))
    )

    assert created["delivery"]["api"]["auth"] == {"type": "bearer", "token": SECRET_MASK}
