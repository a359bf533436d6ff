"""`/objectives`: sets of them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.resources import objectives
from tests.simulator.account.account import AccountClient

pytestmark = pytest.mark.asyncio


def open_account() -> AccountClient:
    return AccountClient(objectives.ROUTES)


def item(name: str, **changes: Any) -> dict[str, Any]:
    return {"objective_name": name, "objective_prompt": "Ask.", **changes}


def body(*names: str) -> dict[str, Any]:
    after = [*names[1:], None]
    return {
        "name": "Intake",
        "data": [
            item(one, **({"next_required_objective": two} if two else {}))
            for one, two in zip(names, after, strict=True)
        ],
    }


@pytest.mark.fidelity("resources.objectives_create")
async def test_the_answer_to_a_created_set_has_four_fields() -> None:
    answer = await open_account().fetch("POST /objectives/", body("a", "b"))
    assert answer.keys() == {"objectives_id", "objective_name", "status", "created_at"}
    assert answer["objective_name"] == "Intake"
    assert answer["status"] == "active"
    assert answer["objectives_id"].startswith("o")


@pytest.mark.fidelity("resources.objectives_get")
async def test_the_data_of_a_set_is_the_list_of_its_objectives() -> None:
    client = open_account()
    key = (await client.fetch("POST /objectives/", body("a", "b")))["objectives_id"]
    found = await client.fetch(f"GET /objectives/{key}")
    assert [one["objective_name"] for one in found["data"]] == ["a", "b"]
    assert found["data"][0] == {
        "objective_name": "a",
        "objective_prompt": "Ask.",
        "confirmation_mode": "auto",
        "output_variables": [],
        "modality": "verbal",
        "next_required_objective": "b",
        "next_conditional_objectives": {},
        "callback_url": "",
    }
    assert found["allow_loops"] is False


@pytest.mark.fidelity("resources.objectives_rules")
@pytest.mark.parametrize(
    ("path", "key"), [("/objectives/", "message"), ("/objectives/validate", "error")]
)
async def test_a_set_that_breaks_a_rule_of_scenario_files_is_refused(path: str, key: str) -> None:
    client = open_account()
    assert await client.refusal(f"POST {path}", {"name": "x", "data": [item("a"), item("b")]}) == (
        400,
        {
            key: "Bad Request. {'data': ['exactly one objective must come first, led to by no "
            "other, found 2: a, b']}"
        },
    )
    assert (await client.fetch("GET /objectives"))["total_count"] == 0


async def test_validating_a_set_does_not_add_it() -> None:
    client = open_account()
    assert await client.fetch("POST /objectives/validate", body("a")) == {"valid": True}
    assert (await client.fetch("GET /objectives"))["total_count"] == 0


@pytest.mark.fidelity("resources.objectives_create")
async def test_unknown_keys_and_fields_of_the_service_are_refused() -> None:
    client = open_account()
    assert await client.refusal("POST /objectives", {**body("a"), "nam": "x"}) == (
        400,
        {"message": "Bad Request. {'nam': [\"unknown key 'nam'; did you mean 'name'?\"]}"},
    )
    assert await client.refusal("POST /objectives", {**body("a"), "objectives_id": "o1"}) == (
        400,
        {
            "message": "Bad Request. {'objectives_id': "
            "['objectives_id is set by the service: leave it out']}"
        },
    )


async def test_sets_are_listed_by_name_and_none_is_tavus_own() -> None:
    client = open_account()
    for name in ("One", "Two"):
        await client.fetch("POST /objectives", {**body("a"), "name": name})
    listed = await client.fetch("GET /objectives", name_or_uuid="tw")
    assert [row["objectives_name"] for row in listed["data"]] == ["Two"]
    assert (await client.fetch("GET /objectives", sort="descending"))["data"][0]["name"] == "Two"
    assert (await client.fetch("GET /objectives", type="all"))["total_count"] == 2
    assert (await client.fetch("GET /objectives", type="system"))["total_count"] == 0


@pytest.mark.fidelity("resources.objectives_patch")
async def test_a_patched_set_must_keep_the_rules() -> None:
    client = open_account()
    key = (await client.fetch("POST /objectives/", body("a", "b")))["objectives_id"]
    change = [{"op": "replace", "path": "/data/0/objective_prompt", "value": "Ask again."}]
    assert await client.fetch(f"PATCH /objectives/{key}", change) == {
        "message": "Objective updated successfully"
    }
    assert (await client.fetch(f"GET /objectives/{key}"))["data"][0][
        "objective_prompt"
    ] == "Ask again."
    assert (await client.send(f"PATCH /objectives/{key}", change)).status == 304
    broken = [{"op": "replace", "path": "/data/0/next_required_objective", "value": "c"}]
    status, _ = await client.refusal(f"PATCH /objectives/{key}", broken)
    assert status == 400
    assert (await client.fetch(f"GET /objectives/{key}"))["data"][0][
        "next_required_objective"
    ] == "b"


async def test_a_patch_of_the_name_renames_the_set() -> None:
    client = open_account()
    key = (await client.fetch("POST /objectives/", body("a")))["objectives_id"]
    await client.fetch(f"PATCH /objectives/{key}", [{"op": "add", "path": "/name", "value": "New"}])
    found = await client.fetch(f"GET /objectives/{key}")
    assert (found["name"], found["objective_name"]) == ("New", "New")
    assert await client.refusal(
        f"PATCH /objectives/{key}", [{"op": "replace", "path": "/status", "value": "x"}]
    ) == (
        400,
        {
            "error": "operation 0, replace '/status', cannot be applied: "
            "the pointer leads to no value"
        },
    )


@pytest.mark.fidelity("resources.objectives_not_found")
@pytest.mark.parametrize("line", ["GET /objectives/o1", "DELETE /objectives/o1"])
async def test_an_unknown_set_is_not_found(line: str) -> None:
    assert await open_account().refusal(line) == (404, {"error": "Objective not found"})


@pytest.mark.fidelity("resources.delete_detaches")
async def test_a_deleted_set_is_gone_from_its_pals() -> None:
    client = open_account()
    key = (await client.fetch("POST /objectives/", body("a")))["objectives_id"]
    mine = client.account.pals.put("p1", {"pal_id": "p1", "objectives_id": key})
    other = client.account.pals.put("p2", {"pal_id": "p2", "objectives_id": "o2"})
    assert (await client.send(f"DELETE /objectives/{key}")).status == 204
    assert (mine["objectives_id"], other["objectives_id"]) == (None, "o2")
    assert (await client.refusal(f"GET /objectives/{key}"))[0] == 404


async def test_the_refusal_of_a_too_long_set_names_its_length_only() -> None:
    names = [f"o{number}" for number in range(2_000)]
    status, told = await open_account().refusal("POST /objectives", body(*names, names[0]))

    (sentence,) = told.values()
    assert (status, sentence) == (
        400,
        "Bad Request. {'data': ['a set has 1 to 50 objectives, found 2001']}",
    )
