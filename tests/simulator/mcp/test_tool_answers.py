"""What single tools answer beyond their shape."""

from __future__ import annotations

import pytest

from pytest_tavus.simulator.account.requests.api import ApiAnswer
from pytest_tavus.simulator.mcp.answers import DEPLOYMENT_OPTIONS
from pytest_tavus.simulator.mcp.toolbox import ToolBox
from tests.simulator.mcp.box import StubApi, answer_always
from tests.simulator.mcp.filled_account import fill_account
from tests.simulator.mcp.valid_calls import LINKS

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("mcp.links")
async def test_a_pal_comes_with_the_pages_of_the_web_builder() -> None:
    async with fill_account() as account:
        answer = await account.toolbox.value("tavus_pal_preview", pal_id=account.ids.pal_id)

    page = f"https://maker.tavus.io/dev/pals/update?pal_id={account.ids.pal_id}"
    modes = ["", "&mode=test", "&mode=deploy"]
    assert [answer[key] for key in LINKS.split()] == [f"{page}{mode}" for mode in modes]
    kinds = ["meeting", "landing-page", "embed", "widget"]
    assert [option["type"] for option in answer["deployment_options"]] == kinds
    assert len(DEPLOYMENT_OPTIONS) == 4


@pytest.mark.fidelity("mcp.perception_bump")
async def test_attaching_a_tool_that_sees_switches_perception_on_once() -> None:
    async with fill_account() as account:
        pal_id, tool_ids = account.ids.pal_id, [account.ids.vision_id]
        first = await account.toolbox.value(
            "tavus_pal_tools_attach", pal_id=pal_id, tool_ids=tool_ids
        )
        again = await account.toolbox.value(
            "tavus_pal_tools_attach", pal_id=pal_id, tool_ids=tool_ids
        )
        pal = await account.toolbox.value("tavus_pal_get", pal_id=pal_id)

    assert first["_perception_model_bumped_to_raven_1"] is True
    assert again["_perception_model_bumped_to_raven_1"] is False
    assert pal["layers"]["perception"]["perception_model"] == "raven-1"


@pytest.mark.fidelity("mcp.reuse_advisory")
async def test_a_new_tool_comes_with_those_of_its_origin() -> None:
    async with fill_account() as account:
        made = await account.toolbox.value(
            "tavus_tool_create", name="smell", description="Smells gas.", origin="vision"
        )

    advisory = made["_tool_reuse_advisory"]
    assert advisory["new_tool"] == {"name": "smell", "origin": "vision"}
    assert [one["name"] for one in advisory["matching_saved_tools"]] == ["see", "smell"]
    assert advisory["name_collision_tool_id"] == made["tool_id"]


@pytest.mark.fidelity("mcp.compact_rows")
async def test_lists_of_pals_and_tools_have_short_rows() -> None:
    async with fill_account() as account:
        pals = await account.toolbox.value("tavus_pal_list")
        tools = await account.toolbox.value("tavus_tool_list", limit=1)

    assert list(pals["data"][0]) == [
        "pal_id",
        "name",
        "description",
        "is_published",
        "pipeline_mode",
        "updated_at",
    ]
    row = {"tool_id": account.ids.tool_id, "name": "find", "is_system_tool": False}
    assert tools == {"data": [row], "returned_count": 1, "total_count": 2}


async def test_all_tools_are_listed_however_many_pages_they_fill() -> None:
    async with fill_account() as account:
        for number in range(120):
            body = {"name": f"tool_{number}", "description": "One of many."}
            await account.toolbox.api.call("POST", "/tools", body=body)
        listed = await account.toolbox.value("tavus_tool_list")

    assert (listed["returned_count"], listed["total_count"]) == (122, 122)


async def test_a_health_check_without_access_says_why() -> None:
    refusal = ApiAnswer(status=401, body={"message": "Invalid access token"})
    checked = (await ToolBox(StubApi(answer_always(refusal))).call("tavus_mcp_health_check")).value

    assert checked["ok"] is False
    assert checked["checks"]["tavus_api"]["error"] == (
        "GET /pals was refused with 401: Invalid access token"
    )


async def test_a_deployment_is_named_after_its_pal_and_numbered_where_the_name_is_taken() -> None:
    async with fill_account() as account:
        names = [
            (
                await account.toolbox.value(
                    "tavus_deployment_create",
                    pal_id=account.ids.pal_id,
                    channel="embed",
                    unique_memory_per_visitor=True,
                    allowed_origins=[],
                )
            )["name"]
            for _ in range(2)
        ]

    assert names == ["Ada Embed 2", "Ada Embed 3"]
