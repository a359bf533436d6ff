"""The front page keeps its promises: it is short, its commands are whole, its table is true."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.pages import blocks, label, pages
from tests.source import REPOSITORY

README = REPOSITORY / "README.md"
FIRST_SCREEN = 15
"""Lines."""

_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)#]+)(?:#[^)]*)?\)")


def test_the_front_page_is_read_in_one_go() -> None:
    assert len(README.read_text().splitlines()) < 100


def test_two_commands_on_the_first_screen_are_for_a_machine_with_nothing() -> None:
    console = next(block for block in blocks(README) if block.language == "console")
    commands = console.text.splitlines()

    assert console.line + len(commands) < FIRST_SCREEN
    assert [command.rpartition("/")[2] for command in commands] == [
        "pytest --tavus-scenarios",
        "pytest -n auto",
    ]
    assert all(command.startswith("python3 -m venv .venv && ") for command in commands)


def test_no_other_line_looks_like_one_of_the_commands() -> None:
    assert len(re.findall("^python3 -m venv", README.read_text(), re.MULTILINE)) == 2


def test_the_versions_of_the_table_are_those_of_the_package() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    minors = [
        found[1]
        for classifier in project["classifiers"]
        if (found := re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", classifier))
    ]
    (pytest_bound,) = [one for one in project["dependencies"] if one.startswith("pytest>=")]
    text = README.read_text()

    assert f"| Python | {', '.join(minors)} |" in text
    assert f"| pytest | {pytest_bound.removeprefix('pytest>=')} and later, " in text


@pytest.mark.parametrize("page", pages(), ids=label)
def test_a_link_leads_somewhere(page: Path) -> None:
    targets = [found["target"] for found in _LINK.finditer(page.read_text())]
    local = [target for target in targets if "://" not in target]

    assert [target for target in local if not (page.parent / target).exists()] == []
