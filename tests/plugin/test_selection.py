"""Which paths are collected, beside or instead of those on the command line."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import PASSING, Project

RULE = "*.yaml and *.yml are scenario files, but not *.pal.yaml nor names that begin with '_'"
ADVICE = (
    "the word after --tavus-scenarios is its PATH; to give pytest a path of its own, "
    "write it first: pytest tests --tavus-scenarios"
)


@pytest.fixture
def mixed(project: Project) -> Project:
    """A project with a Python test, and a scenario in the default place."""
    project.write("tests/test_python.py", "def test_python(): pass")
    project.scenarios()
    return project


def refusal(result: pytest.RunResult) -> str:
    """The text of a usage error."""
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    text = result.stderr.str() or result.stdout.str()
    return text[text.index("ERROR: ") :].strip()


def test_without_a_path_scenarios_are_all_that_is_collected(mixed: Project) -> None:
    result = mixed.run("--tavus-scenarios", "-v")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["scenarios/order_status.yaml::tells where the order is PASSED*"])


def test_testpaths_do_not_count_as_a_path(mixed: Project) -> None:
    mixed.write("pytest.ini", "[pytest]\ntestpaths = tests\n")

    result = mixed.run("--tavus-scenarios")

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("testpaths:*")


@pytest.mark.parametrize("ini", ["testpaths = tests\n", ""])
def test_the_flag_in_addopts_keeps_the_other_tests(mixed: Project, ini: str) -> None:
    mixed.write("pytest.ini", f"[pytest]\naddopts = --tavus-scenarios\n{ini}")

    mixed.run().assert_outcomes(passed=2)


def test_the_variable_keeps_the_other_tests(
    mixed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_TAVUS_SCENARIOS", "scenarios")
    mixed.write("pytest.ini", "[pytest]\ntestpaths = tests\n")

    mixed.run().assert_outcomes(passed=2)


@pytest.mark.parametrize("name", ["other.YAML", "other.Yml", "other.yml"])
def test_the_case_of_an_extension_does_not_matter(mixed: Project, name: str) -> None:
    mixed.scenarios(file=f"scenarios/{name}")

    mixed.run("--tavus-scenarios").assert_outcomes(passed=2)


def test_a_path_elsewhere_is_collected_too(mixed: Project) -> None:
    mixed.run("tests", "--tavus-scenarios").assert_outcomes(passed=2)


def test_a_path_above_the_scenarios_is_enough(mixed: Project) -> None:
    mixed.run(".", "--tavus-scenarios").assert_outcomes(passed=2)


def test_a_file_among_the_scenarios_is_respected(mixed: Project) -> None:
    mixed.scenarios(file="scenarios/other.yaml")

    mixed.run("scenarios/other.yaml", "--tavus-scenarios").assert_outcomes(passed=1)


def test_a_scenario_file_elsewhere_is_respected(mixed: Project) -> None:
    mixed.scenarios(PASSING, PASSING | {"name": "another"}, file="elsewhere/other.yaml")

    mixed.run("elsewhere/other.yaml", "--tavus-scenarios").assert_outcomes(passed=2)


def test_the_flag_takes_a_directory(project: Project) -> None:
    project.scenarios(file="conversations/a.yaml")

    project.run("--tavus-scenarios=conversations").assert_outcomes(passed=1)


def test_the_flag_takes_a_file(mixed: Project) -> None:
    mixed.scenarios(file="scenarios/other.yaml")

    mixed.run("--tavus-scenarios=scenarios/other.yaml").assert_outcomes(passed=1)


def test_the_variable_asks_for_scenarios(mixed: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_TAVUS_SCENARIOS", "scenarios")

    mixed.run().assert_outcomes(passed=2)


def test_the_ini_key_alone_asks_for_nothing(mixed: Project) -> None:
    mixed.write("pytest.ini", "[pytest]\ntavus_scenarios = scenarios\n")

    mixed.run().assert_outcomes(passed=1)

    assert mixed.log() == ["close"]


def test_the_ini_key_says_where_they_are(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\ntavus_scenarios = conversations\n")
    project.scenarios(file="conversations/a.yaml")

    project.run("--tavus-scenarios").assert_outcomes(passed=1)


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "1")], ids=["alone", "xdist"])
def test_a_missing_path_is_refused_with_the_place(
    project: Project, workers: tuple[str, ...]
) -> None:
    assert refusal(project.run("--tavus-scenarios", *workers)) == (
        f"ERROR: no scenarios in {project.path}/scenarios (the default): there is no such file or "
        "directory\n    hint: say where they are with --tavus-scenarios=PATH"
    )


def test_a_path_without_scenario_files_is_refused(project: Project) -> None:
    project.write("scenarios/_common.yaml", "")

    assert refusal(project.run("--tavus-scenarios")) == (
        f"ERROR: no scenarios in {project.path}/scenarios (the default): no scenario file is "
        f"there: {RULE}\n    hint: say where they are with --tavus-scenarios=PATH"
    )


def test_a_path_the_flag_swallowed_is_explained(mixed: Project) -> None:
    assert refusal(mixed.run("--tavus-scenarios", "tests")) == (
        f"ERROR: no scenarios in {mixed.path}/tests (--tavus-scenarios): no scenario file is "
        f"there: {RULE}\n    hint: {ADVICE}"
    )


def test_scenario_files_that_pytest_ignores_are_refused(mixed: Project) -> None:
    result = mixed.run("tests", "--tavus-scenarios", "--ignore-glob=*.yaml")

    assert refusal(result) == (
        f"ERROR: no scenarios in {mixed.path}/scenarios (the default): pytest collected no "
        "scenario file there: it ignores them, or it looked elsewhere\n"
        "    hint: say where they are with --tavus-scenarios=PATH"
    )


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "with workers"])
def test_a_scenario_file_that_pytest_ignores_is_named(mixed: Project, workers: list[str]) -> None:
    mixed.scenarios(file="scenarios/build/other.yaml")

    run = mixed.run_apart if workers else mixed.run
    result = run("--tavus-scenarios", *workers)

    result.assert_outcomes(passed=1)
    why = "norecursedirs, --ignore or a conftest.py excludes it"
    result.stdout.fnmatch_lines([f"  not collected scenarios/build/other.yaml: {why}"])


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("other.pal.yaml", "it has scenarios, and *.pal.yaml is the name of a PAL: rename it"),
        ("other.json", "scenarios are written in YAML; a JSON file is one when it is named *.yaml"),
    ],
)
def test_a_file_of_scenarios_with_another_name_is_named(
    mixed: Project, file: str, why: str
) -> None:
    mixed.write(f"scenarios/{file}", '{"name": "one",\n"turns": [{"user": "Hi."}]}')

    result = mixed.run("--tavus-scenarios")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"  not collected scenarios/{file}: {why}"])


@pytest.mark.parametrize("file", ["other.pal.yaml", "other.json", "_shared.yaml"])
def test_a_file_that_holds_no_scenario_is_not_named(mixed: Project, file: str) -> None:
    mixed.write(f"scenarios/{file}", '{"pal_name": "Desk", "note": "no turns: here"}')

    result = mixed.run("--tavus-scenarios")

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*not collected*")


def test_a_file_outside_the_chosen_path_is_not_named(mixed: Project) -> None:
    mixed.scenarios(file="scenarios/other.yaml")

    result = mixed.run("scenarios/other.yaml", "--tavus-scenarios")

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*not collected*")


@pytest.mark.parametrize("item", ["", "::tells where the order is"])
def test_a_scenario_file_without_the_flag_gets_a_hint(project: Project, item: str) -> None:
    project.scenarios()

    run = project.run(f"scenarios/order_status.yaml{item}")

    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.stdout.fnmatch_lines(
        ["hint: order_status.yaml is run as a scenario file with --tavus-scenarios"]
    )


@pytest.mark.parametrize("given", ["scenarios/nowhere.yaml", "scenarios/shop.pal.yaml", "nowhere"])
def test_a_file_that_is_no_scenario_file_gets_no_hint(project: Project, given: str) -> None:
    project.scenarios()
    project.write("scenarios/shop.pal.yaml", "{}")

    run = project.run(given)

    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.stdout.no_fnmatch_line("hint: *")
