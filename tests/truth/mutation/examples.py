"""The examples as plain data: one file for each scenario."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec

from pytest_tavus.scenario.load.parse import FileLimits
from pytest_tavus.scenario.text.reader import load_yaml
from tests.source import REPOSITORY

EXAMPLES = REPOSITORY / "scenarios"


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario of the examples that must be green."""

    name: str
    "File and scenario."

    file: dict[str, Any]
    "The data of a file that holds it alone, with its PAL written out."

    @property
    def scenario(self) -> dict[str, Any]:
        """The one scenario of the file."""
        return cast("dict[str, Any]", self.file["scenarios"][0])

    @property
    def pal(self) -> dict[str, Any]:
        """Its PAL."""
        return cast("dict[str, Any]", self.scenario["pal"])


@cache
def read(path: Path) -> dict[str, Any]:
    """Read a file of the examples; a tag becomes its plain spelling, `!re x` becomes `{$re: x}`."""
    text = path.read_text(encoding="utf-8")
    loaded = load_yaml(
        text, path.name, limits=FileLimits(), tagged=lambda name, value: {f"${name}": value}
    )
    assert not loaded.problems, loaded.problems
    return cast("dict[str, Any]", loaded.data)


def examples() -> Iterator[Example]:
    """Yield every scenario that is to be green, with the first of its rows."""
    for path in sorted(EXAMPLES.glob("[!_]*.yaml")):
        whole = read(path)
        for scenario in whole["scenarios"]:
            if "marks" in scenario:
                continue
            rows = scenario.get("parametrize") or [None]
            name = f"{path.stem}: {scenario['name']}"
            yield Example(name=name, file=_alone(whole, scenario, rows[0]))


def _alone(
    whole: Mapping[str, Any], scenario: Mapping[str, Any], row: Mapping[str, Any] | None
) -> dict[str, Any]:
    one = copy.deepcopy(dict(scenario))
    keys = {key: value for key, value in whole.items() if key not in {"scenarios", "pal"}}
    pal = one.get("pal", whole.get("pal"))
    one["pal"] = copy.deepcopy(read(EXAMPLES / pal) if isinstance(pal, str) else pal)
    if row is not None:
        one["parametrize"] = [row]
    return {**copy.deepcopy(keys), "scenarios": [one]}
