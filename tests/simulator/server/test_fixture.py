"""The fixture `tavus_server` in a user's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pytest_tavus.errors import ScenarioError, ServiceError
from pytest_tavus.simulator.account.store.account import AccountOptions
from pytest_tavus.simulator.server.fixture import TavusServer, server_options
from pytest_tavus.simulator.server.options import ServerOptions
from tests.simulator.server.served import PATIENCE

SCRIPT = """
pal: {pal_name: Shop, system_prompt: Help., default_face_id: r90bbd427f71}
name: an order
env: [SHOP_GREETING]
turns:
  - user: Is anybody there?
    calls: none
    plays: "{env.SHOP_GREETING} I am here."
"""

TEST = """
import httpx
import pytest


@pytest.fixture(scope="session")
def tavus_server_options():
    return {"clock": "still"}


def test_served(tavus_server):
    (pal_id,) = tavus_server.load("order.yaml")
    key = {"x-api-key": tavus_server.api_key}
    assert httpx.get(f"{tavus_server.url}/v2/pals/{pal_id}", headers=key).status_code == 200
    tavus_server.fail("/v2/pals", status=503, times=1)
    assert httpx.get(f"{tavus_server.url}/v2/pals", headers=key).status_code == 503
    assert [row["status"] for row in tavus_server.journal()] == [200, 503]
    tavus_server.advance(60)
    assert tavus_server.state()["clock"] == {"kind": "still", "now": 60}
    assert tavus_server.environ["TAVUS_PUBLIC_API_BASE_URL"] == f"{tavus_server.url}/v2"
    tavus_server.reset()
    assert tavus_server.journal() == []
    assert tavus_server.state()["tables"]["pals"] == []
    control = httpx.get(f"{tavus_server.url}/_simulator/clock", headers=key)
    assert control.json()["now"] == 0
"""


def test_a_test_gets_a_server_and_its_admin_actions(pytester: pytest.Pytester) -> None:
    (pytester.path / "order.yaml").write_text(SCRIPT)
    pytester.makepyfile(test_served=TEST)

    run = pytester.runpytest_subprocess("-p", "no:randomly", timeout=60)

    run.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ('{"clok": "still"}', "a server has no option 'clok'; did you mean 'clock'?"),
        ('{"api_key": "canary-8f3b"}', "the API key does not look like a simulated key"),
    ],
)
def test_invalid_options_are_refused(
    pytester: pytest.Pytester, options: str, sentence: str
) -> None:
    pytester.makeconftest(f"""
import pytest


@pytest.fixture(scope="session")
def tavus_server_options():
    return {options}
""")
    pytester.makepyfile("def test_served(tavus_server): pass")

    run = pytester.runpytest_subprocess("-p", "no:randomly", timeout=60)

    run.assert_outcomes(errors=1)
    assert sentence in run.stdout.str()
    assert "canary" not in run.stdout.str().replace(options, "")


def test_an_unknown_option_names_the_known_ones() -> None:
    with pytest.raises(ScenarioError, match=r"a server has no option 'xyz'; one of: seed, "):
        server_options({"xyz": 1})


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TavusServer]:
    (tmp_path / "order.yaml").write_text(SCRIPT)
    options = ServerOptions(root=tmp_path, control=True)
    found = TavusServer(options, environ={"SHOP_GREETING": "canary-8f3b"})
    yield found
    found.close()


def talk(server: TavusServer, pal_id: str) -> str:
    with httpx.Client(
        base_url=server.url, headers={"x-api-key": server.api_key}, timeout=PATIENCE
    ) as http:
        made = http.post("/v2/conversations", json={"pal_id": pal_id, "chat": True}).json()
        url = f"/v2/conversations/{made['conversation_id']}/respond"
        return str(http.post(url, json={"text": "Is anybody there?"}).json()["text"])


def test_a_script_that_is_loaded_in_process_may_read_its_variables(server: TavusServer) -> None:
    (pal_id,) = server.load("order.yaml")

    assert talk(server, pal_id) == "canary-8f3b I am here."
    assert "canary" not in str(server.journal())


def test_a_script_that_comes_over_http_may_not(server: TavusServer) -> None:
    key = {"x-api-key": server.api_key}
    told = httpx.post(f"{server.url}/_simulator/scenarios", content=SCRIPT, headers=key).json()

    assert "canary" not in talk(server, told["data"][0]["pal_id"])


def test_a_scenario_may_be_data(server: TavusServer) -> None:
    (pal_id,) = server.load(
        {"pal": {"pal_name": "Quiet"}, "turns": [{"user": "Hello?", "calls": "none"}]}
    )

    assert [pal["pal_id"] for pal in server.state()["tables"]["pals"]] == [pal_id]


def test_the_record_of_a_conversation_can_be_read(server: TavusServer) -> None:
    (pal_id,) = server.load(
        {
            "pal": {"pal_name": "Shop", "system_prompt": "Help."},
            "turns": [{"user": "Hello?", "plays": "Good morning.", "says": "morning"}],
        }
    )
    http = httpx.Client(base_url=f"{server.url}/v2", headers={"x-api-key": server.api_key})
    with http:
        made = http.post("/conversations", json={"pal_id": pal_id, "chat": True}).json()
        http.post(f"/conversations/{made['conversation_id']}/respond", json={"text": "Hello?"})
        told = server.conversation(made["conversation_id"])
        control = http.get(
            f"{server.url}/_simulator/conversations/{made['conversation_id']}"
        ).json()

    assert [one["text"] for one in told["trace"] if "text" in one] == ["Hello?", "Good morning."]
    assert (told["status"], told["warnings"]) == ("active", [])
    assert control["trace"][: len(told["trace"])] == told["trace"]


def test_an_unknown_conversation_is_refused(server: TavusServer) -> None:
    with pytest.raises(ServiceError, match="there is no conversation 'c0'"):
        server.conversation("c0")


def test_an_invalid_fault_is_refused(server: TavusServer) -> None:
    with pytest.raises(ScenarioError, match="unknown key 'stat'; did you mean 'status'"):
        server.fail("/v2/pals", stat=500)


def test_a_reset_with_another_seed_gives_other_ids(server: TavusServer) -> None:
    first = server.load("order.yaml")
    server.reset(seed=5)

    assert server.load("order.yaml") != first


def test_a_script_with_a_plain_url_of_this_machine_is_loaded_where_tools_may_have_one(
    tmp_path: Path,
) -> None:
    delivery = {"api": {"url": "http://127.0.0.1:8000/"}}
    tool = {"name": "get_order", "description": "Looks up an order.", "delivery": delivery}
    script = {
        "pal": {"pal_name": "Shop", "tools": [tool]},
        "turns": [{"user": "Hello?", "plays": "Hi.", "says": "Hi"}],
    }
    for allowed in (True, False):
        account = AccountOptions(local_tools=allowed)
        found = TavusServer(ServerOptions(root=tmp_path, account=account), environ={})
        try:
            if allowed:
                assert len(found.load(script)) == 1
            else:
                with pytest.raises(ScenarioError, match="must start with https://"):
                    found.load(script)
        finally:
            found.close()


@pytest.mark.parametrize("seeded", [True, False])
def test_the_key_is_the_same_in_each_run_only_where_the_seed_was_given(
    pytester: pytest.Pytester, *, seeded: bool
) -> None:
    pytester.makepyfile(
        "def test_served(tavus_server):\n"
        "    with open('keys.txt', 'a') as kept: print(tavus_server.api_key, file=kept)"
    )
    for _ in range(2):
        flags = ("--tavus-seed", "7") if seeded else ()
        run = pytester.runpytest_subprocess("-p", "no:randomly", *flags, timeout=60)
        run.assert_outcomes(passed=1)

    keys = (pytester.path / "keys.txt").read_text().split()
    assert len(keys) == 2
    assert len(set(keys)) == (1 if seeded else 2)
