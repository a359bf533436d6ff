"""The command pytest-tavus, and the page it writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from pytest_tavus.cli import main
from pytest_tavus.run.options.page import options_page
from pytest_tavus.run.options.table import OPTIONS
from tests.docs.golden import hold
from tests.source import REPOSITORY


def test_schema_prints_a_json_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0

    assert "$schema" in json.loads(capsys.readouterr().out)


def test_options_prints_the_reference(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["options"]) == 0

    assert capsys.readouterr().out == options_page()


def test_the_reference_in_the_docs_is_current() -> None:
    page = REPOSITORY / "docs" / "reference" / "options.md"

    hold(page, options_page())


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_the_reference_has_every_row_with_every_name(option: object) -> None:
    page = options_page()
    for found in OPTIONS:
        if found is option:
            assert f"## {found.name}\n" in page
            assert f"`{found.dest}`" in page
            assert ("flag" in found.places) == (f"`{found.flag}" in page)
            assert ("environment" in found.places) == (f"`{found.variable}`" in page)


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("pytest-tavus ")


@pytest.mark.parametrize("argv", [[], ["shema"]])
def test_a_wrong_command_line_is_exit_code_2(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)

    assert ended.value.code == 2
    assert "usage: pytest-tavus" in capsys.readouterr().err


def test_the_command_does_not_load_the_engine() -> None:
    program = "import sys, pytest_tavus.cli as c; c.main(['options']); print('yaml' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=REPOSITORY,
        env=dict(os.environ),
    )

    assert run.stdout.endswith("False\n")
