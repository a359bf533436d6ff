"""Tags, marks and fixtures of a scenario, as pytest sees them."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import FAILING, PASSING, Project


def problem(result: pytest.RunResult) -> list[str]:
    """The lines of the first collection error."""
    text = result.stdout.str()
    return text[text.index("___") : text.index("\n===", text.index("___"))].splitlines()[1:]


def test_a_tag_is_selected_with_m(project: Project) -> None:
    project.scenarios(PASSING | {"tags": ["smoke", "order-status"]}, FAILING)

    run = project.run("--tavus-scenarios", "--strict-markers", "-m", "smoke and order-status")

    run.assert_outcomes(passed=1, deselected=1)
    run.stdout.no_fnmatch_line("*Warning*")


def test_every_scenario_has_the_mark_tavus(project: Project) -> None:
    project.scenarios(PASSING)
    project.write("tests/test_python.py", "def test_python(): assert False")

    run = project.run("tests", "--tavus-scenarios", "--strict-markers", "-m", "tavus")

    run.assert_outcomes(passed=1, deselected=1)


def test_a_skipped_scenario_is_reported_with_its_reason(project: Project) -> None:
    project.scenarios(PASSING | {"marks": [{"name": "skip", "reason": "waits for the shop"}]})

    run = project.run("--tavus-scenarios", "-rs")

    run.assert_outcomes(skipped=1)
    run.stdout.fnmatch_lines(["SKIPPED *waits for the shop"])
    assert not [line for line in project.log() if line.startswith("run")]


@pytest.mark.parametrize(
    ("strict", "outcome"), [("true", {"failed": 1}), ("false", {"xpassed": 1})]
)
def test_an_expected_failure_that_passes_goes_by_the_ini_file(
    project: Project, strict: str, outcome: dict[str, int]
) -> None:
    project.write("pytest.ini", f"[pytest]\nxfail_strict = {strict}\n")
    mark = {"name": "xfail", "reason": "the shop loses orders"}
    project.scenarios(PASSING | {"marks": [mark]}, FAILING | {"marks": [mark]})

    run = project.run("--tavus-scenarios")

    run.assert_outcomes(xfailed=1, **outcome)
    run.stdout.fnmatch_lines(["*2 scenarios: 1 passed, 1 xfailed"])


def test_a_mark_of_the_users_own_is_applied(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nmarkers =\n    slow: takes long\n")
    project.scenarios(PASSING | {"marks": [{"name": "slow"}]}, FAILING)

    project.run("--tavus-scenarios", "--strict-markers", "-m", "slow").assert_outcomes(
        passed=1, deselected=1
    )


@pytest.mark.parametrize("strict", ["--strict-markers", "-Werror"])
def test_a_mark_that_strict_markers_refuse_has_its_place(project: Project, strict: str) -> None:
    project.scenarios(PASSING | {"marks": [{"name": "slwo"}]})

    run = project.run("--tavus-scenarios", strict)

    run.assert_outcomes(errors=1)
    first, *rest = problem(run)
    assert first.startswith("scenarios/order_status.yaml:3:4: ")
    assert "slwo" in first
    assert rest == ["    hint: register it under 'markers' in the ini file, or write it as a tag"]


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        (
            {"tags": ["skip"]},
            [
                "scenarios/order_status.yaml:3:4: the tag 'skip' is a mark that pytest acts on",
                "    hint: write it under 'marks', or rename it",
            ],
        ),
        (
            {"tags": ["two words"]},
            [
                "scenarios/order_status.yaml:3:4: the tag 'two words' cannot be selected with -m",
                "    hint: use letters, digits, '_', '-' and '.', beginning with a letter",
            ],
        ),
        (
            {"marks": [{"name": "parametrize"}]},
            [
                (
                    "scenarios/order_status.yaml:3:4: the mark 'parametrize' needs arguments "
                    "that a scenario cannot give"
                ),
                "    hint: one of: skip, xfail, a mark of yours",
            ],
        ),
    ],
)
def test_what_cannot_be_a_mark_is_a_problem_of_the_file(
    project: Project, given: dict[str, list[object]], lines: list[str]
) -> None:
    project.scenarios(PASSING | given)

    assert problem(project.run("--tavus-scenarios", "--collect-only")) == lines


def test_all_wrong_marks_of_a_file_are_shown_at_once(project: Project) -> None:
    project.scenarios(PASSING | {"tags": ["skip"]}, FAILING | {"tags": ["xfail"]})

    run = project.run("--tavus-scenarios")

    assert [line for line in problem(run) if "tag" in line] == [
        "scenarios/order_status.yaml:3:4: the tag 'skip' is a mark that pytest acts on",
        "scenarios/order_status.yaml:9:4: the tag 'xfail' is a mark that pytest acts on",
    ]


def test_a_fixture_is_set_up_around_the_conversation(project: Project) -> None:
    project.scenarios(PASSING | {"fixtures": ["orders"]}, PASSING | {"name": "without"})
    project.conftest("""
@pytest.fixture
def orders(pytestconfig):
    with (pytestconfig.rootpath / "runner.log").open("a", buffering=1) as log:
        log.write("orders in\\n")
        yield
        log.write("orders out\\n")
""")

    project.run("--tavus-scenarios").assert_outcomes(passed=2)

    assert project.log()[1:] == [
        "orders in",
        "run tells where the order is with None",
        "orders out",
        "run without with None",
        "close",
    ]


def test_an_unknown_fixture_has_its_place(project: Project) -> None:
    project.scenarios(PASSING | {"fixtures": ["ordres"]})

    run = project.run("--tavus-scenarios")

    run.assert_outcomes(errors=1)
    assert problem(run) == [
        "scenarios/order_status.yaml:3:4: there is no fixture 'ordres'",
        "    hint: it must be in a conftest.py of this directory or above, or in a plugin",
    ]
