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
from tests.simulator.account.account import AccountClient
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
def mutate_body(draw: st.DrawFn, body: Any) -> Any:
    """A body with one value replaced, taken out, or put where none was."""
    fields, items = json_object(body), json_list(body)
    if fields and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(fields)))
        return {**fields, name: draw(mutate_body(fields[name]))}
    if items and draw(st.booleans()):
        place = draw(st.integers(0, len(items) - 1))
        return [*items[:place], draw(mutate_body(items[place])), *items[place + 1 :]]
    if fields and draw(st.booleans()):
        gone = draw(st.sampled_from(sorted(fields)))
        return {name: value for name, value in fields.items() if name != gone}
    if fields is not None:
        return {**fields, draw(FIELDS): draw(JSON)}
    return draw(JSON)


async def open_filled_account() -> tuple[AccountClient, dict[str, str]]:
    """An account with one of everything, and what the placeholders of paths stand for."""
    client = AccountClient()
    add_stock(client.account)
    auth = {"type": "bearer", "token": CANARY}
    delivery = {"api": {"url": "https://api.example.com/orders", "auth": auth}}
    tool = {"name": "get_order", "description": "Finds an order.", "delivery": delivery}
    tool_id = (await client.fetch("POST /tools", tool))["tool_id"]
    pal = {
        "system_prompt": "You help.",
        "default_face_id": "r90bbd427f71",
        "tool_ids": [tool_id],
        "layers": {"llm": {"api_key": CANARY}},
    }
    pal_id = (await client.fetch("POST /pals", pal))["pal_id"]
    await client.fetch(f"PUT /pals/{pal_id}/skills/magic_canvas")
    conversation = await client.fetch("POST /conversations", {"persona_id": pal_id})
    goal = {"objective_name": "greet", "objective_prompt": "Greet."}
    goals = await client.fetch("POST /objectives", {"name": "goals", "data": [goal]})
    rule = {"guardrail_name": "calm", "guardrail_prompt": "Never swear."}
    guardrail = await client.fetch("POST /guardrails", rule)
    document = await client.fetch("POST /documents", {"document_url": "https://example.com/a.pdf"})
    return client, {
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
    client, known = await open_filled_account()
    line = f"{route.method} {fill_path(route.path, known)}"

    answer = await client.send(line, data.draw(JSON), **data.draw(QUERIES))

    assert answer.status in {200, 201, 202, 204, 304, 400, 404, 409, 422, 429}
    said = json.dumps([answer.body, answer.lines, answer.text])
    assert CANARY not in said
    if answer.status >= 400:
        assert answer.body.keys() <= {"error", "message"}


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
@pytest.mark.parametrize("row", SOUND)
async def test_a_valid_body_is_accepted_and_a_mutated_one_is_answered(
    row: str, data: st.DataObject
) -> None:
    client, known = await open_filled_account()
    body = json.loads(replace_ids(json.dumps(SOUND[row]), known))
    line = replace_ids(row, known)
    body = data.draw(mutate_body(body))

    answer = await client.send(line, body)

    assert answer.status in {200, 304, 400, 404, 409, 422}
    assert CANARY not in json.dumps(answer.body)
    for tool in client.account.tools.rows():
        assert CANARY not in json.dumps(await client.fetch(f"GET /tools/{tool['tool_id']}"))
    for pal in client.account.pals.rows():
        assert CANARY not in json.dumps(await client.fetch(f"GET /pals/{pal['pal_id']}"))


@pytest.mark.parametrize("row", SOUND)
async def test_each_body_is_accepted_before_it_is_mutated(row: str) -> None:
    client, known = await open_filled_account()
    body = json.loads(replace_ids(json.dumps(SOUND[row]), known))

    assert (await client.send(replace_ids(row, known), body)).status == 200


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(ROUTES), JSON), max_size=4))
async def test_any_requests_one_after_another_are_answered(asked: list[tuple[Route, Any]]) -> None:
    client, known = await open_filled_account()

    for route, body in asked:
        answer = await client.send(f"{route.method} {fill_path(route.path, known)}", body)
        assert CANARY not in json.dumps([answer.body, answer.lines, answer.text])


def replace_ids(text: str, known: dict[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def fill_path(path: str, known: dict[str, str]) -> str:
    steps = (
        known.get(step[1:-1], "none") if step.startswith("{") else step for step in path.split("/")
    )
    return "/".join(steps)
