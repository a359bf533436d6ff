"""Names that pytest can select a scenario by."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.files import loaded, problems

TEXT = """\
pal: support.pal.yaml
scenarios:
  - name: {name}
    {rows}
    turns: [{{user: "hi{asks}", calls: none}}]
"""
HINT = "pytest parts a node id at '::', so write one colon, or none"


def text(name: str, rows: str = "") -> str:
    """Return a file with one scenario, or one for each row."""
    return TEXT.format(name=name, rows=rows, asks=" {row.a}" if rows else "")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (text("a::b"), "a::b"),
        (text("a::b [c]"), "a::b [c]"),
        (text("x{row.a}", "parametrize: [{a: '::', id: one}]"), "x::[one]"),
    ],
)
def test_a_name_that_cannot_be_selected_is_refused(tmp_path: Path, written: str, name: str) -> None:
    assert problems(tmp_path, written) == [
        f"orders.yaml:3:11: no scenario can be selected by the name {name!r}\n    hint: {HINT}"
    ]


def test_the_name_of_a_lone_scenario_is_refused_as_well(tmp_path: Path) -> None:
    lone = "name: a::b\npal: support.pal.yaml\nturns: [{user: hi, calls: none}]\n"
    assert problems(tmp_path, lone) == [
        f"orders.yaml:1:7: no scenario can be selected by the name 'a::b'\n    hint: {HINT}"
    ]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (text("'a: b'"), "a: b"),
        (text("a [b::c]"), "a [b::c]"),
        (text("a", "parametrize: [{a: 1, id: 'x::y'}]"), "a[x::y]"),
    ],
)
def test_colons_that_pytest_leaves_alone_may_stand_in_a_name(
    tmp_path: Path, written: str, name: str
) -> None:
    (found,) = loaded(tmp_path, written)
    assert found.name == name
