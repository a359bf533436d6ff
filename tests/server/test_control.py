"""The control plane: who may use it, and what each of its routes does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.scenario.model import HandlerSpec
from pytest_tavus.server.options import ServerOptions
from tests.server.served import Served, served, talking

pytestmark = pytest.mark.asyncio

SCENARIO = """
pal:
  pal_name: Shop
  system_prompt: Help.
  tools:
    - name: get_order
      description: Looks up an order.
      parameters: {type: object, properties: {order_id: {type: string, description: As printed.}}}
      delivery:
        api:
          url: https://shop.example.com/orders
          auth: {type: bearer, token: canary-8f3b}
  objectives: {name: Sale, data: [{objective_name: sold, objective_prompt: Sell.}]}
  guardrails: [{guardrail_name: polite, guardrail_prompt: Be polite.}]
name: an order
turns:
  - user: Where is it?
    calls:
      - get_order: {order_id: A-1}
"""

QUIET = {
    "pal": {"pal_name": "Quiet", "system_prompt": "Listen."},
    "turns": [{"user": "Hello?", "calls": "none"}],
}


async def load(server: Served, text: str) -> Any:
    return await server.http.post("/_simulator/scenarios", content=text.encode())


@pytest.mark.parametrize("key", [None, "tavus_sim_prod_00000000"])
async def test_a_stranger_learns_nothing(key: str | None) -> None:
    async with served() as server:
        del server.http.headers["x-api-key"]
        headers = {} if key is None else {"x-api-key": key}
        response = await server.http.get("/_simulator/state", headers=headers)

    assert (response.status_code, response.json()) == (401, {"message": "Invalid access token"})


async def test_it_is_not_there_unless_it_was_asked_for() -> None:
    async with served(ServerOptions()) as server:
        response = await server.http.get("/_simulator/state")

    assert response.status_code == 404


async def test_a_scenario_brings_its_pal_with_everything_it_has() -> None:
    async with served() as server:
        told = (await load(server, SCENARIO)).json()
        pal_id = told["data"][0]["pal_id"]
        pal = (await server.http.get(f"/v2/pals/{pal_id}?include_settings=true")).json()
        tools = (await server.http.get(f"/v2/pals/{pal_id}/tools/")).json()
        objectives = (await server.http.get(f"/v2/objectives/{pal['objectives_id']}")).json()

    assert told == {"data": [{"name": "an order", "pal_id": pal_id}]}
    assert [tool["name"] for tool in tools["data"]] == ["get_order"]
    assert objectives["data"][0]["objective_name"] == "sold"
    assert len(pal["guardrail_ids"]) == 1


async def test_a_scenario_that_is_loaded_twice_has_one_pal() -> None:
    async with served() as server:
        first = (await load(server, SCENARIO)).json()
        second = (await load(server, SCENARIO.replace("name: an order", "name: another"))).json()

    assert first["data"][0]["pal_id"] == second["data"][0]["pal_id"]


async def test_a_pal_keeps_the_id_that_its_file_gives_it() -> None:
    async with served() as server:
        text = SCENARIO.replace("pal_name: Shop", "pal_name: Shop\n  pal_id: p0123456789ab")
        told = (await load(server, text)).json()
        found = await server.http.get("/v2/pals/p0123456789ab")

    assert told["data"][0]["pal_id"] == "p0123456789ab"
    assert found.json()["pal_name"] == "Shop"


async def test_two_tools_of_one_name_that_differ_are_refused() -> None:
    async with served() as server:
        await load(server, SCENARIO)
        other = SCENARIO.replace("Shop", "Other").replace("Looks up an order.", "Looks it up.")
        response = await load(server, other)

    assert response.status_code == 400
    assert response.json()["error"] == (
        "two PALs define the tool 'get_order' in two ways, and an account has only one tool of a "
        "name"
    )


async def test_a_scenario_may_be_json() -> None:
    async with served() as server:
        told = await server.http.post("/_simulator/scenarios", json=QUIET)

    assert told.json()["data"][0]["name"] == "posted"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("turns: [", "posted.yaml:2:1: this is not YAML"),
        ("pal: {pal_name: Shop}\nturnz: []", "unknown key 'turnz'"),
    ],
)
async def test_a_scenario_with_a_mistake_is_told(text: str, sentence: str) -> None:
    async with served() as server:
        response = await load(server, text)

    assert response.status_code == 400
    assert sentence in response.json()["error"]


@pytest.mark.parametrize("handler", ["app: 'shop:app'", "command: [touch, /tmp/canary]"])
async def test_a_scenario_that_comes_over_http_cannot_run_code(handler: str) -> None:
    async with served() as server:
        response = await load(server, f"handler: {{{handler}}}\n{SCENARIO}")
        state = (await server.http.get("/_simulator/state")).json()

    assert (response.status_code, response.json()) == (
        400,
        {
            "error": (
                "a scenario that comes over HTTP cannot start a handler: name it when the server "
                "is started, and leave it out here"
            )
        },
    )
    assert state["tables"]["pals"] == []


async def test_a_scenario_that_comes_over_http_may_name_the_handler_there_is() -> None:
    options = ServerOptions(control=True, handler=HandlerSpec(at=(), url="http://127.0.0.1:1"))
    async with served(options) as server:
        response = await load(server, f"handler: {{app: 'shop:app'}}\n{SCENARIO}")

    assert response.status_code == 200


async def test_the_state_shows_everything_but_secrets() -> None:
    async with served() as server:
        await load(server, SCENARIO)
        await talking(server.tavus)
        state = (await server.http.get("/_simulator/state")).json()

    assert [pal["pal_name"] for pal in state["tables"]["pals"]] == ["Shop"]
    assert state["active_conversations"] == 1
    assert "canary" not in json.dumps(state)
    assert "********" in json.dumps(state["tables"]["tools"])


async def test_a_reset_makes_everything_as_it_was() -> None:
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


async def test_scripts_that_the_server_began_with_survive_a_reset(tmp_path: Path) -> None:
    (tmp_path / "order.yaml").write_text(SCENARIO)
    options = ServerOptions(control=True, scripts=(Path("order.yaml"),), root=tmp_path)
    async with served(options) as server:
        await server.http.post("/_simulator/reset")
        pals = (await server.http.get("/v2/pals")).json()
        scripts = server.tavus.site.account.scripts.of(pals["data"][0]["pal_id"], "Shop")

    assert [pal["pal_name"] for pal in pals["data"]] == ["Shop"]
    assert [script.name for script in scripts] == ["an order"]


async def test_scripts_can_be_forgotten() -> None:
    async with served() as server:
        told = (await load(server, SCENARIO)).json()
        await server.http.delete("/_simulator/scenarios")

        assert server.tavus.site.account.scripts.of(told["data"][0]["pal_id"], "Shop") == ()


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
        conversation = await talking(server.tavus)
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
async def test_what_tavus_would_notice_can_be_brought_about(
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
        await talking(server.tavus, pal=pal)
        response = await server.http.post(f"/_simulator/conversations/c1/{route}", json=body)

    assert response.status_code == status
    assert sentence in response.text


async def test_a_conversation_that_is_not_there_is_told() -> None:
    async with served() as server:
        body = {"guardrail_name": "polite"}
        response = await server.http.post("/_simulator/conversations/c9/guardrails", json=body)

    assert response.json() == {"error": "there is no conversation 'c9'"}


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[]", b"7"])
async def test_a_body_that_is_no_object_is_told(content: bytes) -> None:
    async with served() as server:
        response = await server.http.post("/_simulator/faults", content=content)

    assert response.status_code == 400


@pytest.mark.parametrize("body", [{}, {"seed": None}, {"seed": "7"}])
async def test_a_seed_must_be_there(body: dict[str, Any]) -> None:
    async with served() as server:
        response = await server.http.post("/_simulator/seed", json=body)

    assert response.status_code == 400
    assert "seed" in response.json()["error"]


async def test_a_scenario_must_be_text() -> None:
    async with served() as server:
        response = await server.http.post("/_simulator/scenarios", content=b"\xff\xfe")

    assert response.json() == {"error": "the scenario is not UTF-8"}


NO_FILE = "this scenario may read no file\n    hint: write it out in its place"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("pal: /etc/hostname", "1:6: the PAL file '/etc/hostname' is not read"),
        ("include: ../../etc/hostname", "1:10: '../../etc/hostname' is not included"),
        ("pal: !include /etc/hostname", "1:6: '/etc/hostname' is not included"),
    ],
)
async def test_a_scenario_from_afar_reads_no_file_of_this_machine(line: str, says: str) -> None:
    turns = "turns: [{user: Hello?, plays: Yes., says: Yes}]"
    async with served() as server:
        refused = await load(server, f"{line}\n{turns}\n")

    assert refused.status_code == 400
    assert f"posted.yaml:{says}: {NO_FILE}" in refused.json()["error"]


async def test_nor_does_one_that_comes_as_data() -> None:
    async with served() as server:
        told = await server.http.post(
            "/_simulator/scenarios", json={**QUIET, "pal": "/etc/hostname"}
        )

    problem = f"<python>:1:1: pal: the PAL file '/etc/hostname' is not read: {NO_FILE}"
    assert (told.status_code, told.json()) == (400, {"error": problem})
