"""A part that is missing, was cut off or is something else is never taken for a green one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.plugin.concurrency.conftest import Town, asks, merged, part


def test_a_missing_part_fails(parts: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    missing = parts[0].with_name("part4")

    code, lines = merged(capsys, *parts[:2], missing)

    assert code == 1
    assert lines[-2:] == [
        f"ERROR the part {str(missing)!r} has no results: No such file or directory",
        f"    hint: write them with --tavus-results={missing}/results.jsonl",
    ]


def test_a_part_that_was_cut_off_fails(
    parts: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    file = parts[1] / "results.jsonl"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))

    code, lines = merged(capsys, *parts[:2])

    assert code == 1
    assert lines[-2:] == [
        f"ERROR {file}:3:1: this run did not come to its end",
        "    hint: its process was killed, or is still running",
    ]


def test_a_part_that_was_cut_off_inside_of_a_character_fails(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    town.scenarios(asks("good \u00fc"), file="scenarios/1.yaml")
    file = part(town, 1) / "results.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole[: whole.index("\u00fc".encode()) + 1])

    code, lines = merged(capsys, file.parent)

    assert code == 1
    assert lines[-2] == f"ERROR {file}:2:1: this line is not a JSON object"


@pytest.mark.parametrize(
    ("ended", "why"),
    [
        (1, "something else than a scenario failed in it"),
        (2, "it was interrupted, or not everything could be collected"),
        (77, "pytest has no such code"),
    ],
)
def test_a_part_that_ended_badly_although_its_scenarios_are_green_says_so(
    parts: list[Path], capsys: pytest.CaptureFixture[str], ended: int, why: str
) -> None:
    file = parts[0] / "results.jsonl"
    file.write_text(file.read_text().replace('{"exit": 0}', json.dumps({"exit": ended})))

    code, lines = merged(capsys, *parts[:2])

    assert code == 1
    assert lines[-1] == f"ERROR the part {str(parts[0])!r} ended with {ended}: {why}"


def test_a_scenario_in_two_parts_fails(
    parts: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = merged(capsys, parts[0], parts[0])

    assert code == 1
    assert f"ERROR scenarios/1.yaml::good one is in {parts[0]} and in {parts[0]}" in lines


def test_a_part_that_had_nothing_to_run_takes_nothing_away(
    town: Town, parts: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    empty = part(town, 2, "-k", "nowhere")

    assert merged(capsys, parts[0], empty)[0] == 0
    assert merged(capsys, empty)[0] == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1: this is not a file of results of version 2"),
        ("{}\n", "1:1: this is not a file of results of version 2"),
        ("[\n", "1:1: this line is not a JSON object\n    hint: the file was cut off"),
    ],
)
def test_another_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    (tmp_path / "results.jsonl").write_text(text)

    code, lines = merged(capsys, tmp_path)

    assert code == 1
    assert "\n".join(lines).endswith(f"ERROR {tmp_path}/results.jsonl:{message}")


@pytest.mark.parametrize("ended", [0, 5])
def test_an_exit_code_is_not_believed_over_the_lines_of_its_part(
    parts: list[Path], capsys: pytest.CaptureFixture[str], ended: int
) -> None:
    file = parts[2] / "results.jsonl"
    file.write_text(file.read_text().replace('{"exit": 1}', json.dumps({"exit": ended})))

    code, lines = merged(capsys, *parts)

    assert code == 1
    told = f"the part {str(parts[2])!r} ended with {ended}, but 1 scenario in it did not pass"
    assert lines[-1] == f"ERROR {told}"
