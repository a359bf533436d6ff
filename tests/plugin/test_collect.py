"""What is collected, under which names, and what is refused."""

from __future__ import annotations

import gc

import pytest

from tests.plugin.conftest import FAILING, PASSING, Project


def test_without_the_flag_no_yaml_file_is_touched(project: Project) -> None:
    project.scenarios()
    project.write("tests/test_python.py", "def test_python(): pass")

    project.run().assert_outcomes(passed=1)

    assert project.log() == ["close"]


def test_a_scenario_has_its_file_and_its_name_as_node_id(project: Project) -> None:
    project.scenarios(PASSING, FAILING)

    result = project.run("--tavus-scenarios", "--collect-only", "-q")

    assert result.outlines[:2] == [
        "scenarios/order_status.yaml::tells where the order is",
        "scenarios/order_status.yaml::cancels the order",
    ]
    assert result.ret == pytest.ExitCode.OK


def test_a_node_id_selects_one_scenario(project: Project) -> None:
    project.scenarios(PASSING, FAILING)
    node_id = "scenarios/order_status.yaml::tells where the order is"

    project.run("--tavus-scenarios", node_id).assert_outcomes(passed=1)
    project.run(node_id, "--tavus-scenarios").assert_outcomes(passed=1)


def test_a_node_id_without_a_row_selects_every_row(project: Project) -> None:
    project.scenarios({"name": "asks[first]"}, {"name": "asks[second]"}, PASSING)
    asks = "scenarios/order_status.yaml::asks"

    project.run(asks, "--tavus-scenarios").assert_outcomes(passed=2)
    project.run(f"{asks}[second]", "--tavus-scenarios").assert_outcomes(passed=1)


def test_pal_files_and_included_files_are_no_scenarios(project: Project) -> None:
    project.scenarios()
    project.scenarios(file="scenarios/more.yml")
    for other in ("support.pal.yaml", "support.pal.yml", "_common.yaml", "notes.txt"):
        project.write(f"scenarios/{other}", "not to be read")

    project.run("--tavus-scenarios").assert_outcomes(passed=2)

    assert [line for line in project.log() if line.startswith("load")] == [
        "load more.yml",
        "load order_status.yaml",
    ]


def test_every_problem_of_a_file_is_shown_and_nothing_else(project: Project) -> None:
    project.write(
        "scenarios/broken.yaml",
        '{"problems": ["unknown key \'turn\'", "the PAL file pals/x.pal.yaml is not there"]}',
    )

    result = project.run("--tavus-scenarios", "--collect-only")

    assert result.ret == pytest.ExitCode.INTERRUPTED
    text = result.stdout.str()
    assert text[text.index("___") : text.index("=== short")].splitlines()[1:-1] == [
        "scenarios/broken.yaml:1:1: unknown key 'turn'",
        "scenarios/broken.yaml:2:1: the PAL file pals/x.pal.yaml is not there",
    ]
    result.stdout.fnmatch_lines(["ERROR scenarios/broken.yaml - unknown key 'turn'"])


@pytest.mark.parametrize("style", ["long", "short", "native", "line", "auto"])
def test_no_style_of_traceback_shows_a_frame_beside_the_problems(
    project: Project, style: str
) -> None:
    project.write("scenarios/broken.yaml", '{"problems": ["unknown key \'turn\'"]}')

    result = project.run("--tavus-scenarios", f"--tb={style}", "--full-trace")

    result.stdout.no_fnmatch_line("*.py:*")
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.fnmatch_lines(["*scenarios/broken.yaml:1:*unknown key 'turn'"])


def test_a_broken_file_does_not_hide_the_others(project: Project) -> None:
    project.write("scenarios/broken.yaml", '{"problems": ["unknown key \'turn\'"]}')
    project.scenarios()

    result = project.run("--tavus-scenarios", "--continue-on-collection-errors")

    result.assert_outcomes(passed=1, errors=1)


def test_the_location_is_the_line_of_the_scenario(project: Project) -> None:
    project.scenarios(PASSING)
    project.conftest("""
def pytest_runtest_logreport(report):
    if report.when == "call":
        print("location:", report.location)
""")

    result = project.run("--tavus-scenarios", "-s")

    result.stdout.fnmatch_lines(
        ["*location: ('scenarios/order_status.yaml', 2, 'tells where the order is')*"]
    )


def test_keywords_select_by_the_name_of_the_scenario(project: Project) -> None:
    project.scenarios(PASSING, FAILING)

    project.run("--tavus-scenarios", "-k", "tells and where").assert_outcomes(
        passed=1, deselected=1
    )


def test_keywords_do_not_select_by_how_a_scenario_is_made(project: Project) -> None:
    project.scenarios(PASSING, FAILING)

    project.run("--tavus-scenarios", "-k", "sign").assert_outcomes(deselected=2)


def test_deselecting_everything_stays_pytests_own_exit_code(project: Project) -> None:
    project.scenarios()

    result = project.run("--tavus-scenarios", "-k", "nowhere")

    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_last_failed_runs_the_failed_scenario_again(project: Project) -> None:
    project.scenarios(PASSING, FAILING)
    project.run("--tavus-scenarios").assert_outcomes(passed=1, failed=1)

    project.run("--tavus-scenarios", "--lf").assert_outcomes(failed=1)


def test_last_failed_with_only_python_failures_is_no_error(project: Project) -> None:
    project.scenarios()
    project.write("tests/test_python.py", "def test_python(): assert False")
    project.run("tests", "--tavus-scenarios").assert_outcomes(passed=1, failed=1)

    project.run("tests", "--tavus-scenarios", "--lf").assert_outcomes(failed=1)


def test_the_first_failure_ends_a_run_with_x(project: Project) -> None:
    project.scenarios(FAILING, PASSING)

    project.run("--tavus-scenarios", "-x").assert_outcomes(failed=1)

    assert "run tells where the order is with None" not in project.log()


SEEN = """
import gc


def pytest_runtest_call(item):
    item.config.kept = gc.get_freeze_count() > 0


def pytest_unconfigure(config):
    print("\\nkept:", config.kept)
"""


@pytest.mark.parametrize(("arguments", "kept"), [((), True), (("tests",), False)])
def test_the_heap_is_frozen_only_in_a_run_of_scenarios_alone(
    project: Project, arguments: tuple[str, ...], *, kept: bool
) -> None:
    project.write("tests/test_python.py", "def test_python(): pass")
    project.scenarios()
    project.conftest(SEEN)
    before = gc.get_freeze_count()

    result = project.run(*arguments, "--tavus-scenarios", "-s")

    result.stdout.fnmatch_lines([f"kept: {kept}"])
    assert gc.get_freeze_count() == before
