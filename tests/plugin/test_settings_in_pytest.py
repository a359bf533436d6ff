"""Options as pytest knows them: help, header, ini values."""

# ruff: noqa: E501 - messages are quoted whole

from __future__ import annotations

import pytest

from pytest_tavus.run.options.settings import header_line
from pytest_tavus.run.options.table import OPTIONS, Option
from tests.plugin.conftest import Project
from tests.plugin.option_sources import resolve


def test_the_header_shows_every_value_and_where_it_was_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir("/")
    given = resolve(
        flags={"scenarios": "", "seed": "7"}, ini={"simulator": ["on_call.silent = filler"]}
    )

    assert header_line(given) == (
        "tavus: scenarios=home/scenarios, session=sim, trace=all, seed=7 (--tavus-seed), "
        "deadline=60.0, concurrency=1, "
        "simulator={on_call.silent = filler} (tavus_simulator in pytest.ini)"
    )


@pytest.mark.parametrize(
    "option", [option for option in OPTIONS if "flag" in option.places], ids=lambda o: o.name
)
def test_every_flag_is_in_pytests_help(project: Project, option: Option) -> None:
    text = " ".join(project.run("--help").stdout.str().split())

    assert option.flag in text


def test_an_invalid_value_ends_the_run_before_it_begins(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\ntavus_deadline = soon\n")

    run = project.run()

    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.stderr.fnmatch_lines(["ERROR: tavus_deadline in pytest.ini: got 'soon', expected *"])


def test_every_kind_of_ini_value_is_read_by_pytest(project: Project) -> None:
    project.scenarios()
    project.write(
        "pytest.ini",
        "[pytest]\ntavus_redact =\n    SHOP_TOKEN\n    OTHER\ntavus_deadline = 2.5\n",
    )

    run = project.run("--tavus-scenarios", "--tavus-redact=THIRD", "--strict-config")

    run.stdout.fnmatch_lines(
        [
            (
                "tavus: scenarios=scenarios, *, deadline=2.5 (tavus_deadline in pytest.ini), "
                "concurrency=1, redact=THIRD,SHOP_TOKEN,OTHER (--tavus-redact, tavus_redact in pytest.ini)"
            )
        ]
    )


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="pytest 8 knows no typed ini values")
def test_a_number_in_toml_where_text_belongs_is_a_plain_error(project: Project) -> None:
    project.write("pytest.toml", "[pytest]\ntavus_seed = 7\n")

    run = project.run()

    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.stderr.fnmatch_lines(["ERROR: *'tavus_seed' expects a string, got int: 7"])


def test_a_run_without_scenarios_shows_no_header(project: Project) -> None:
    project.write("tests/test_python.py", "def test_python(): pass")

    run = project.run()

    run.assert_outcomes(passed=1)
    run.stdout.no_fnmatch_line("tavus:*")
