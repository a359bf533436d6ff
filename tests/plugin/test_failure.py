"""How a played scenario passes or fails, and what is shown of it."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.plugin.conftest import FAILING, PASSING, Project

PICTURE = """\
scenarios/order_status.yaml:9:2: missing call

  the tool get_order_status was not called

  conversation (scripted, real handler)
    (nothing happened)

  evidence  all of the trace (keep it with --tavus-trace-dir)
  owner     the PAL: its prompt, or a tool's definition"""


def failures(result: pytest.RunResult) -> str:
    """What pytest prints between the heading of the first failure and the summaries."""
    text = result.stdout.str()
    after = text[text.index("= FAILURES =") :].partition("_\n")[2]
    return after.partition("\n===")[0]


def test_a_passed_scenario_passes(project: Project) -> None:
    project.scenarios(PASSING)

    project.run("--tavus-scenarios").assert_outcomes(passed=1)

    assert project.log() == [
        "load order_status.yaml",
        "run tells where the order is with None",
        "close",
    ]


@pytest.mark.parametrize("style", ["auto", "long", "short", "native"])
def test_a_failure_is_the_failure_picture_and_nothing_else(project: Project, style: str) -> None:
    project.scenarios(FAILING)

    result = project.run("--tavus-scenarios", f"--tb={style}")

    assert failures(result) == PICTURE


def test_a_failure_in_one_line_is_the_place_and_the_reason(project: Project) -> None:
    project.scenarios(FAILING)

    result = project.run("--tavus-scenarios", "--tb=line")

    result.stdout.fnmatch_lines(
        ["*scenarios/order_status.yaml:9: the tool get_order_status was not called"]
    )


def test_the_short_summary_ends_with_the_reason(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    project.scenarios(FAILING)

    result = project.run("--tavus-scenarios")

    last = result.outlines[-2]
    assert last == (
        "FAILED scenarios/order_status.yaml::cancels the order - "
        "the tool get_order_status was not called"
    )


def test_an_undecided_scenario_fails(project: Project) -> None:
    project.scenarios(PASSING | {"outcome": "undecided", "reason": "objective a: no rule"})

    project.run("--tavus-scenarios").assert_outcomes(failed=1)


def test_a_terminal_shows_colours_and_junit_stores_none(project: Project) -> None:
    project.scenarios(FAILING)

    result = project.run("--tavus-scenarios", "--color=yes", "--junitxml=junit.xml")

    assert "\x1b[" in result.stdout.str().partition("missing call")[0].rpartition("\n")[2]
    failure = ET.parse(project.path / "junit.xml").find(".//failure")
    assert failure is not None
    assert failure.text == PICTURE
    assert failure.get("message") == "the tool get_order_status was not called"


def test_a_handler_that_does_not_start_shows_its_own_words_alone(project: Project) -> None:
    project.scenarios(PASSING | {"raises": "handler"})

    result = project.run("--tavus-scenarios")

    assert failures(result) == "the handler 'shop:app' did not start\nImportError: shop"
    result.assert_outcomes(failed=1)


def test_a_bug_of_the_plugin_keeps_its_traceback(project: Project) -> None:
    project.scenarios(PASSING | {"raises": "bug"})

    result = project.run("--tavus-scenarios")

    result.stdout.fnmatch_lines(["*fakes.py:*: in run", "E   RuntimeError: this is a bug"])


def test_an_interrupt_ends_the_run_and_closes_the_runner(project: Project) -> None:
    project.scenarios(PASSING | {"raises": "interrupt"}, FAILING)

    result = project.run_apart("--tavus-scenarios", "-p", "no:xdist")

    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert project.log()[-1] == "close"
    assert "run cancels the order with None" not in project.log()


def test_the_fixture_tavus_handler_replaces_the_handler(project: Project) -> None:
    project.scenarios(PASSING)
    project.conftest("""
@pytest.fixture
def tavus_handler(tmp_path):
    return "http://127.0.0.1:8000/"
""")

    project.run("--tavus-scenarios").assert_outcomes(passed=1)

    assert "run tells where the order is with 'http://127.0.0.1:8000/'" in project.log()


def test_a_handler_fixture_that_fails_is_an_error_of_that_fixture(project: Project) -> None:
    project.scenarios(PASSING)
    project.conftest("""
@pytest.fixture
def tavus_handler():
    raise LookupError("no database")
""")

    result = project.run("--tavus-scenarios")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E       LookupError: no database", "conftest.py:*: LookupError"])
    result.stdout.no_fnmatch_line("*pytest_tavus*")


def test_a_hook_receives_every_result(project: Project) -> None:
    project.scenarios(PASSING, FAILING)
    project.conftest("""
def pytest_tavus_result(item, result):
    print(item.name, "came to", result.verdict.outcome)
""")

    result = project.run("--tavus-scenarios", "-s")

    result.stdout.fnmatch_lines(
        ["*tells where the order is came to passed", "*cancels the order came to failed"]
    )


def test_nothing_of_a_result_is_kept_after_its_report(project: Project) -> None:
    project.scenarios(PASSING, FAILING)
    project.conftest("""
def pytest_sessionfinish(session):
    print("kept:", [item.record for item in session.items])
""")

    result = project.run("--tavus-scenarios", "-s")

    result.stdout.fnmatch_lines(["*kept: [[]None, None[]]"])


def test_the_run_ends_with_a_summary_of_its_scenarios(project: Project) -> None:
    project.scenarios(PASSING, FAILING)

    result = project.run("--tavus-scenarios")

    result.stdout.fnmatch_lines(
        [
            "*= Tavus scenarios =*",
            "2 scenarios: 1 passed, 1 failed",
            "  provenance * real handler: 2",
        ]
    )


def test_junit_names_the_provenance_and_the_owner(project: Project) -> None:
    project.scenarios(FAILING)

    project.run("--tavus-scenarios", "--junitxml=junit.xml")

    properties = ET.parse(project.path / "junit.xml").findall(".//testcase/properties/property")
    assert {found.get("name"): found.get("value") for found in properties} == {
        "tavus_verdict": "failed",
        "tavus_provenance": "scripted, real handler",
        "tavus_held": "0",
        "tavus_played": "0",
        "tavus_place": "scenarios/order_status.yaml:9:2",
        "tavus_owner": "agent",
        "tavus_finding": "missing_call",
    }
