"""What a file may cost: far too much of anything is refused at its place, and in time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.scenario.text import source
from pytest_tavus.scenario.text.limits import MOST_ROWS, FileLimits
from pytest_tavus.scenario.text.plain import is_dict, is_list
from pytest_tavus.scenario.text.reader import load_yaml
from pytest_tavus.scenario.text.source import Document
from pytest_tavus.scenario.text.yamlfile import events
from pytest_tavus.scenario.values.matcher_values import from_tag
from pytest_tavus.spans import Loc
from tests.scenario.files import PAL, SCENARIO, loaded, problems

HEAD = "pal: support.pal.yaml\n"
TURNS = "turns:\n  - {user: hi, calls: none}\n"
NINES = "9" * 400


@pytest.mark.parametrize("amount", [f"{NINES}s", f"{NINES}ms", NINES, "604801"])
@pytest.mark.parametrize("key", ["deadline", "within"])
def test_a_duration_beyond_a_week_is_refused_at_its_line(
    tmp_path: Path, key: str, amount: str
) -> None:
    turn = TURNS if key == "deadline" else f"turns:\n  - {{user: hi, plays: x, within: {amount}}}\n"
    top = f"deadline: {amount}\n" if key == "deadline" else ""
    (told,) = problems(tmp_path, HEAD + top + turn)
    assert told.startswith("orders.yaml:2:11: " if top else "orders.yaml:3:34: ")
    assert "is longer than a week, which no conversation lasts" in told
    assert len(told) < 300


def test_a_duration_of_a_week_is_accepted(tmp_path: Path) -> None:
    (scenario,) = loaded(tmp_path, HEAD + "deadline: 604800\n" + TURNS)
    assert scenario.deadline == 604800


@pytest.mark.parametrize("path", ["a" * 300, "a" * 5000, "a/" * 3000 + "b", "a\\0b"])
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('pal: "%s.yaml"\n' + TURNS, "1:6"),
        (HEAD + 'include: "%s.yaml"\n' + TURNS, "2:10"),
        (HEAD + 'judge: !include "%s.yaml"\n' + TURNS, "2:8"),
    ],
)
def test_a_path_that_no_file_can_have_leads_to_no_file(
    tmp_path: Path, text: str, place: str, path: str
) -> None:
    told = problems(tmp_path, text % path)[0]
    assert told.startswith(f"orders.yaml:{place}: ")
    assert "does not exist" in told
    assert len(told) < 600


def matrix(names: int, values: int) -> str:
    row = ", ".join(map(str, range(values)))
    entries = ", ".join(f"k{name}: [{row}]" for name in range(names))
    return f"parametrize: {{matrix: {{{entries}}}}}\n"


def test_a_matrix_of_too_many_rows_is_refused_without_building_them(tmp_path: Path) -> None:
    (told,) = problems(tmp_path, HEAD + matrix(9, 10) + TURNS)
    limit = "orders.yaml:2:14: the matrix has 1,000,000,000 rows, and the limit is 10,000"
    assert told.partition("\n")[0] == limit
    turns = TURNS.replace("hi", "'{row.k0}{row.k1}'")
    assert len(loaded(tmp_path, HEAD + matrix(2, 10) + turns)) == 100
    assert MOST_ROWS == 10_000


@pytest.mark.parametrize("where", ["file", "turn", "pal", "tool"])
def test_thousands_of_unknown_keys_are_reported_each_at_its_line(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = 3000
    indent = {"turn": "    ", "tool": "    "}.get(where, "")
    keys = "".join(f"{indent}key{index}: 1\n" for index in range(number))
    turn = "turns:\n  - user: hi\n    calls: none\n"
    inside = keys if where in {"file", "turn"} else ""
    pal = PAL if inside else PAL + keys
    (tmp_path / "support.pal.yaml").write_text(pal, encoding="utf-8")
    read: list[str] = []

    def reading(text: str) -> Callable[[], Any]:
        read.append(text)
        return events(text)

    monkeypatch.setattr(source, "events", reading)
    told = problems(tmp_path, HEAD + (turn + inside if where == "turn" else inside + turn))
    assert len(told) == number
    first = {"file": 2, "turn": 5}.get(where, PAL.count("\n") + 1)
    lines = [int(one.split(":")[1]) for one in told]
    assert lines == list(range(first, first + number))
    assert len(read) <= source.MANY + 10  # each is a reading of the file, or of a part of it


def locs(value: Any, at: Loc = ()) -> list[Loc]:
    found = [at, (*at, "nowhere"), (*at, 0), (*at, 7), (*at, "arguments")]
    if is_dict(value):
        found += [one for key, item in value.items() for one in locs(item, (*at, str(key)))]
    elif is_list(value):
        found += [one for index, item in enumerate(value) for one in locs(item, (*at, index))]
    return found


@pytest.mark.parametrize("text", [SCENARIO, PAL, "", "just text", "[1, {a: 2}]"])
def test_a_position_is_the_same_after_any_number_of_lookups(text: str) -> None:
    read = load_yaml(text, "a.yaml", limits=FileLimits(), tagged=from_tag)
    few = Document(path="a.yaml", text=text, parts=read.parts)
    many = Document(path="a.yaml", text=text, parts=read.parts)
    for _ in range(source.MANY + 1):
        many.place(())
    for loc in locs(read.data):
        fresh = Document(path="a.yaml", text=few.text, parts=few.parts)
        assert many.place(loc) == fresh.place(loc), loc
