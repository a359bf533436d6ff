"""The plan says what would run, and how, and runs nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.plugin.concurrency.conftest import SECONDS, Town, asks

FIXTURES = """
@pytest.fixture(scope="session", autouse=True)
def database():
    note("open")

@pytest.fixture
def clean():
    note("clean")
"""


def test_the_plan_says_how_each_would_be_held(town: Town) -> None:
    town.conftest(FIXTURES)
    town.scenarios(
        asks("first"),
        asks("second", deadline="5s", lock=["orders-db", "mail"]),
        asks("cleaned", fixtures=["clean"]),
        asks("alone", alone=True),
        asks("skipped", marks=[{"skip": "not today"}]),
    )

    run = town.run("--tavus-plan", at_once=4)

    assert run.ret == pytest.ExitCode.OK
    assert town.log() == []
    text = run.stdout.str()
    assert text[
        text.index("scenarios/a.yaml::first") : text.index("=== ", text.index("cost"))
    ].splitlines()[:-1] == [
        "scenarios/a.yaml::first",
        "  session   sim, 1 turn",
        "  handler   app shop:app",
        "  tool      find: POST shop.example.com/orders",
        "  held      in its turn: it is the first of those with the same fixtures",
        "  deadline  60 s",
        "scenarios/a.yaml::second",
        "  session   sim, 1 turn",
        "  handler   app shop:app",
        "  tool      find: POST shop.example.com/orders",
        "  held      ahead",
        "  locks     orders-db, mail",
        "  deadline  5 s",
        "scenarios/a.yaml::cleaned",
        "  session   sim, 1 turn",
        "  handler   app shop:app",
        "  tool      find: POST shop.example.com/orders",
        "  held      by itself: the fixture clean is set up for each scenario",
        "  deadline  60 s",
        "scenarios/a.yaml::alone",
        "  session   sim, 1 turn",
        "  handler   app shop:app",
        "  tool      find: POST shop.example.com/orders",
        "  held      by itself: alone: true",
        "  deadline  60 s",
        "scenarios/a.yaml::skipped",
        "  session   sim, 1 turn",
        "  handler   app shop:app",
        "  tool      find: POST shop.example.com/orders",
        "  held      in its turn: its mark skip decides whether it runs",
        "  deadline  60 s",
        "5 scenarios, 5 turns: 2 in their turn, 1 ahead, 2 by themselves",
        "  at once   4 in each process",
        "  time      at most 245 connected seconds",
        "  cost      none: the session is simulated",
    ]


def test_the_plan_says_where_each_tool_leads_and_no_secret(town: Town) -> None:
    api: dict[str, Any] = {"url": "https://me:s3cret@pay.test/v1/{id}?key=k3y", "method": "GET"}
    auth = {"type": "oauth2_client_credentials", "client_id": "c", "client_secret": "s3cret"}
    api["auth"] = {**auth, "token_url": "https://id.test/token?tenant=s3cret"}
    parameters = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
    tools = [
        {"name": "pay", "description": "Pays.", "parameters": parameters, "delivery": {"api": api}},
        {"name": "show", "description": "Shows.", "delivery": {"app_message": True}},
    ]
    town.write("scenarios/shop.pal.yaml", json.dumps({"tools": tools}))
    town.scenarios({"name": "idles", "turns": [{"user": "Hello", "calls": "none"}]})

    text = town.run("--tavus-plan", "--tavus-hosts=*.test").stdout.str()

    assert "  tool      pay: GET pay.test/v1/{id}, token from id.test/token\n" in text
    assert "  tool      show: app message\n" in text
    assert "s3cret" not in text
    assert "k3y" not in text


def test_a_misspelt_host_stops_the_plan(town: Town) -> None:
    town.scenarios(asks("first"))

    run = town.run("--tavus-plan", "--tavus-hosts=shop.exmaple.com")

    assert run.ret == pytest.ExitCode.INTERRUPTED
    run.stdout.fnmatch_lines(
        [
            "*scenarios/shop.pal.yaml:11:27: the host 'shop.example.com' is not among *",
            "*hint: did you mean 'shop.exmaple.com'?",
        ]
    )


def test_a_plan_is_made_in_one_process(town: Town) -> None:
    town.scenarios(asks("first"))

    run = town.run_apart("--tavus-plan", "-n", "2")

    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.stderr.fnmatch_lines(["ERROR: --tavus-plan is made in one process: leave out -n"])


def test_without_the_plan_everything_runs(town: Town) -> None:
    town.scenarios(asks("first"))

    run = town.run("--tavus-plan=no")

    run.assert_outcomes(passed=1)
    assert len(town.log("begin")) == 1


def test_a_plan_without_scenarios_is_refused(town: Town) -> None:
    town.scenarios(asks("one"))

    run = town.pytester.runpytest_subprocess("--tavus-plan", timeout=SECONDS)

    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.stderr.fnmatch_lines(["ERROR: --tavus-plan plans scenarios: say --tavus-scenarios as well"])


def test_a_plan_in_the_ini_file_leaves_other_runs_alone(town: Town) -> None:
    town.write("pytest.ini", "[pytest]\ntavus_plan = yes\n")
    town.write("test_other.py", "def test_other(): pass\n")

    run = town.pytester.runpytest_subprocess("test_other.py", timeout=SECONDS)

    run.assert_outcomes(passed=1)
