"""A PAL with everything that the account keeps apart."""

from __future__ import annotations

import pytest

from pytest_tavus.errors import HarnessError
from pytest_tavus.simulator.account.requests.api import ApiRefusal
from pytest_tavus.simulator.account.resources.openings import build_pal
from pytest_tavus.simulator.account.store.stock import SKILLS, add_stock, reset_account
from tests.simulator.account.account import Desk
from tests.simulator.account.stocked import PAL

pytestmark = pytest.mark.asyncio

GUARDRAIL = {"guardrail_prompt": "Never swear."}


async def test_tools_objectives_and_guardrails_are_written_out_with_their_secrets() -> None:
    at = Desk()
    add_stock(at.account)
    auth = {"type": "bearer", "token": "canary"}
    delivery = {"api": {"url": "https://api.example.com/orders", "auth": auth}}
    tool = {"name": "get_order", "description": "Finds an order.", "delivery": delivery}
    tool_id = (await at.get("POST /tools", tool))["tool_id"]
    goal = {"objective_name": "greet", "objective_prompt": "Greet the caller."}
    goals = await at.get("POST /objectives/", {"name": "goals", "data": [goal]})
    named = await at.get("POST /guardrails/", {**GUARDRAIL, "guardrail_name": "named"})
    tagged = {**GUARDRAIL, "guardrail_name": "tagged", "tags": ["calm"]}
    await at.get("POST /guardrails/", tagged)
    await at.get("POST /guardrails/", {**tagged, "guardrail_name": "other", "tags": ["loud"]})
    created = await at.get(
        "POST /pals",
        {
            **PAL,
            "tool_ids": [tool_id],
            "objectives_id": goals["objectives_id"],
            "guardrail_ids": [named["guardrail_id"]],
            "guardrail_tags": ["calm"],
            "layers": {"llm": {"api_key": "layer-canary"}},
        },
    )

    pal = build_pal(at.account, created["pal_id"])

    assert (pal.pal_id, pal.pal_name) == (created["pal_id"], "Support")
    assert [one.name for one in pal.tools] == ["get_order"]
    assert pal.objectives is not None
    assert [one.objective_name for one in pal.objectives.data] == ["greet"]
    assert [one.guardrail_name for one in pal.guardrails] == ["named", "tagged"]
    assert {value for _, value in pal.secrets()} == {"canary", "layer-canary"}


async def test_an_older_set_of_guardrails_is_written_out_too() -> None:
    at = Desk()
    held = {"name": "set", "data": [{**GUARDRAIL, "guardrail_name": "held"}]}
    made = await at.get("POST /guardrails/", held)
    pal = await at.get("POST /pals", {**PAL, "guardrails_id": made["guardrails_id"]})

    assert [one.guardrail_name for one in build_pal(at.account, pal["pal_id"]).guardrails] == [
        "held"
    ]


async def test_a_pal_with_nothing_attached_has_nothing() -> None:
    at = Desk()
    await at.get("POST /guardrails/", {**GUARDRAIL, "guardrail_name": "of_another"})
    created = await at.get("POST /pals", PAL)

    pal = build_pal(at.account, created["pal_id"])

    assert (pal.tools, pal.objectives, pal.guardrails) == ((), None, ())


async def test_an_older_set_is_that_of_its_pal_only() -> None:
    at = Desk()
    held = {"name": "set", "data": [{**GUARDRAIL, "guardrail_name": "held"}]}
    await at.get("POST /guardrails/", held)
    pal = await at.get("POST /pals", PAL)

    assert build_pal(at.account, pal["pal_id"]).guardrails == ()


async def test_a_pal_that_is_not_there_is_refused() -> None:
    with pytest.raises(ApiRefusal) as refused:
        build_pal(Desk().account, "p0")

    assert refused.value.body == {"error": "Invalid persona_id"}


async def test_a_record_that_is_no_pal_is_a_bug_of_ours() -> None:
    at = Desk()
    created = await at.get("POST /pals", PAL)
    record = at.account.pals.get(created["pal_id"])
    assert record is not None
    record["greeting"] = 3

    with pytest.raises(HarnessError) as broken:
        build_pal(at.account, created["pal_id"])

    assert str(broken.value) == (
        f"the PAL '{created['pal_id']}' of the account is not valid: expected text, found 3"
    )


async def test_a_restocked_account_is_as_it_was_born() -> None:
    at = Desk()
    add_stock(at.account)
    first = (await at.get("POST /pals", PAL))["pal_id"]

    reset_account(at.account)

    assert [row["skill_id"] for row in at.account.skills.rows()] == list(SKILLS)
    assert (await at.get("GET /pals"))["data"] == []
    assert (await at.get("POST /pals", PAL))["pal_id"] == first
