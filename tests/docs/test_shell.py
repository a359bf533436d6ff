"""The shell of the docs' tests types what a page says, and hides nothing of what is printed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.docs.pages import Block
from tests.docs.shell import Outcome, Step, run, same_everywhere, steps, written


def block(text: str) -> Block:
    return Block(page="docs/a.md", line=3, language="console", text=text, comments={})


TEXT = "$ echo 'a\n> b'\na\nb\n$ true\n$ echo c\nc\n"
STEPS = (
    Step(command="echo 'a\nb'", printed="a\nb\n"),
    Step(command="true", printed=""),
    Step(command="echo c", printed="c\n"),
)


def test_a_block_is_what_is_typed_and_what_is_printed() -> None:
    assert steps(block(TEXT)) == STEPS


def test_a_block_is_written_as_it_was_read() -> None:
    assert written([(step, step.printed) for step in STEPS]) == TEXT


def test_a_block_that_begins_with_something_printed_is_refused() -> None:
    with pytest.raises(AssertionError, match=r"docs/a.md:3: the first line is to begin with"):
        steps(block("a\n$ echo a\n"))


def test_commands_are_typed_into_one_shell(tmp_path: Path) -> None:
    commands = ["X=1", "echo $X; pwd", "printf no-end", "echo oh >&2; (exit 3)"]

    assert run(commands, cwd=tmp_path, env=os.environ) == [
        Outcome(status=0, printed=""),
        Outcome(status=0, printed=f"1\n{tmp_path}\n"),
        Outcome(status=0, printed="no-end\n"),
        Outcome(status=3, printed="oh\n"),
    ]


def test_a_shell_that_ends_early_leaves_commands_without_outcome(tmp_path: Path) -> None:
    assert run(["exit 1", "echo a"], cwd=tmp_path, env=os.environ) == []


def test_ports_and_times_are_the_same_everywhere() -> None:
    printed = '{"url": "http://127.0.0.1:40123/v2", "at": "2026-11-20T14:25:30.123456Z"}'

    assert same_everywhere(printed, port=40123) == (
        '{"url": "http://127.0.0.1:8000/v2", "at": "2026-01-01T00:00:00Z"}'
    )
