"""``/pals``: what is created is listed, shown, changed, published, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pytest_tavus.contract.pal.pal import Pal
from tests.simulator.account.stocked import LAYER_SHAPE, PAL, create_pal, open_account

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("rest.pal_created")
async def test_a_created_pal_has_an_id_of_tavus_s_shape_and_every_field() -> None:
    pal = await open_account().fetch("POST /pals", PAL)

    assert pal["pal_id"].startswith("p")
    assert len(pal["pal_id"]) == 13
    assert {**pal, **PAL} == pal
    assert pal["created_at"] == pal["updated_at"] == "2026-09-21T14:13:20.000000Z"
    assert pal["layers"]["conversational_flow"] is None
    assert pal["tool_ids"] == []


async def test_an_answer_can_be_pasted_into_a_scenario() -> None:
    pal = await open_account().fetch("POST /pals", PAL)

    assert Pal.from_json(pal).pal_name == "Support"


async def test_the_same_requests_of_the_same_seed_give_the_same_ids() -> None:
    assert await create_pal(open_account()) == await create_pal(open_account())


@pytest.mark.fidelity("rest.aliased_routes")
async def test_the_older_route_answers_the_same_pal_in_the_former_words() -> None:
    client = open_account()
    flow = {"face_interruptibility": "low"}
    pal_id = await create_pal(
        client, pal_description="a clerk", layers={"conversational_flow": flow}
    )

    present = await client.fetch(f"GET /pals/{pal_id}/")
    former = await client.fetch(f"GET /personas/{pal_id}")

    assert (present["pal_id"], former["persona_id"]) == (pal_id, pal_id)
    assert former["default_replica_id"] == present["default_face_id"] == "r90bbd427f71"
    assert former["persona_name"] == present["pal_name"]
    assert former["persona_description"] == present["persona_description"] == "a clerk"
    assert former["layers"]["conversational_flow"] == {"replica_interruptibility": "low"}
    assert present["layers"]["conversational_flow"] == flow


@pytest.mark.fidelity("rest.pal_needs_a_face")
async def test_only_the_present_route_requires_a_face() -> None:
    body = {"pal_name": "Support", "system_prompt": "You help."}

    assert await open_account().refusal("POST /pals", body) == (
        400,
        {"error": "Bad Request. {'default_face_id': ['default_face_id is missing']}"},
    )
    former = await open_account().fetch(
        "POST /personas", {"persona_name": "Support", "system_prompt": "You help."}
    )
    assert former["default_replica_id"] is None


@pytest.mark.fidelity("rest.field_errors")
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"pal_nam": "x"},
            "{'pal_nam': [\"unknown key 'pal_nam'; did you mean 'pal_name'?\"]}",
        ),
        (
            {"system_prompt": None},
            (
                "{'system_prompt': [\"system_prompt is missing: expected it because "
                "pipeline_mode is "
                "'full'\"]}"
            ),
        ),
        (
            {"pipeline_mode": "echo"},
            "{'system_prompt': [\"system_prompt must be absent when pipeline_mode is 'echo'\"]}",
        ),
        (
            {"layers": {"llm": {"modle": "x"}}},
            (
                "{'layers': {'llm': {'modle': [\"unknown key 'modle' in the layer 'llm'; "
                "did you mean "
                "'model'?\"]}}}"
            ),
        ),
        (
            {"pipeline_mode": "echo", "system_prompt": None, "context": "It rains."},
            "{'context': [\"context must be absent when pipeline_mode is 'echo'\"]}",
        ),
        (
            {"tool_ids": [f"t{number}" for number in range(51)]},
            "{'tool_ids': ['a PAL can have at most 50 tools, found 51']}",
        ),
        ({"tool_ids": [""]}, "{'tool_ids': {0: ['a tool id must not be empty']}}"),
        ({"layers": {"llm": "sk-canary"}}, LAYER_SHAPE),
        ({"tool_ids": ["t0"]}, "{'tool_ids': [\"no record has the id 't0'\"]}"),
        ({"objectives_id": "o0"}, "{'objectives_id': [\"no record has the id 'o0'\"]}"),
        (
            {"pal_nmae": "p1"},
            "{'pal_nmae': [\"unknown key 'pal_nmae'; did you mean 'pal_name'?\"]}",
        ),
        (
            {"layers": {"tts": {"api_key": "********"}}},
            (
                "{'layers': {'tts': {'api_key': ['api_key must be the value itself, found "
                "********, "
                "which stands for a hidden secret; leave it out to keep the one there is']}}}"
            ),
        ),
    ],
)
async def test_a_wrong_body_is_refused_with_the_path_of_the_problem(
    fields: dict[str, Any], sentence: str
) -> None:
    assert await open_account().refusal("POST /pals", {**PAL, **fields}) == (
        400,
        {"error": f"Bad Request. {sentence}"},
    )


@pytest.mark.parametrize("body", [None, [], "text", 3, True])
async def test_a_body_that_is_no_object_is_refused(body: Any) -> None:
    status, said = await open_account().refusal("POST /pals", body)

    assert status == 400
    assert said["error"].startswith("Bad Request. {'_schema': ['expected a JSON object, found ")


@pytest.mark.fidelity("rest.pages_from_one")
async def test_pals_are_listed_the_oldest_first_page_0_being_page_1() -> None:
    client = open_account()
    ids = [await create_pal(client, pal_name=f"n{number}") for number in range(12)]

    first = await client.fetch("GET /pals", page="0")
    second = await client.fetch("GET /pals", page="2")
    newest = await client.fetch("GET /pals", sort="desc", limit="1")

    assert first == await client.fetch("GET /pals", page="1")
    assert [row["pal_id"] for row in first["data"]] == ids[:10]
    assert [row["pal_id"] for row in second["data"]] == ids[10:]
    assert newest["data"][0]["pal_id"] == ids[-1]
    assert first["total_count"] == 12


async def test_pals_are_listed_by_type_and_in_the_words_of_the_route() -> None:
    client = open_account()
    pal_id = await create_pal(client)

    assert (await client.fetch("GET /pals", pal_type="system"))["data"] == []
    rows = (await client.fetch("GET /personas", persona_type="user"))["data"]
    assert [row["persona_id"] for row in rows] == [pal_id]


@pytest.mark.fidelity("rest.pal_unknown")
@pytest.mark.parametrize("line", ["GET", "PATCH", "DELETE"])
async def test_an_unknown_pal_is_a_400_that_names_persona_id(line: str) -> None:
    assert await open_account().refusal(f"{line} /pals/p0", []) == (
        400,
        {"error": "Invalid persona_id"},
    )


async def test_one_pal_can_be_answered_as_the_documents_show_it() -> None:
    client = open_account()
    client.account.options = replace(client.account.options, wrapped_pal=True)
    pal_id = await create_pal(client)

    rows = (await client.fetch(f"GET /personas/{pal_id}"))["data"]
    assert [row["persona_id"] for row in rows] == [pal_id]


async def test_a_name_can_lose_its_punctuation() -> None:
    client = open_account()
    assert (await client.fetch("POST /pals", {**PAL, "pal_name": "Help (v2)!"}))["pal_name"] == (
        "Help (v2)!"
    )
    client.account.options = replace(client.account.options, plain_names=True)
    assert (await client.fetch("POST /pals", {**PAL, "pal_name": "Help (v2)!"}))[
        "pal_name"
    ] == "Help v2"


async def test_an_option_accepts_only_faces_of_the_account() -> None:
    client = open_account()
    assert await create_pal(client, default_face_id="rffffffffff")
    client.account.options = replace(client.account.options, any_face=False)
    assert await create_pal(client)
    assert await client.refusal("POST /pals", {**PAL, "default_face_id": "r0"}) == (
        400,
        {"error": "Invalid replica_id"},
    )
