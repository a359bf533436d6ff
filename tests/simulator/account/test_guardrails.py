"""`/guardrails`: single ones and the older sets."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.resources import guardrails
from tests.simulator.account.account import AccountClient

pytestmark = pytest.mark.asyncio

ONE = {"guardrail_name": "no_advice", "guardrail_prompt": "Give no advice."}


def open_account() -> AccountClient:
    return AccountClient(guardrails.ROUTES)


def listed_as(row: dict[str, Any]) -> dict[str, Any]:
    """Return a guardrail as a row of the list, where its id is a `uuid` as well [client]."""
    return {"uuid": row.get("guardrail_id", row.get("guardrails_id")), **row}


async def create_guardrail(client: AccountClient, **changes: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await client.fetch("POST /guardrails/", {**ONE, **changes})
    return answer


@pytest.mark.fidelity("resources.guardrail_shapes")
async def test_a_single_guardrail_is_answered_with_all_its_fields() -> None:
    row = await create_guardrail(open_account(), tags=["law"])
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
async def test_a_body_with_data_is_a_set_and_lists_separate_sets_from_guardrails() -> None:
    client = open_account()
    single = await create_guardrail(client)
    one = await client.fetch("POST /guardrails", {"name": "Care", "data": [ONE]})
    assert one["name"] == "Care"
    assert one["data"][0]["guardrail_name"] == "no_advice"
    assert (await client.fetch("GET /guardrails", legacy="false"))["data"] == [listed_as(single)]
    assert (await client.fetch("GET /guardrails", legacy="true"))["data"] == [listed_as(one)]
    assert (await client.fetch("GET /guardrails"))["data"] == [listed_as(one)]
    assert await client.fetch(f"GET /guardrails/{one['guardrails_id']}", legacy="true") == one
    assert await client.fetch(f"GET /guardrails/{single['guardrail_id']}") == single


async def test_a_broken_rule_is_reported_with_its_path() -> None:
    client = open_account()
    assert await client.refusal("POST /guardrails", {**ONE, "guardrail_name": "no advice"}) == (
        400,
        {
            "error": "Bad Request. {'guardrail_name': [\"'no advice' cannot be the name of a "
            'guardrail: expected letters, digits and _ only"]}'
        },
    )
    wrong = {"name": "Care", "data": [ONE, {**ONE, "guardrail_prompt": ""}]}
    for path in ("/guardrails", "/guardrails/validate"):
        assert await client.refusal(f"POST {path}", wrong) == (
            400,
            {
                "error": "Bad Request. {'data': {1: {'guardrail_prompt': "
                "['the guardrail_prompt is empty: expected what must not happen']}}}"
            },
        )
    status, _ = await client.refusal("POST /guardrails", {"name": "x", "data": []})
    assert status == 400
    assert await client.fetch("POST /guardrails/validate", {"data": [ONE]}) == {"valid": True}


@pytest.mark.fidelity("resources.listed_names")
async def test_guardrails_are_filtered_by_tags_name_and_type() -> None:
    client = open_account()
    law = listed_as(await create_guardrail(client, tags=["law", "care"]))
    plain = listed_as(await create_guardrail(client, guardrail_name="No_Prices"))
    only = {"legacy": "false"}
    assert (await client.fetch("GET /guardrails", **only, tags="x,care"))["data"] == [law]
    assert (await client.fetch("GET /guardrails", **only, name_or_uuid="no_p"))["data"] == [plain]
    assert (await client.fetch("GET /guardrails", **only, type="system"))["total_count"] == 0
    newest = await client.fetch("GET /guardrails", **only, sort="descending")
    assert newest["data"] == [plain, law]


@pytest.mark.fidelity("resources.tag_lists")
async def test_the_tags_in_use_are_listed_once_each() -> None:
    client = open_account()
    await create_guardrail(client, tags=["law", "care"])
    await create_guardrail(client, guardrail_name="b", tags=["law"])
    assert await client.fetch("GET /guardrails/tags") == {
        "tags": ["care", "law"],
        "total_count": 2,
    }
    found = await client.fetch("GET /guardrails/tags", search="LA")
    assert found == {"tags": ["law"], "total_count": 1}
    assert (await client.fetch("GET /guardrails/tags", limit="1", page="2"))["tags"] == ["law"]


@pytest.mark.fidelity("resources.guardrail_verbose")
async def test_verbose_adds_the_type_and_the_pals_of_a_guardrail() -> None:
    client = open_account()
    key = (await create_guardrail(client))["guardrail_id"]
    client.account.pals.put("p1", {"pal_id": "p1", "pal_name": "Dent", "guardrail_ids": [key]})
    client.account.pals.put("p2", {"pal_id": "p2", "pal_name": "Tax", "guardrail_ids": []})
    row = await client.fetch(f"GET /guardrails/{key}", verbose="true")
    assert row["guardrail_type"] == "user"
    assert row["persona_refs"] == [{"persona_id": "p1", "persona_name": "Dent"}]
    assert "persona_refs" not in await client.fetch(f"GET /guardrails/{key}")


@pytest.mark.fidelity("resources.guardrail_patch")
async def test_a_guardrail_is_patched_by_operations_and_by_a_plain_object() -> None:
    client = open_account()
    line = f"PATCH /guardrails/{(await create_guardrail(client))['guardrail_id']}"
    row = await client.fetch(line, [{"op": "add", "path": "/tool_call", "value": {"a": 1}}])
    assert row["tool_call"] == {"a": 1}
    assert (await client.fetch(line, {"guardrail_prompt": "None."}))["guardrail_prompt"] == "None."
    assert (await client.send(line, {"guardrail_prompt": "None."})).status == 304
    cleared = await client.fetch(line, [{"op": "remove", "path": "/tool_call"}])
    assert "tool_call" not in cleared
    assert (await client.refusal(line, [{"op": "replace", "path": "/tool_call", "value": {}}]))[
        0
    ] == 400
    assert await client.refusal(line, "x") == (422, {"message": "Invalid JSON patch format"})


@pytest.mark.fidelity("resources.guardrail_patch")
async def test_a_change_that_breaks_a_rule_changes_nothing() -> None:
    client = open_account()
    key = (await create_guardrail(client))["guardrail_id"]
    for change in ({"guardrail_id": "g9"}, {"nope": 1}, {"modality": "smell"}):
        assert (await client.refusal(f"PATCH /guardrails/{key}", change))[0] == 400
    assert (await client.fetch(f"GET /guardrails/{key}"))["modality"] == "verbal"


async def test_a_set_is_patched_as_a_whole() -> None:
    client = open_account()
    key = (await client.fetch("POST /guardrails", {"name": "Care", "data": [ONE]}))["guardrails_id"]
    change = [{"op": "replace", "path": "/data/0/guardrail_prompt", "value": "New."}]
    assert (await client.fetch(f"PATCH /guardrails/{key}", change))["data"][0][
        "guardrail_prompt"
    ] == ("New.")
    assert (await client.send(f"PATCH /guardrails/{key}", change)).status == 304


@pytest.mark.fidelity("resources.delete_detaches")
async def test_a_deleted_guardrail_is_gone_from_its_pals() -> None:
    client = open_account()
    key = (await create_guardrail(client))["guardrail_id"]
    group = (await client.fetch("POST /guardrails", {"name": "Care", "data": [ONE]}))[
        "guardrails_id"
    ]
    pal = {"pal_id": "p1", "guardrail_ids": ["g0", key], "guardrails_id": group}
    client.account.pals.put("p1", pal)
    assert (await client.send(f"DELETE /guardrails/{key}")).status == 204
    assert (pal["guardrail_ids"], pal["guardrails_id"]) == (["g0"], group)
    assert (await client.send(f"DELETE /guardrails/{group}")).status == 204
    assert pal["guardrails_id"] is None
    assert await client.refusal(f"DELETE /guardrails/{key}") == (
        404,
        {"error": "Guardrail not found"},
    )
