"""Files as they lie on a disk: their size, encoding and limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_tavus.errors import ScenarioError
from pytest_tavus.scenario.load.parse import load_scenarios
from pytest_tavus.scenario.text.limits import FileLimits
from tests.scenario.files import SCENARIO, problems, write
from tests.scenario.yaml_text import refusal


def test_anchors_that_multiply_are_refused_before_the_data_grows() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert refusal("\n".join(lines)) == (
        "a.yaml:7:10: the file holds more than 1,000,000 values, "
        "with every alias counted as all that it stands for\n"
        "    hint: split the file, or repeat less"
    )


def test_nesting_has_a_limit() -> None:
    assert refusal("a: " + "[" * 80 + "]" * 80) == (
        "a.yaml:1:68: values are nested more than 64 deep\n"
        "    hint: move what is inside to a file of its own"
    )


def test_a_file_over_the_size_limit_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path, SCENARIO)
    with pytest.raises(ScenarioError) as caught:
        load_scenarios(path, root=tmp_path, limits=FileLimits(max_bytes=100))
    size = path.stat().st_size
    assert str(caught.value) == (
        f"orders.yaml:1:1: the file has {size} bytes, and the limit is 100\n"
        "    hint: split it into several files"
    )


def test_a_file_that_is_not_utf_8_is_refused_at_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"name: x\nuser: Stra\xdfe\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenarios(path, root=tmp_path)
    assert str(caught.value) == (
        "latin.yaml:2:11: the file is not UTF-8: byte 0xdf at offset 18\n"
        "    hint: save the file as UTF-8"
    )


def test_a_control_character_is_refused_at_its_position(tmp_path: Path) -> None:
    assert problems(tmp_path, "name: x\nuser: a\x00b\n") == [
        (
            "orders.yaml:2:8: the character U+0000 is not allowed in YAML\n"
            "    hint: write it as an escape in double quotes"
        )
    ]


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = write(tmp_path, SCENARIO)
    path.write_bytes(b"\xef\xbb\xbf" + SCENARIO.replace("\n", "\r\n").encode())
    (scenario,) = load_scenarios(path, root=tmp_path)
    assert scenario.where((*scenario.turns[1].at, "calls")).line == 14


def test_a_file_that_does_not_exist_is_an_error_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenarios(tmp_path / "none.yaml", root=tmp_path)
    assert str(caught.value) == (
        "none.yaml:1:1: the file cannot be read: No such file or directory"
    )
