"""A PAL is changed, published, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.account.stocked import LAYER_SHAPE, desk, made_pal

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("rest.pal_patched")
async def test_a_patch_changes_what_it_names_in_either_spelling() -> None:
    at = desk()
    pal_id = await made_pal(at)
    at.time += 60

    answer = await at.ask(
        f"PATCH /pals/{pal_id}",
        [
            {"op": "replace", "path": "/greeting", "value": "Hello."},
            {"op": "replace", "path": "/persona_description", "value": "a clerk"},
            {"op": "add", "path": "/default_replica_id", "value": "r2"},
            {"op": "replace", "path": "/layers/conversational_flow", "value": {}},
            {
                "op": "add",
                "path": "/layers/conversational_flow/replica_interruptibility",
                "value": "high",
            },
        ],
    )

    assert answer.status == 200
    pal = await at.get(f"GET /pals/{pal_id}")
    assert pal == answer.body
    assert pal["greeting"] == "Hello."
    assert pal["persona_description"] == "a clerk"
    assert pal["default_face_id"] == "r2"
    assert pal["layers"]["conversational_flow"] == {"face_interruptibility": "high"}
    assert pal["updated_at"] == "2026-09-21T14:14:20.000000Z"


@pytest.mark.fidelity("rest.no_op_patch")
@pytest.mark.parametrize(
    "patch",
    [
        [],
        [{"op": "replace", "path": "/pal_name", "value": "Support"}],
        [{"op": "remove", "path": "/greeting"}],
        [{"op": "test", "path": "/pal_name", "value": "Support"}],
    ],
)
async def test_a_patch_that_changes_nothing_is_a_304_without_a_body(patch: Any) -> None:
    at = desk()
    pal_id = await made_pal(at)
    before = await at.get(f"GET /pals/{pal_id}")
    at.time += 60

    answer = await at.ask(f"PATCH /pals/{pal_id}", patch)

    assert (answer.status, answer.body) == (304, None)
    assert await at.get(f"GET /pals/{pal_id}") == before


@pytest.mark.fidelity("rest.patch_format")
@pytest.mark.parametrize("patch", [None, {}, [{"op": "melt", "path": "/a"}]])
async def test_what_is_no_patch_is_a_422(patch: Any) -> None:
    at = desk()

    assert await at.refused(f"PATCH /pals/{await made_pal(at)}", patch) == (
        422,
        {"message": "Invalid JSON patch format"},
    )


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        (
            {"op": "replace", "path": "/layers/llm/model", "value": "m"},
            (
                "operation 0, replace '/layers/llm/model', cannot be applied: there is nothing at "
                "that place"
            ),
        ),
        (
            {"op": "add", "path": "/pal_id", "value": "p2"},
            "Bad Request. {'pal_id': ['pal_id is set by the server and cannot be changed']}",
        ),
        (
            {"op": "add", "path": "/persona_idea", "value": 1},
            "Bad Request. {'persona_idea': [\"unknown key 'persona_idea'; one of: ",
        ),
        (
            {"op": "add", "path": "/layers/llm", "value": {"tools": []}},
            (
                "Bad Request. {'layers': {'llm': {'tools': [\"tools written inside the layer 'llm' "
                "are no longer supported; "
            ),
        ),
        (
            {"op": "add", "path": "/layers", "value": []},
            "Bad Request. {'layers': ['expected a mapping, found a list",
        ),
        ({"op": "add", "path": "/layers/llm", "value": "m"}, f"Bad Request. {LAYER_SHAPE}"),
        (
            {"op": "add", "path": "/layers/llm", "value": {"api_key": "********"}},
            "Bad Request. {0: {'value': {'api_key': ['expected the value itself, found ********, ",
        ),
    ],
)
async def test_a_patch_that_cannot_be_is_told_why(operation: dict[str, Any], sentence: str) -> None:
    at = desk()
    pal_id = await made_pal(at)
    before = await at.get(f"GET /pals/{pal_id}")

    status, said = await at.refused(f"PATCH /pals/{pal_id}", [operation])

    assert status == 400
    assert said["error"].startswith(sentence)
    assert await at.get(f"GET /pals/{pal_id}") == before


@pytest.mark.fidelity("rest.conferencing_alone")
async def test_conferencing_is_changed_in_a_patch_of_its_own() -> None:
    at = desk()
    pal_id = await made_pal(at)
    alone = [{"op": "add", "path": "/layers/conferencing", "value": {"username": "support"}}]
    mixed = [*alone, {"op": "add", "path": "/greeting", "value": "Hello."}]

    assert await at.refused(f"PATCH /pals/{pal_id}", mixed) == (
        400,
        {
            "error": "conferencing cannot be changed together with authored fields: "
            "send it in a patch of its own"
        },
    )
    pal = await at.get(f"PATCH /pals/{pal_id}", alone)
    invited = {"username": "support", "email": "support@tavusinvite.com"}
    assert pal["layers"]["conferencing"] == invited
    assert (await at.ask(f"PATCH /pals/{pal_id}", alone)).status == 304


@pytest.mark.fidelity("rest.layer_keys_masked")
async def test_keys_in_layers_are_masked_and_survive_other_changes() -> None:
    at = desk()
    pal_id = await made_pal(at, layers={"llm": {"api_key": "sk-canary", "model": "m"}})

    shown = await at.get(f"GET /pals/{pal_id}")
    await at.get(
        f"PATCH /pals/{pal_id}", [{"op": "add", "path": "/layers/llm/model", "value": "n"}]
    )

    assert shown["layers"]["llm"] == {"api_key": "********", "model": "m"}
    record = at.account.pals.get(pal_id)
    assert record is not None
    assert record["layers"]["llm"] == {"api_key": "sk-canary", "model": "n"}


@pytest.mark.parametrize("op", ["copy", "move"])
async def test_no_patch_reads_a_hidden_key(op: str) -> None:
    at = desk()
    pal_id = await made_pal(at, layers={"llm": {"api_key": "sk-canary"}})

    await at.ask(
        f"PATCH /pals/{pal_id}", [{"op": op, "from": "/layers/llm/api_key", "path": "/greeting"}]
    )
    status, _ = await at.refused(
        f"PATCH /pals/{pal_id}",
        [{"op": "test", "path": "/layers/llm/api_key", "value": "sk-canary"}],
    )

    assert "sk-canary" not in str(await at.get(f"GET /pals/{pal_id}"))
    assert status == 400


@pytest.mark.fidelity("rest.pal_published")
async def test_a_published_pal_says_so() -> None:
    at = desk()
    pal_id = await made_pal(at)

    assert (await at.get(f"POST /pals/{pal_id}/publish"))["is_published"] is True
    assert (await at.get(f"GET /pals/{pal_id}"))["is_published"] is True


@pytest.mark.fidelity("rest.pal_deleted")
async def test_a_deleted_pal_is_gone_and_its_id_is_not_given_again() -> None:
    at = desk()
    pal_id = await made_pal(at)

    answer = await at.ask(f"DELETE /pals/{pal_id}")

    assert (answer.status, answer.body) == (204, None)
    assert await at.refused(f"GET /pals/{pal_id}") == (400, {"error": "Invalid persona_id"})
    assert await made_pal(at) != pal_id
