"""``/skills`` and ``/pals/{pal_id}/skills``."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.account.account import AccountClient
from tests.simulator.account.stocked import open_account_with_pal

pytestmark = pytest.mark.asyncio


async def open_account() -> tuple[AccountClient, str]:
    made, pal_id = await open_account_with_pal()
    return made, f"/pals/{pal_id}/skills"


@pytest.mark.fidelity("rest.skill_registry")
async def test_the_registry_has_the_four_skills_with_their_columns() -> None:
    client, _ = await open_account()

    answer = await client.fetch("GET /skills")

    assert [row["skill_id"] for row in answer["data"]] == [
        "magic_canvas",
        "presentation",
        "internet_search",
        "memory",
    ]
    memory = await client.fetch("GET /skills/memory/")
    assert memory == answer["data"][3]
    assert memory.keys() == {"skill_id", "display_name", "description", "tool_names"}
    assert await client.refusal("GET /skills/flight") == (404, {"error": "Skill not found"})


@pytest.mark.fidelity("rest.skills_of_a_pal")
async def test_skills_are_attached_shown_by_id_and_detached() -> None:
    client, skills = await open_account()
    assert await client.fetch(f"GET {skills}/") == {}

    attached = await client.fetch(f"PUT {skills}/memory", {"config": {}})

    assert attached == {"skill_id": "memory", "config": {}}
    assert await client.fetch(f"GET {skills}") == {"memory": attached}
    assert await client.fetch(f"GET {skills}/memory") == attached
    answer = await client.send(f"DELETE {skills}/memory")
    assert (answer.status, answer.body) == (204, None)
    gone = (404, {"error": "Skill is not attached to this PAL"})
    assert await client.refusal(f"GET {skills}/memory") == gone
    assert await client.refusal(f"PATCH {skills}/memory", {"config": {}}) == gone
    assert await client.refusal(f"DELETE {skills}/memory") == gone


@pytest.mark.fidelity("rest.skill_put_and_patch")
async def test_put_replaces_and_patch_merges_and_null_removes() -> None:
    client, skills = await open_account()
    one = f"{skills}/magic_canvas"
    await client.fetch(f"PUT {one}", {"config": {"components": {"text": {"on": True}}, "a": 1}})

    merged = await client.fetch(
        f"PATCH {one}", {"config": {"components": {"text": None, "chart": {}}, "b": 2}}
    )
    assert merged["config"] == {"components": {"chart": {}}, "a": 1, "b": 2}
    overwritten = await client.fetch(f"PUT {one}", {"config": {"c": 3}})
    assert overwritten["config"] == {"c": 3}


@pytest.mark.fidelity("rest.skills_replaced")
async def test_the_whole_set_is_replaced_at_once() -> None:
    client, skills = await open_account()
    await client.fetch(f"PUT {skills}/memory")

    shown = await client.fetch(
        f"PUT {skills}/", {"skills": {"internet_search": None, "presentation": {"prompt": "p"}}}
    )

    assert shown == {
        "internet_search": {"skill_id": "internet_search", "config": {}},
        "presentation": {"skill_id": "presentation", "config": {"prompt": "p"}},
    }
    assert await client.fetch(f"GET {skills}") == shown


@pytest.mark.parametrize(
    ("line", "body", "sentence"),
    [
        (
            "PUT {skills}/memory",
            {"config": {"days": 3}},
            (
                "Bad Request. {'config': [\"unknown key 'days' for memory: expected none: "
                "it has no "
                'configuration"]}'
            ),
        ),
        (
            "PUT {skills}/presentation",
            {"config": {"slides_trigger": "at_dawn"}},
            (
                "Bad Request. {'config': [\"slides_trigger must be on_demand or "
                "walk_the_deck, found "
                "'at_dawn'\"]}"
            ),
        ),
        (
            "PUT {skills}/presentation",
            {"config": {"document_ids": "d1"}},
            "Bad Request. {'config': ['document_ids must be a list of ids']}",
        ),
        (
            "PUT {skills}",
            {"skills": {"memory": 3}},
            "Bad Request. {'skills': [\"expected an object for 'memory'\"]}",
        ),
        (
            "PUT {skills}/memory",
            {"confg": {}},
            "Bad Request. {'confg': [\"unknown key 'confg'; did you mean 'config'?\"]}",
        ),
    ],
)
async def test_a_wrong_skill_configuration_is_refused(line: str, body: Any, sentence: str) -> None:
    client, skills = await open_account()

    assert await client.refusal(line.format(skills=skills), body) == (400, {"error": sentence})
    assert await client.fetch(f"GET {skills}") == {}


async def test_skills_of_a_pal_that_is_not_there_are_a_400() -> None:
    client, _ = await open_account()

    assert await client.refusal("GET /pals/p0/skills") == (
        400,
        {"error": "Invalid persona_id"},
    )


async def test_a_pal_is_shown_without_its_skills() -> None:
    client, skills = await open_account()
    await client.fetch(f"PUT {skills}/memory")

    assert "skills" not in await client.fetch(f"GET {skills.removesuffix('/skills')}")
