"""A PAL with everything that the account keeps apart."""

from __future__ import annotations

import pytest

from pytest_tavus.errors import HarnessError
from pytest_tavus.simulator.account.requests.api import ApiRefusal
from pytest_tavus.simulator.account.resources.openings import build_pal
from pytest_tavus.simulator.account.store.stock import SKILLS, add_stock, reset_account
from tests.simulator.account.account import AccountClient
from tests.simulator.account.stocked import PAL

pytestmark = pytest.mark.asyncio

GUARDRAIL = {"guardrail_prompt": "Never swear."}


async def test_a_built_pal_has_tools_objectives_and_guardrails_with_secrets() -> None:
    client = AccountClient()
    add_stock(client.account)
    auth = {"type": "bearer", "token": "canary"}
    delivery = {"api": {"url": "https://api.example.com/orders", "auth": auth}}
    tool = {"name": "get_order", "description": "Finds an order.", "delivery": delivery}
    tool_id = (await client.fetch("POST /tools", tool))["tool_id"]
    goal = {"objective_name": "greet", "objective_prompt": "Greet the caller."}
    goals = await client.fetch("POST /objectives/", {"name": "goals", "data": [goal]})
    named = await client.fetch("POST /guardrails/", {**GUARDRAIL, "guardrail_name": "named"})
    tagged = {**GUARDRAIL, "guardrail_name": "tagged", "tags": ["calm"]}
    await client.fetch("POST /guardrails/", tagged)
    await client.fetch("POST /guardrails/", {**tagged, "guardrail_name": "other", "tags": ["loud"]})
    created = await client.fetch(
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

    pal = build_pal(client.account, created["pal_id"])

    assert (pal.pal_id, pal.pal_name) == (created["pal_id"], "Support")
    assert [one.name for one in pal.tools] == ["get_order"]
    assert pal.objectives is not None
    assert [one.objective_name for one in pal.objectives.data] == ["greet"]
    assert [one.guardrail_name for one in pal.guardrails] == ["named", "tagged"]
    assert {value for _, value in pal.secrets()} == {"canary", "layer-canary"}


async def test_the_guardrails_of_an_older_set_are_included() -> None:
    client = AccountClient()
    held = {"name": "set", "data": [{**GUARDRAIL, "guardrail_name": "held"}]}
    made = await client.fetch("POST /guardrails/", held)
    pal = await client.fetch("POST /pals", {**PAL, "guardrails_id": made["guardrails_id"]})

    assert [one.guardrail_name for one in build_pal(client.account, pal["pal_id"]).guardrails] == [
        "held"
    ]


async def test_a_pal_without_attachments_has_no_parts() -> None:
    client = AccountClient()
    await client.fetch("POST /guardrails/", {**GUARDRAIL, "guardrail_name": "of_another"})
    created = await client.fetch("POST /pals", PAL)

    pal = build_pal(client.account, created["pal_id"])

    assert (pal.tools, pal.objectives, pal.guardrails) == ((), None, ())


async def test_an_older_set_is_that_of_its_pal_only() -> None:
    client = AccountClient()
    held = {"name": "set", "data": [{**GUARDRAIL, "guardrail_name": "held"}]}
    await client.fetch("POST /guardrails/", held)
    pal = await client.fetch("POST /pals", PAL)

    assert build_pal(client.account, pal["pal_id"]).guardrails == ()


async def test_an_unknown_pal_is_refused() -> None:
    with pytest.raises(ApiRefusal) as refused:
        build_pal(AccountClient().account, "p0")

    assert refused.value.body == {"error": "Invalid persona_id"}


async def test_an_invalid_record_of_a_pal_is_an_internal_error() -> None:
    client = AccountClient()
    created = await client.fetch("POST /pals", PAL)
    record = client.account.pals.get(created["pal_id"])
    assert record is not None
    record["greeting"] = 3

    with pytest.raises(HarnessError) as broken:
        build_pal(client.account, created["pal_id"])

    assert str(broken.value) == (
        f"the PAL '{created['pal_id']}' of the account is not valid: expected text, found 3"
    )


async def test_a_reset_account_equals_a_new_account() -> None:
    client = AccountClient()
    add_stock(client.account)
    first = (await client.fetch("POST /pals", PAL))["pal_id"]

    reset_account(client.account)

    assert [row["skill_id"] for row in client.account.skills.rows()] == list(SKILLS)
    assert (await client.fetch("GET /pals"))["data"] == []
    assert (await client.fetch("POST /pals", PAL))["pal_id"] == first
