"""Where things stand, asked long after the file was read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.scenario.load.parse import InlineSource
from pytest_tavus.scenario.text.limits import FileLimits
from pytest_tavus.scenario.text.reader import load_yaml
from pytest_tavus.scenario.text.source import Document
from pytest_tavus.scenario.values.matcher_values import from_tag
from pytest_tavus.spans import Loc
from tests.scenario.files import SCENARIO, loaded, lone

TEXT = """\
pal: p
scenarios:
  - name: a
    turns:
      - user: hi
        calls:
          - get_order:
              id: 1
              items: [{sku: S-1}, {sku: S-2}]
            result: {status: x}
  - {name: b, turns: [{user: &line "ä ø two\\nlines", says: *line}]}
  - name: c
    turns: [{user: x}]
"""


def document(text: str) -> Document:
    found = load_yaml(text, "a.yaml", limits=FileLimits(), tagged=from_tag)
    return Document(path="a.yaml", text=text, parts=found.parts)


@pytest.mark.parametrize(
    ("loc", "place"),
    [
        ((), "a.yaml:1:1"),
        (("pal",), "a.yaml:1:6"),
        (("scenarios",), "a.yaml:2:1"),
        (("scenarios", 0), "a.yaml:3:5"),
        (("scenarios", 0, "name"), "a.yaml:3:11"),
        (("scenarios", 0, "turns"), "a.yaml:4:5"),
        (("scenarios", 0, "turns", 0), "a.yaml:5:9"),
        (("scenarios", 0, "turns", 0, "calls", 0), "a.yaml:7:13"),
        (("scenarios", 0, "turns", 0, "calls", 0, "arguments", "items", 1, "sku"), "a.yaml:9:41"),
        (("scenarios", 0, "turns", 0, "calls", 0, "result", "status"), "a.yaml:10:30"),
        (("scenarios", 0, "turns", 0, "calls", 0, "result", "eta", "day"), "a.yaml:10:21"),
        (("scenarios", 1), "a.yaml:11:5"),
        (("scenarios", 1, "turns", 0, "says", "contains", 0), "a.yaml:11:60"),
        (("scenarios", 2, "turns", 0, "user"), "a.yaml:13:20"),
        (("scenarios", 9), "a.yaml:2:1"),
        (("nothing", "here"), "a.yaml:1:1"),
    ],
)
def test_every_path_has_a_line_and_a_column(loc: Loc, place: str) -> None:
    assert str(document(TEXT).span(loc)) == place


def test_a_key_has_its_own_position() -> None:
    assert str(document(TEXT).key_span(("scenarios", 0, "name"))) == "a.yaml:3:5"


@given(st.lists(st.text("ab: -#'\"\n", max_size=12), min_size=1, max_size=6))
def test_parsing_one_item_finds_the_same_positions_as_parsing_the_file(names: list[str]) -> None:
    lines = [
        f"  - name: {name!r}\n    deep: [{{x: {index}}}]\n" for index, name in enumerate(names)
    ]
    text = "scenarios:\n" + "".join(line.replace("\\n", " ").replace("\\'", "''") for line in lines)
    parted = document(text)
    whole = Document(path="a.yaml", text=text)
    for index in range(len(names)):
        for loc in ((), ("name",), ("deep",), ("deep", 0, "x")):
            here: Loc = ("scenarios", index, *loc)
            assert parted.span(here) == whole.span(here)


def test_every_part_of_a_scenario_has_a_line(tmp_path: Path) -> None:
    scenario = lone(tmp_path, SCENARIO)
    calls = scenario.turns[0].calls
    assert calls is not None
    at = calls.members[0].at
    assert str(scenario.where((*at, "arguments", "order_id"))) == "orders.yaml:8:42"
    assert str(scenario.where((*at, "within"))) == "orders.yaml:10:21"


def test_a_source_keeps_the_text_and_four_numbers_a_scenario(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, SCENARIO)[0]
    source = scenario.source
    assert isinstance(source, Document)
    assert {key: len(marks) for key, marks in source.parts.items()} == {"scenarios": 4}


def test_data_of_a_program_has_no_line() -> None:
    assert str(InlineSource().span(("turns", 0))) == "<python>:1:1"
