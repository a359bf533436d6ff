"""`/persona-builder`: the face, the questions, the verdict, the decision."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.scenario.load.parse import parse_inline
from pytest_tavus.simulator.account.builder import builder, persona_builder
from pytest_tavus.simulator.account.resources import pals
from pytest_tavus.simulator.account.store.stock import add_stock
from tests.simulator.account.account import AccountClient

pytestmark = pytest.mark.asyncio

SPEC = {
    "persona_id": "p1",
    "persona_name": "Dent",
    "objectives": {
        "objectives_id": "o1",
        "data": [{"objective_name": "book", "objective_prompt": "Book a visit."}],
    },
    "guardrails": [{"guardrail_name": "no_advice", "guardrail_prompt": "None."}],
    "tools": {"data": [{"name": "find_visit"}]},
}
TRANSCRIPT = [{"role": "user", "text": "Hi"}, {"role": "assistant", "text": "Hello"}]


def open_account() -> AccountClient:
    client = AccountClient((*builder.ROUTES, *persona_builder.ROUTES, *pals.ROUTES))
    add_stock(client.account)
    return client


def script(client: AccountClient, *lines: str, name: str = "Dent", **judge: Any) -> None:
    turns = [{"user": line, "says": {"contains": "x"}, "plays": {"says": "x"}} for line in lines]
    data = {"pal": {"pal_name": name}, "turns": turns, **({"judge": judge} if judge else {})}
    client.account.scripts.add(parse_inline(data, name="books a visit"))


@pytest.mark.fidelity("builder.select_face")
async def test_a_face_is_chosen_and_attached() -> None:
    client = open_account()
    pal_id = (await client.fetch("POST /builder", {"name": "x"}))["persona_id"]
    line = "POST /persona-builder/select-replica"
    chosen = await client.fetch(line, {"persona_id": pal_id})
    assert chosen == {"replica_id": "r90bbd427f71", "replica_name": "Office"}
    assert (await client.fetch(f"GET /pals/{pal_id}"))["default_face_id"] == "r90bbd427f71"
    own = [{"op": "replace", "path": "/default_face_id", "value": "rown"}]
    await client.fetch(f"PATCH /pals/{pal_id}", own)
    assert (await client.fetch(line, {"persona_id": pal_id}))["replica_id"] == "rown"


async def test_an_account_without_faces_has_none_to_choose() -> None:
    client = open_account()
    client.account.faces.clear()
    pal_id = (await client.fetch("POST /builder", {"name": "x"}))["persona_id"]
    assert await client.refusal("POST /persona-builder/select-replica", {"persona_id": pal_id}) == (
        400,
        {"error": "There is no face to choose from"},
    )


@pytest.mark.fidelity("builder.probes")
async def test_probes_are_the_lines_of_the_pal_s_scenario() -> None:
    client = open_account()
    line = "POST /persona-builder/llm/generate-probes"
    assert await client.fetch(line, {"persona_spec": SPEC}) == {
        "probes": ["What can you help me with?", "Can you help me with this? Book a visit."]
    }
    script(client, "Book me in", "Thanks")
    assert await client.fetch(line, {"persona_spec": SPEC, "model": "m"}) == {
        "probes": ["Book me in", "Thanks"]
    }


@pytest.mark.fidelity("builder.verdict")
async def test_the_verdict_is_the_scripted_one() -> None:
    client = open_account()
    script(client, "Hi", overall="pass", objectives={"book": "unsatisfied"})
    script(client, "Hi", name="Tax", overall="fail")
    verdict = await client.fetch(
        "POST /persona-builder/llm/judge-transcript",
        {"persona_spec": SPEC, "smoke_transcript": TRANSCRIPT},
    )
    unsaid = "The scenario 'books a visit' does not say."
    said = "The scenario 'books a visit' says so."
    assert verdict == {
        "objectives": [{"name": "book", "satisfied": False, "evidence": said}],
        "guardrails": [{"name": "no_advice", "held": True, "evidence": unsaid}],
        "knowledge_base": {"used": False, "evidence": unsaid},
        "tools": [{"name": "find_visit", "invoked": True, "evidence": unsaid}],
        "overall": "pass",
        "summary": "The verdict of the scenario 'books a visit'.",
    }


@pytest.mark.fidelity("builder.verdict")
async def test_without_a_script_the_verdict_is_partial() -> None:
    client = open_account()
    script(client, "Hi", name="Tax", overall="pass")
    verdict = await client.fetch(
        "POST /persona-builder/llm/judge-transcript",
        {"persona_spec": SPEC, "smoke_transcript": TRANSCRIPT},
    )
    assert verdict["overall"] == "partial"
    assert verdict["objectives"] == []
    assert verdict["summary"].startswith("No verdict is scripted for this PAL")


@pytest.mark.parametrize(
    "spec",
    [{}, {"objectives": None, "guardrails": "x", "tools": [{"no": "name"}, 3]}, {"tools": {}}],
)
async def test_a_spec_of_any_shape_is_judged(spec: dict[str, Any]) -> None:
    client = open_account()
    client.account.scripts.add(
        parse_inline(
            {
                "pal": {"system_prompt": "anybody"},
                "turns": [{"user": "x", "says": {"contains": "x"}, "plays": {"says": "x"}}],
                "judge": {"overall": "pass"},
            },
            name="anybody",
        )
    )
    verdict = await client.fetch(
        "POST /persona-builder/llm/judge-transcript", {"persona_spec": spec, "smoke_transcript": []}
    )
    assert verdict["overall"] == "pass"
    assert verdict["tools"] == verdict["objectives"] == verdict["guardrails"] == []


@pytest.mark.fidelity("builder.decision")
async def test_the_next_action_is_done_once_a_draft_is_ready() -> None:
    client = open_account()
    line = "POST /persona-builder/llm/decide-next-action"
    asked: dict[str, Any] = {
        "goal": "A tutor",
        "transcript": [],
        "latest_reply": {"draft_ready": True},
    }
    assert await client.fetch(line, asked) == {
        "action": "done",
        "next_message": "",
        "target_updates": [],
    }
    open_yet: dict[str, Any] = {**asked, "latest_reply": {"text": "For whom?"}}
    assert await client.fetch(line, open_yet) == {
        "action": "reply",
        "next_message": "Use best-practice defaults consistent with the goal, and draft the PAL "
        "now.",
        "target_updates": [],
    }
