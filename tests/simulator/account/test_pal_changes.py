"""A PAL is changed, published, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.account.stocked import LAYER_SHAPE, create_pal, open_account

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("rest.pal_patched")
async def test_a_patch_accepts_both_spellings_of_a_field() -> None:
    client = open_account()
    pal_id = await create_pal(client)
    client.time += 60

    answer = await client.send(
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
    pal = await client.fetch(f"GET /pals/{pal_id}")
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
    client = open_account()
    pal_id = await create_pal(client)
    before = await client.fetch(f"GET /pals/{pal_id}")
    client.time += 60

    answer = await client.send(f"PATCH /pals/{pal_id}", patch)

    assert (answer.status, answer.body) == (304, None)
    assert await client.fetch(f"GET /pals/{pal_id}") == before


@pytest.mark.fidelity("rest.patch_format")
@pytest.mark.parametrize("patch", [None, {}, [{"op": "melt", "path": "/a"}]])
async def test_a_body_that_is_no_patch_is_a_422(patch: Any) -> None:
    client = open_account()

    assert await client.refusal(f"PATCH /pals/{await create_pal(client)}", patch) == (
        422,
        {"message": "Invalid JSON patch format"},
    )


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        (
            {"op": "replace", "path": "/layers/llm/model", "value": "m"},
            (
                "operation 0, replace '/layers/llm/model', cannot be applied: the pointer "
                "leads to no value"
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
async def test_a_patch_that_cannot_be_applied_is_refused_with_the_reason(
    operation: dict[str, Any], sentence: str
) -> None:
    client = open_account()
    pal_id = await create_pal(client)
    before = await client.fetch(f"GET /pals/{pal_id}")

    status, said = await client.refusal(f"PATCH /pals/{pal_id}", [operation])

    assert status == 400
    assert said["error"].startswith(sentence)
    assert await client.fetch(f"GET /pals/{pal_id}") == before


@pytest.mark.fidelity("rest.conferencing_alone")
async def test_conferencing_is_changed_in_a_patch_of_its_own() -> None:
    client = open_account()
    pal_id = await create_pal(client)
    alone = [{"op": "add", "path": "/layers/conferencing", "value": {"username": "support"}}]
    mixed = [*alone, {"op": "add", "path": "/greeting", "value": "Hello."}]

    assert await client.refusal(f"PATCH /pals/{pal_id}", mixed) == (
        400,
        {
            "error": "conferencing cannot be changed together with authored fields: "
            "send it in a patch of its own"
        },
    )
    pal = await client.fetch(f"PATCH /pals/{pal_id}", alone)
    invited = {"username": "support", "email": "support@tavusinvite.com"}
    assert pal["layers"]["conferencing"] == invited
    assert (await client.send(f"PATCH /pals/{pal_id}", alone)).status == 304


@pytest.mark.fidelity("rest.layer_keys_masked")
async def test_keys_in_layers_are_masked_and_survive_other_changes() -> None:
    client = open_account()
    pal_id = await create_pal(client, layers={"llm": {"api_key": "sk-canary", "model": "m"}})

    shown = await client.fetch(f"GET /pals/{pal_id}")
    await client.fetch(
        f"PATCH /pals/{pal_id}", [{"op": "add", "path": "/layers/llm/model", "value": "n"}]
    )

    assert shown["layers"]["llm"] == {"api_key": "********", "model": "m"}
    record = client.account.pals.get(pal_id)
    assert record is not None
    assert record["layers"]["llm"] == {"api_key": "sk-canary", "model": "n"}


@pytest.mark.parametrize("op", ["copy", "move"])
async def test_no_patch_reads_a_hidden_key(op: str) -> None:
    client = open_account()
    pal_id = await create_pal(client, layers={"llm": {"api_key": "sk-canary"}})

    await client.send(
        f"PATCH /pals/{pal_id}", [{"op": op, "from": "/layers/llm/api_key", "path": "/greeting"}]
    )
    status, _ = await client.refusal(
        f"PATCH /pals/{pal_id}",
        [{"op": "test", "path": "/layers/llm/api_key", "value": "sk-canary"}],
    )

    assert "sk-canary" not in str(await client.fetch(f"GET /pals/{pal_id}"))
    assert status == 400


@pytest.mark.fidelity("rest.pal_published")
async def test_a_published_pal_is_answered_as_published() -> None:
    client = open_account()
    pal_id = await create_pal(client)

    assert (await client.fetch(f"POST /pals/{pal_id}/publish"))["is_published"] is True
    assert (await client.fetch(f"GET /pals/{pal_id}"))["is_published"] is True


@pytest.mark.fidelity("rest.pal_deleted")
async def test_the_id_of_a_deleted_pal_is_unknown_and_never_reused() -> None:
    client = open_account()
    pal_id = await create_pal(client)

    answer = await client.send(f"DELETE /pals/{pal_id}")

    assert (answer.status, answer.body) == (204, None)
    assert await client.refusal(f"GET /pals/{pal_id}") == (
        400,
        {"error": "Invalid persona_id"},
    )
    assert await create_pal(client) != pal_id
