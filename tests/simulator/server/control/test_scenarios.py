"""Scenarios that are loaded over the control plane: their effects and their limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_tavus.errors import ScenarioError
from pytest_tavus.scenario.values.model import HandlerSpec
from pytest_tavus.simulator.account.store.account import AccountOptions
from pytest_tavus.simulator.server.options import ServerOptions
from tests.simulator.server.room.loading import QUIET, SCENARIO, load
from tests.simulator.server.served import served

pytestmark = pytest.mark.asyncio


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
        "two PALs define the tool 'get_order' differently, and an account has only one tool of a "
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
                "a scenario that comes over HTTP cannot start a handler: name the handler when "
                "the server is started, and leave it out here"
            )
        },
    )
    assert state["tables"]["pals"] == []


async def test_a_scenario_over_http_may_name_the_running_handler() -> None:
    options = ServerOptions(control=True, handler=HandlerSpec(at=(), url="http://127.0.0.1:1"))
    async with served(options) as server:
        response = await load(server, f"handler: {{app: 'shop:app'}}\n{SCENARIO}")

    assert response.status_code == 200


async def test_scripts_that_the_server_began_with_survive_a_reset(tmp_path: Path) -> None:
    (tmp_path / "order.yaml").write_text(SCENARIO)
    options = ServerOptions(control=True, scripts=(Path("order.yaml"),), root=tmp_path)
    async with served(options) as server:
        await server.http.post("/_simulator/reset")
        pals = (await server.http.get("/v2/pals")).json()
        scripts = server.tavus.site.account.scripts.list_scripts(pals["data"][0]["pal_id"], "Shop")

    assert [pal["pal_name"] for pal in pals["data"]] == ["Shop"]
    assert [script.name for script in scripts] == ["an order"]


async def test_scripts_can_be_forgotten() -> None:
    async with served() as server:
        told = (await load(server, SCENARIO)).json()
        await server.http.delete("/_simulator/scenarios")

        assert (
            server.tavus.site.account.scripts.list_scripts(told["data"][0]["pal_id"], "Shop") == ()
        )


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
async def test_a_scenario_over_http_reads_no_file_of_this_machine(line: str, says: str) -> None:
    turns = "turns: [{user: Hello?, plays: Yes., says: Yes}]"
    async with served() as server:
        refused = await load(server, f"{line}\n{turns}\n")

    assert refused.status_code == 400
    assert f"posted.yaml:{says}: {NO_FILE}" in refused.json()["error"]


async def test_a_scenario_posted_as_data_reads_no_file_of_this_machine() -> None:
    async with served() as server:
        told = await server.http.post(
            "/_simulator/scenarios", json={**QUIET, "pal": "/etc/hostname"}
        )

    problem = f"<python>:1:1: pal: the PAL file '/etc/hostname' is not read: {NO_FILE}"
    assert (told.status_code, told.json()) == (400, {"error": problem})


LOCAL = """
pal:
  pal_name: Shop
  system_prompt: Help.
  tools:
    - name: get_order
      description: Looks up an order.
      delivery: {{api: {{url: "{url}"}}}}
name: an order
turns: [{{user: "Where is it?", plays: Here., says: Here}}]
"""


def allowing(root: Path, **options: Any) -> ServerOptions:
    account = AccountOptions(local_tools=True)
    return ServerOptions(control=True, account=account, root=root, **options)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/", "ftp://127.0.0.1/", "http://10.0.0.1/"])
async def test_a_script_may_have_plain_urls_of_this_machine_where_tools_may(
    url: str, tmp_path: Path
) -> None:
    text = LOCAL.format(url=url)
    wanted = 200 if url.startswith("http://127") else 400
    async with served(allowing(tmp_path)) as server:
        posted = await load(server, text)
        data = yaml.safe_load(text)
        as_data = await server.http.post("/_simulator/scenarios", json=data)
    async with served() as server:
        refused = await load(server, text)

    assert [each.status_code for each in (posted, as_data, refused)] == [wanted, wanted, 400]
    assert url in refused.json()["error"]


async def test_an_initial_script_may_have_plain_urls_where_tools_may(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(LOCAL.format(url="http://127.0.0.1:8000/"))
    async with served(allowing(tmp_path, scripts=(path,))) as server:
        tools = (await server.http.get("/v2/tools")).json()["data"]
    path.write_text(LOCAL.format(url="ftp://127.0.0.1/"))

    assert [tool["name"] for tool in tools] == ["get_order"]
    with pytest.raises(ScenarioError, match="must start with https://, found 'ftp://127"):
        async with served(allowing(tmp_path, scripts=(path,))):
            pass
