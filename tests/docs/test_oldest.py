"""The lowest versions that are tested are those that the package allows."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping

import pytest

from tests.source import REPOSITORY

Versions = dict[str, tuple[int, ...]]

RAISED_BY_MCP = {"anyio", "h11", "jsonschema", "pydantic"}
"""What is above the package's own floor where the extras are installed."""


def test_the_core_and_the_examples_are_tested_with_their_floors() -> None:
    floors = lowest(allowed("dependencies"), allowed("examples"))
    tested = pinned("oldest.txt")

    assert {name: tested.get(name) for name in floors} == floors


def test_what_else_is_pinned_for_the_core_tests_it_from_its_floor() -> None:
    tools = lowest(allowed("test"))
    beside = pinned("oldest.txt").keys() - lowest(allowed("dependencies"), allowed("examples"))

    assert {name: pinned("oldest.txt")[name] for name in beside} == {
        name: tools[name] for name in beside
    }


def test_everything_together_is_tested_with_its_floors() -> None:
    floors = lowest(
        *(allowed(name) for name in ("dependencies", "examples", "serve", "llm", "test"))
    )
    tested = pinned("oldest-extras.txt")

    assert tested.keys() == floors.keys()
    assert {name for name in floors if tested[name] != floors[name]} == RAISED_BY_MCP
    assert all(tested[name] > floors[name] for name in RAISED_BY_MCP)


@pytest.mark.parametrize(
    ("requirement", "name", "version"),
    [
        ("coverage[toml]>=7.10", "coverage", (7, 10, 0)),
        ("mcp>=2.2,<3", "mcp", (2, 2, 0)),
        ("PyYAML==6.0.1", "pyyaml", (6, 0, 1)),
    ],
)
def test_a_requirement_is_read(requirement: str, name: str, version: tuple[int, ...]) -> None:
    assert lowest([requirement]) == {name: version}


def allowed(of: str) -> list[str]:
    """The requirements of the package or of one of its extras, without those that name itself."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras: Mapping[str, list[str]] = project["optional-dependencies"]
    found = project["dependencies"] if of == "dependencies" else extras[of]
    return [one for one in found if not one.startswith("pytest-tavus[")]


def pinned(file: str) -> Versions:
    lines = (REPOSITORY / ".ci" / file).read_text().splitlines()
    return lowest(line for line in lines if not line.startswith("#"))


def lowest(*lists: Iterable[str]) -> Versions:
    """The lowest version of each package; where two ask for one, the higher of theirs."""
    found: Versions = {}
    for requirement in (one for each in lists for one in each):
        match = re.match(r"([\w.-]+)(?:\[\w+\])?[>=]=([\d.]+)", requirement)
        assert match is not None, requirement
        name, parts = match[1].lower(), [int(part) for part in match[2].split(".")]
        version = tuple([*parts, 0, 0][:3])
        found[name] = max(version, found.get(name, version))
    return found
