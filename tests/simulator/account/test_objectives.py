"""`/objectives`: sets of them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.resources import objectives
from tests.simulator.account.account import Desk

pytestmark = pytest.mark.asyncio


def desk() -> Desk:
    return Desk(objectives.ROUTES)


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
async def test_a_set_is_taken_and_answered_in_brief() -> None:
    answer = await desk().get("POST /objectives/", body("a", "b"))
    assert answer.keys() == {"objectives_id", "objective_name", "status", "created_at"}
    assert answer["objective_name"] == "Intake"
    assert answer["status"] == "active"
    assert answer["objectives_id"].startswith("o")


@pytest.mark.fidelity("resources.objectives_get")
async def test_the_data_of_a_set_is_the_list_of_its_objectives() -> None:
    at = desk()
    key = (await at.get("POST /objectives/", body("a", "b")))["objectives_id"]
    found = await at.get(f"GET /objectives/{key}")
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
async def test_a_set_is_held_to_the_rules_of_scenario_files(path: str, key: str) -> None:
    at = desk()
    assert await at.refused(f"POST {path}", {"name": "x", "data": [item("a"), item("b")]}) == (
        400,
        {
            key: "Bad Request. {'data': ['exactly one objective must come first, led to by no "
            "other, found 2: a, b']}"
        },
    )
    assert (await at.get("GET /objectives"))["total_count"] == 0


async def test_a_sound_set_is_valid_and_not_kept() -> None:
    at = desk()
    assert await at.get("POST /objectives/validate", body("a")) == {"valid": True}
    assert (await at.get("GET /objectives"))["total_count"] == 0


@pytest.mark.fidelity("resources.objectives_create")
async def test_an_unknown_key_is_named_and_one_of_the_services_own_is_refused() -> None:
    at = desk()
    assert await at.refused("POST /objectives", {**body("a"), "nam": "x"}) == (
        400,
        {"message": "Bad Request. {'nam': [\"unknown key 'nam'; did you mean 'name'?\"]}"},
    )
    assert await at.refused("POST /objectives", {**body("a"), "objectives_id": "o1"}) == (
        400,
        {
            "message": "Bad Request. {'objectives_id': "
            "['objectives_id is set by the service: leave it out']}"
        },
    )


async def test_sets_are_listed_by_name_and_none_is_tavus_own() -> None:
    at = desk()
    for name in ("One", "Two"):
        await at.get("POST /objectives", {**body("a"), "name": name})
    listed = await at.get("GET /objectives", name_or_uuid="tw")
    assert [row["objectives_name"] for row in listed["data"]] == ["Two"]
    assert (await at.get("GET /objectives", sort="descending"))["data"][0]["name"] == "Two"
    assert (await at.get("GET /objectives", type="all"))["total_count"] == 2
    assert (await at.get("GET /objectives", type="system"))["total_count"] == 0


@pytest.mark.fidelity("resources.objectives_patch")
async def test_a_set_is_patched_and_held_to_the_rules_anew() -> None:
    at = desk()
    key = (await at.get("POST /objectives/", body("a", "b")))["objectives_id"]
    change = [{"op": "replace", "path": "/data/0/objective_prompt", "value": "Ask again."}]
    assert await at.get(f"PATCH /objectives/{key}", change) == {
        "message": "Objective updated successfully"
    }
    assert (await at.get(f"GET /objectives/{key}"))["data"][0]["objective_prompt"] == "Ask again."
    assert (await at.ask(f"PATCH /objectives/{key}", change)).status == 304
    broken = [{"op": "replace", "path": "/data/0/next_required_objective", "value": "c"}]
    status, _ = await at.refused(f"PATCH /objectives/{key}", broken)
    assert status == 400
    assert (await at.get(f"GET /objectives/{key}"))["data"][0]["next_required_objective"] == "b"


async def test_a_patch_of_the_name_renames_the_set() -> None:
    at = desk()
    key = (await at.get("POST /objectives/", body("a")))["objectives_id"]
    await at.get(f"PATCH /objectives/{key}", [{"op": "add", "path": "/name", "value": "New"}])
    found = await at.get(f"GET /objectives/{key}")
    assert (found["name"], found["objective_name"]) == ("New", "New")
    assert await at.refused(
        f"PATCH /objectives/{key}", [{"op": "replace", "path": "/status", "value": "x"}]
    ) == (
        400,
        {
            "error": "operation 0, replace '/status', cannot be applied: "
            "there is nothing at that place"
        },
    )


@pytest.mark.fidelity("resources.objectives_not_found")
@pytest.mark.parametrize("line", ["GET /objectives/o1", "DELETE /objectives/o1"])
async def test_an_unknown_set_is_not_found(line: str) -> None:
    assert await desk().refused(line) == (404, {"error": "Objective not found"})


@pytest.mark.fidelity("resources.delete_detaches")
async def test_a_deleted_set_is_gone_from_its_pals() -> None:
    at = desk()
    key = (await at.get("POST /objectives/", body("a")))["objectives_id"]
    mine = at.account.pals.put("p1", {"pal_id": "p1", "objectives_id": key})
    other = at.account.pals.put("p2", {"pal_id": "p2", "objectives_id": "o2"})
    assert (await at.ask(f"DELETE /objectives/{key}")).status == 204
    assert (mine["objectives_id"], other["objectives_id"]) == (None, "o2")
    assert (await at.refused(f"GET /objectives/{key}"))[0] == 404


async def test_of_a_set_that_is_too_long_only_its_length_is_told() -> None:
    names = [f"o{number}" for number in range(2_000)]
    status, told = await desk().refused("POST /objectives", body(*names, names[0]))

    (sentence,) = told.values()
    assert (status, sentence) == (
        400,
        "Bad Request. {'data': ['a set has 1 to 50 objectives, found 2001']}",
    )
