"""Rows are there to be read: what nothing reads makes no second scenario."""

from __future__ import annotations

from pathlib import Path

from tests.scenario.files import loaded, problems

TEXT = """\
pal: support.pal.yaml
name: asks
parametrize: [{id: A-1}, {id: A-2}]
turns: [{user: "LINE", calls: none}]
"""


def test_rows_that_nothing_reads_are_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, TEXT.replace("LINE", "hi")) == [
        (
            "orders.yaml:3:14: nothing reads {row.…}: every row would be the same scenario\n"
            "    hint: write {row.id} where its value belongs"
        )
    ]


def test_one_value_that_is_read_is_enough(tmp_path: Path) -> None:
    assert len(loaded(tmp_path, TEXT.replace("LINE", "where is {row.id}?"))) == 2


def test_rows_are_read_by_the_defaults_of_the_file_too(tmp_path: Path) -> None:
    text = (
        "pal: support.pal.yaml\n"
        "handler: {app: 'shop:app', canned: {get_order_status: {body: '{row.body}'}}}\n"
        "scenarios:\n"
        "  - name: asks\n"
        "    parametrize: [{body: a}, {body: b}]\n"
        "    turns: [{user: hi, calls: none}]\n"
    )
    assert len(loaded(tmp_path, text)) == 2
