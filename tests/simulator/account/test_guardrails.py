"""`/guardrails`: single ones and the older sets."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.resources import guardrails
from tests.simulator.account.account import Desk

pytestmark = pytest.mark.asyncio

ONE = {"guardrail_name": "no_advice", "guardrail_prompt": "Give no advice."}


def desk() -> Desk:
    return Desk(guardrails.ROUTES)


def listed_as(row: dict[str, Any]) -> dict[str, Any]:
    """Return a guardrail as a row of the list, where its id is a `uuid` as well [client]."""
    return {"uuid": row.get("guardrail_id", row.get("guardrails_id")), **row}


async def made(at: Desk, **changes: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await at.get("POST /guardrails/", {**ONE, **changes})
    return answer


@pytest.mark.fidelity("resources.guardrail_shapes")
async def test_a_guardrail_of_its_own_is_answered_whole() -> None:
    row = await made(desk(), tags=["law"])
    stamps = {"created_at": row["created_at"], "updated_at": row["updated_at"]}
    assert row == {
        "guardrail_id": row["guardrail_id"],
        **ONE,
        "modality": "verbal",
        "callback_url": "",
        "app_message": True,
        "tags": ["law"],
        **stamps,
    }


@pytest.mark.fidelity("resources.guardrail_shapes")
async def test_a_body_with_data_is_a_set_and_the_list_tells_them_apart() -> None:
    at = desk()
    single = await made(at)
    one = await at.get("POST /guardrails", {"name": "Care", "data": [ONE]})
    assert one["name"] == "Care"
    assert one["data"][0]["guardrail_name"] == "no_advice"
    assert (await at.get("GET /guardrails", legacy="false"))["data"] == [listed_as(single)]
    assert (await at.get("GET /guardrails", legacy="true"))["data"] == [listed_as(one)]
    assert (await at.get("GET /guardrails"))["data"] == [listed_as(one)]
    assert await at.get(f"GET /guardrails/{one['guardrails_id']}", legacy="true") == one
    assert await at.get(f"GET /guardrails/{single['guardrail_id']}") == single


async def test_a_broken_rule_is_told_where_it_stands() -> None:
    at = desk()
    assert await at.refused("POST /guardrails", {**ONE, "guardrail_name": "no advice"}) == (
        400,
        {
            "error": "Bad Request. {'guardrail_name': [\"'no advice' cannot be the name of a "
            'guardrail: expected letters, digits and _ only"]}'
        },
    )
    wrong = {"name": "Care", "data": [ONE, {**ONE, "guardrail_prompt": ""}]}
    for path in ("/guardrails", "/guardrails/validate"):
        assert await at.refused(f"POST {path}", wrong) == (
            400,
            {
                "error": "Bad Request. {'data': {1: {'guardrail_prompt': "
                "['the guardrail_prompt is empty: expected what must not happen']}}}"
            },
        )
    status, _ = await at.refused("POST /guardrails", {"name": "x", "data": []})
    assert status == 400
    assert await at.get("POST /guardrails/validate", {"data": [ONE]}) == {"valid": True}


@pytest.mark.fidelity("resources.listed_names")
async def test_guardrails_are_filtered_by_tags_name_and_type() -> None:
    at = desk()
    law = listed_as(await made(at, tags=["law", "care"]))
    plain = listed_as(await made(at, guardrail_name="No_Prices"))
    only = {"legacy": "false"}
    assert (await at.get("GET /guardrails", **only, tags="x,care"))["data"] == [law]
    assert (await at.get("GET /guardrails", **only, name_or_uuid="no_p"))["data"] == [plain]
    assert (await at.get("GET /guardrails", **only, type="system"))["total_count"] == 0
    newest = await at.get("GET /guardrails", **only, sort="descending")
    assert newest["data"] == [plain, law]


@pytest.mark.fidelity("resources.tag_lists")
async def test_the_tags_in_use_are_listed_once_each() -> None:
    at = desk()
    await made(at, tags=["law", "care"])
    await made(at, guardrail_name="b", tags=["law"])
    assert await at.get("GET /guardrails/tags") == {"tags": ["care", "law"], "total_count": 2}
    found = await at.get("GET /guardrails/tags", search="LA")
    assert found == {"tags": ["law"], "total_count": 1}
    assert (await at.get("GET /guardrails/tags", limit="1", page="2"))["tags"] == ["law"]


@pytest.mark.fidelity("resources.guardrail_verbose")
async def test_verbose_adds_the_type_and_the_pals_that_hold_it() -> None:
    at = desk()
    key = (await made(at))["guardrail_id"]
    at.account.pals.put("p1", {"pal_id": "p1", "pal_name": "Dent", "guardrail_ids": [key]})
    at.account.pals.put("p2", {"pal_id": "p2", "pal_name": "Tax", "guardrail_ids": []})
    row = await at.get(f"GET /guardrails/{key}", verbose="true")
    assert row["guardrail_type"] == "user"
    assert row["persona_refs"] == [{"persona_id": "p1", "persona_name": "Dent"}]
    assert "persona_refs" not in await at.get(f"GET /guardrails/{key}")


@pytest.mark.fidelity("resources.guardrail_patch")
async def test_a_guardrail_is_patched_by_operations_and_by_a_plain_object() -> None:
    at = desk()
    line = f"PATCH /guardrails/{(await made(at))['guardrail_id']}"
    row = await at.get(line, [{"op": "add", "path": "/tool_call", "value": {"a": 1}}])
    assert row["tool_call"] == {"a": 1}
    assert (await at.get(line, {"guardrail_prompt": "None."}))["guardrail_prompt"] == "None."
    assert (await at.ask(line, {"guardrail_prompt": "None."})).status == 304
    cleared = await at.get(line, [{"op": "remove", "path": "/tool_call"}])
    assert "tool_call" not in cleared
    assert (await at.refused(line, [{"op": "replace", "path": "/tool_call", "value": {}}]))[
        0
    ] == 400
    assert await at.refused(line, "x") == (422, {"message": "Invalid JSON patch format"})


@pytest.mark.fidelity("resources.guardrail_patch")
async def test_a_change_that_breaks_a_rule_changes_nothing() -> None:
    at = desk()
    key = (await made(at))["guardrail_id"]
    for change in ({"guardrail_id": "g9"}, {"nope": 1}, {"modality": "smell"}):
        assert (await at.refused(f"PATCH /guardrails/{key}", change))[0] == 400
    assert (await at.get(f"GET /guardrails/{key}"))["modality"] == "verbal"


async def test_a_set_is_patched_as_a_whole() -> None:
    at = desk()
    key = (await at.get("POST /guardrails", {"name": "Care", "data": [ONE]}))["guardrails_id"]
    change = [{"op": "replace", "path": "/data/0/guardrail_prompt", "value": "New."}]
    assert (await at.get(f"PATCH /guardrails/{key}", change))["data"][0]["guardrail_prompt"] == (
        "New."
    )
    assert (await at.ask(f"PATCH /guardrails/{key}", change)).status == 304


@pytest.mark.fidelity("resources.delete_detaches")
async def test_a_deleted_guardrail_is_gone_from_its_pals() -> None:
    at = desk()
    key = (await made(at))["guardrail_id"]
    group = (await at.get("POST /guardrails", {"name": "Care", "data": [ONE]}))["guardrails_id"]
    pal = {"pal_id": "p1", "guardrail_ids": ["g0", key], "guardrails_id": group}
    at.account.pals.put("p1", pal)
    assert (await at.ask(f"DELETE /guardrails/{key}")).status == 204
    assert (pal["guardrail_ids"], pal["guardrails_id"]) == (["g0"], group)
    assert (await at.ask(f"DELETE /guardrails/{group}")).status == 204
    assert pal["guardrails_id"] is None
    assert await at.refused(f"DELETE /guardrails/{key}") == (404, {"error": "Guardrail not found"})
