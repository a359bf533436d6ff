"""The fixtures for tests written in Python, without the flag and without a YAML run."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import FAILING, PASSING, Project


@pytest.fixture
def played(project: Project) -> Project:
    """A project with two scenarios that only a Python test plays."""
    project.scenarios(PASSING, FAILING, file="conversations/orders.yaml")
    return project


def test_a_test_plays_a_scenario_by_its_name(played: Project) -> None:
    played.write(
        "test_played.py",
        """
def test_played(tavus_run):
    result = tavus_run("conversations/orders.yaml", "cancels the order")
    assert result.verdict.outcome == "failed"
""",
    )

    played.run().assert_outcomes(passed=1)

    assert played.log() == ["load orders.yaml", "run cancels the order with None", "close"]


def test_the_handler_of_the_call_beats_the_fixture(played: Project) -> None:
    played.conftest("""
@pytest.fixture
def tavus_handler():
    return "of the fixture"
""")
    played.write(
        "test_played.py",
        """
def test_played(tavus_run):
    tavus_run("conversations/orders.yaml", "cancels the order")
    tavus_run("conversations/orders.yaml", "cancels the order", handler="of the call")
""",
    )

    played.run().assert_outcomes(passed=1)

    assert [line for line in played.log() if line.startswith("run")] == [
        "run cancels the order with 'of the fixture'",
        "run cancels the order with 'of the call'",
    ]


@pytest.mark.parametrize(
    ("name", "advice"),
    [("", "one of them must be named"), (', "asks"', "'asks' is not one of them")],
)
def test_an_unclear_choice_names_the_scenarios(played: Project, name: str, advice: str) -> None:
    played.write(
        "test_played.py",
        f'def test_played(tavus_run):\n    tavus_run("conversations/orders.yaml"{name})\n',
    )

    run = played.run()

    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(
        [
            (
                "E       pytest_tavus.errors.ScenarioError: conversations/orders.yaml: "
                f"the scenarios are 'tells where the order is', 'cancels the order'; {advice}"
            )
        ]
    )


def test_the_fixtures_are_documented(project: Project) -> None:
    run = project.run("--fixtures", "-q")

    run.stdout.fnmatch_lines_random(
        ["tavus -- *", "tavus_async -- *", "tavus_handler [[]session scope[]] *", "tavus_run -- *"]
    )
