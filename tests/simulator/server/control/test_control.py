"""The control plane: its authentication, and the effect of each route."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_tavus.simulator.server.options import ServerOptions
from tests.simulator.server.room.loading import SCENARIO, load
from tests.simulator.server.served import open_conversation, served

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("key", [None, "tavus_sim_prod_00000000"])
async def test_requests_without_the_key_are_refused(key: str | None) -> None:
    async with served() as server:
        del server.http.headers["x-api-key"]
        headers = {} if key is None else {"x-api-key": key}
        response = await server.http.get("/_simulator/state", headers=headers)

    assert (response.status_code, response.json()) == (401, {"message": "Invalid access token"})


async def test_the_control_plane_is_closed_by_default() -> None:
    async with served(ServerOptions()) as server:
        response = await server.http.get("/_simulator/state")

    assert response.status_code == 404


async def test_the_state_shows_everything_but_secrets() -> None:
    async with served() as server:
        await load(server, SCENARIO)
        await open_conversation(server.tavus)
        state = (await server.http.get("/_simulator/state")).json()

    assert [pal["pal_name"] for pal in state["tables"]["pals"]] == ["Shop"]
    assert state["active_conversations"] == 1
    assert "canary" not in json.dumps(state)
    assert "********" in json.dumps(state["tables"]["tools"])


async def test_a_reset_restores_the_initial_state() -> None:
    async with served(ServerOptions(clock="still", control=True)) as server:
        await load(server, SCENARIO)
        before = (await server.http.get("/_simulator/state")).json()
        await server.http.post("/_simulator/clock/advance", json={"seconds": 5})
        await server.http.post("/_simulator/faults", json={"path": "/v2/pals"})
        assert (await server.http.post("/_simulator/reset")).status_code == 204
        empty = (await server.http.get("/_simulator/state")).json()
        faults = (await server.http.get("/_simulator/faults")).json()
        journal = (await server.http.get("/_simulator/journal")).json()
        await load(server, SCENARIO)
        after = (await server.http.get("/_simulator/state")).json()

    assert empty["tables"]["pals"] == []
    assert empty["tables"]["faces"] != []
    assert (faults, journal["total_count"]) == ({"data": []}, 0)
    assert after == before


async def test_another_seed_gives_other_ids() -> None:
    async with served() as server:
        first = (await load(server, SCENARIO)).json()
        assert (await server.http.post("/_simulator/seed", json={"seed": 7})).status_code == 204
        other = (await load(server, SCENARIO)).json()
        await server.http.post("/_simulator/seed", json={"seed": 0})
        again = (await load(server, SCENARIO)).json()

    assert first == again
    assert first != other


async def test_faults_are_set_listed_and_taken_back() -> None:
    async with served() as server:
        made = (await server.http.post("/_simulator/faults", json={"path": "/v2/pals"})).json()
        listed = (await server.http.get("/_simulator/faults")).json()["data"]
        gone = await server.http.delete(f"/_simulator/faults/{made['fault_id']}")
        twice = await server.http.delete(f"/_simulator/faults/{made['fault_id']}")
        await server.http.post("/_simulator/faults", json={"path": "/v2/pals"})
        await server.http.delete("/_simulator/faults")

        assert (await server.http.get("/_simulator/faults")).json() == {"data": []}

    assert [(one["fault_id"], one["path"], one["struck"]) for one in listed] == [
        ("fault_1", "/v2/pals", 0)
    ]
    assert gone.status_code == 204
    assert (twice.status_code, twice.json()) == (404, {"error": "there is no fault 'fault_1'"})


async def test_an_unknown_key_of_a_fault_is_named() -> None:
    async with served() as server:
        response = await server.http.post("/_simulator/faults", json={"path": "/v2", "stat": 500})

    assert response.status_code == 400
    assert "unknown key 'stat'; did you mean 'status'?" in response.json()["error"]


async def test_the_clock_moves_on_by_hand() -> None:
    async with served(ServerOptions(clock="still", control=True)) as server:
        response = await server.http.post("/_simulator/clock/advance", json={"seconds": 90.5})

    assert response.json() == {
        "kind": "still",
        "now": 90.5,
        "epoch": 1_767_225_600.0 + 90.5,
        "waiting": 0,
    }


async def test_an_hour_ends_a_conversation_at_once() -> None:
    async with served(ServerOptions(clock="still", control=True)) as server:
        conversation = await open_conversation(server.tavus)
        await server.http.post("/_simulator/clock/advance", json={"seconds": 299})
        still = conversation.status
        await server.http.post("/_simulator/clock/advance", json={"seconds": 1})

    assert still == "active"
    assert (conversation.status, conversation.shutdown_reason) == (
        "ended",
        "participant_absent_timeout",
    )


@pytest.mark.parametrize("seconds", [0, -1, "soon"])
async def test_time_does_not_go_back(seconds: object) -> None:
    async with served() as server:
        response = await server.http.post("/_simulator/clock/advance", json={"seconds": seconds})

    assert response.status_code == 400


async def test_the_journal_can_be_forgotten() -> None:
    async with served() as server:
        await server.http.get("/v2/pals")
        await server.http.delete("/_simulator/journal")
        told = (await server.http.get("/_simulator/journal")).json()

    assert told == {"total_count": 0, "data": [], "notes": []}


LOOKS = {
    "name": "look",
    "description": "Sees something.",
    "origin": "vision",
    "parameters": {"type": "object", "properties": {"what": {"type": "string"}}},
}


@pytest.mark.parametrize(
    ("route", "body", "status", "sentence"),
    [
        ("perception", {"tool": "look", "arguments": {"what": "a cake"}}, 204, ""),
        ("perception", {"tool": "listen"}, 400, "'listen'"),
        ("objectives", {"objective_name": "sold", "output_variables": {"to": "you"}}, 204, ""),
        ("objectives", {"objective_name": "lost"}, 400, "'lost'"),
        ("guardrails", {"guardrail_name": "polite"}, 204, ""),
        ("guardrails", {"guardrail_name": "rude"}, 400, "'rude'"),
        ("guardrails", {}, 400, "'guardrail_name' is missing"),
    ],
)
async def test_perceptions_objectives_and_guardrails_can_be_triggered(
    route: str, body: dict[str, Any], status: int, sentence: str
) -> None:
    pal = {
        "tools": [LOOKS],
        "objectives": {
            "name": "Sale",
            "data": [{"objective_name": "sold", "objective_prompt": "Sell."}],
        },
        "guardrails": [{"guardrail_name": "polite", "guardrail_prompt": "Be polite."}],
    }
    async with served() as server:
        await open_conversation(server.tavus, pal=pal)
        response = await server.http.post(f"/_simulator/conversations/c1/{route}", json=body)

    assert response.status_code == status
    assert sentence in response.text


async def test_an_unknown_conversation_is_refused() -> None:
    async with served() as server:
        body = {"guardrail_name": "polite"}
        response = await server.http.post("/_simulator/conversations/c9/guardrails", json=body)

    assert response.json() == {"error": "there is no conversation 'c9'"}


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[]", b"7"])
async def test_a_body_that_is_no_object_is_refused(content: bytes) -> None:
    async with served() as server:
        response = await server.http.post("/_simulator/faults", content=content)

    assert response.status_code == 400


@pytest.mark.parametrize("body", [{}, {"seed": None}, {"seed": "7"}])
async def test_a_seed_must_be_there(body: dict[str, Any]) -> None:
    async with served() as server:
        response = await server.http.post("/_simulator/seed", json=body)

    assert response.status_code == 400
    assert "seed" in response.json()["error"]
