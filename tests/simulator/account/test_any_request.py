"""Whatever is asked, of whichever route, is answered: with JSON, and never with a secret."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.simulator.account.resource import Route
from pytest_tavus.simulator.account.store.stock import add_stock
from pytest_tavus.simulator.account.table import ROUTES
from tests.simulator.account.account import Desk
from tests.simulator.account.any_json import FIELDS, JSON, QUERIES

pytestmark = pytest.mark.asyncio

CANARY = "canary-of-a-secret"


SOUND: dict[str, Any] = {
    "POST /tools": {
        "name": "cancel_order",
        "description": "Cancels an order.",
        "parameters": {"type": "object", "properties": {"id": {"type": "string"}}},
        "delivery": {
            "api": {
                "url": "https://api.example.com/orders/{id}",
                "method": "PUT",
                "timeout": 5,
                "headers": {"x-a": "b"},
                "auth": {"type": "bearer", "token": CANARY},
                "body_template": {"order": ["{id}"]},
            }
        },
        "origin": "llm",
        "on_call": "static_filler",
        "static_filler": "One moment.",
        "on_resolve": "generate_response",
        "tags": ["a"],
    },
    "PATCH /tools/{tool_id}": {
        "delivery": {"api": {"url": "https://api.example.com/", "auth": {"type": "bearer"}}}
    },
    "POST /pals": {
        "pal_name": "Support",
        "system_prompt": "You help.",
        "default_replica_id": "r90bbd427f71",
        "layers": {
            "llm": {"api_key": CANARY, "headers": {"a": "b"}},
            "conversational_flow": {"replica_interruptibility": "low"},
        },
        "tool_ids": [],
        "document_tags": ["a"],
    },
    "PATCH /pals/{pal_id}": [
        {"op": "add", "path": "/layers/llm/model", "value": "m"},
        {"op": "move", "from": "/layers/llm/api_key", "path": "/greeting"},
        {"op": "test", "path": "/default_replica_id", "value": "r90bbd427f71"},
        {"op": "copy", "from": "/layers/llm", "path": "/layers/sts"},
    ],
    "POST /conversations": {
        "persona_id": "{pal_id}",
        "chat": True,
        "properties": {"max_call_duration": 60, "recording_storage": {"provider": "s3"}},
        "memory_stores": ["a"],
        "callback_url": "https://app.example.com/hook",
    },
    "POST /conversations/{conversation_id}/respond": {"text": "Hi", "timeout_s": 1},
    "POST /pals/{pal_id}/tools": {"tool_ids": ["{tool_id}"]},
    "PUT /pals/{pal_id}/skills": {"skills": {"presentation": {"document_ids": ["d1"]}}},
    "PATCH /pals/{pal_id}/skills/{skill_id}": {"config": {"a": {"b": None}}},
}
"""Bodies that are good as they are, to be spoiled in one place."""


@st.composite
def spoiled(draw: st.DrawFn, body: Any) -> Any:
    """A body with one value replaced, taken out, or put where none was."""
    fields, items = json_object(body), json_list(body)
    if fields and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(fields)))
        return {**fields, name: draw(spoiled(fields[name]))}
    if items and draw(st.booleans()):
        place = draw(st.integers(0, len(items) - 1))
        return [*items[:place], draw(spoiled(items[place])), *items[place + 1 :]]
    if fields and draw(st.booleans()):
        gone = draw(st.sampled_from(sorted(fields)))
        return {name: value for name, value in fields.items() if name != gone}
    if fields is not None:
        return {**fields, draw(FIELDS): draw(JSON)}
    return draw(JSON)


async def furnished() -> tuple[Desk, dict[str, str]]:
    """An account with one of everything, and what the placeholders of paths stand for."""
    at = Desk()
    add_stock(at.account)
    auth = {"type": "bearer", "token": CANARY}
    delivery = {"api": {"url": "https://api.example.com/orders", "auth": auth}}
    tool = {"name": "get_order", "description": "Finds an order.", "delivery": delivery}
    tool_id = (await at.get("POST /tools", tool))["tool_id"]
    pal = {
        "system_prompt": "You help.",
        "default_face_id": "r90bbd427f71",
        "tool_ids": [tool_id],
        "layers": {"llm": {"api_key": CANARY}},
    }
    pal_id = (await at.get("POST /pals", pal))["pal_id"]
    await at.get(f"PUT /pals/{pal_id}/skills/magic_canvas")
    conversation = await at.get("POST /conversations", {"persona_id": pal_id})
    goal = {"objective_name": "greet", "objective_prompt": "Greet."}
    goals = await at.get("POST /objectives", {"name": "goals", "data": [goal]})
    rule = {"guardrail_name": "calm", "guardrail_prompt": "Never swear."}
    guardrail = await at.get("POST /guardrails", rule)
    document = await at.get("POST /documents", {"document_url": "https://example.com/a.pdf"})
    return at, {
        "pal_id": pal_id,
        "tool_id": tool_id,
        "skill_id": "magic_canvas",
        "conversation_id": conversation["conversation_id"],
        "objectives_id": goals["objectives_id"],
        "guardrail_id": guardrail["guardrail_id"],
        "document_id": document["document_id"],
        "face_id": "r90bbd427f71",
    }


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_any_request_is_answered(route: Route, data: st.DataObject) -> None:
    at, known = await furnished()
    line = f"{route.method} {filled(route.path, known)}"

    answer = await at.ask(line, data.draw(JSON), **data.draw(QUERIES))

    assert answer.status in {200, 201, 202, 204, 304, 400, 404, 409, 422, 429}
    said = json.dumps([answer.body, answer.lines, answer.text])
    assert CANARY not in said
    if answer.status >= 400:
        assert answer.body.keys() <= {"error", "message"}


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
@pytest.mark.parametrize("row", SOUND)
async def test_a_good_body_is_taken_and_a_spoiled_one_is_answered(
    row: str, data: st.DataObject
) -> None:
    at, known = await furnished()
    body = json.loads(put_in(json.dumps(SOUND[row]), known))
    line = put_in(row, known)
    body = data.draw(spoiled(body))

    answer = await at.ask(line, body)

    assert answer.status in {200, 304, 400, 404, 409, 422}
    assert CANARY not in json.dumps(answer.body)
    for tool in at.account.tools.rows():
        assert CANARY not in json.dumps(await at.get(f"GET /tools/{tool['tool_id']}"))
    for pal in at.account.pals.rows():
        assert CANARY not in json.dumps(await at.get(f"GET /pals/{pal['pal_id']}"))


@pytest.mark.parametrize("row", SOUND)
async def test_what_is_spoiled_here_is_good_unspoiled(row: str) -> None:
    at, known = await furnished()
    body = json.loads(put_in(json.dumps(SOUND[row]), known))

    assert (await at.ask(put_in(row, known), body)).status == 200


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(ROUTES), JSON), max_size=4))
async def test_any_requests_one_after_another_are_answered(asked: list[tuple[Route, Any]]) -> None:
    at, known = await furnished()

    for route, body in asked:
        answer = await at.ask(f"{route.method} {filled(route.path, known)}", body)
        assert CANARY not in json.dumps([answer.body, answer.lines, answer.text])


def put_in(text: str, known: dict[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def filled(path: str, known: dict[str, str]) -> str:
    steps = (
        known.get(step[1:-1], "none") if step.startswith("{") else step for step in path.split("/")
    )
    return "/".join(steps)
