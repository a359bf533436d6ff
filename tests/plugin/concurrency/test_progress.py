"""The line beside pytest's dots: on a terminal, and nowhere else."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from pytest_tavus.plugin.concurrency.progress import Counts, Progress, is_visible, render_line
from tests.plugin.concurrency.conftest import Town, asks

COUNTS = Counts(
    running=8, waiting=12, passed=3, failed=1, turns=21, seconds=10.0,
    slowest="tells where the order is", slowest_seconds=4.2,
)  # fmt: skip
WHOLE = "8 running, 12 waiting; 3 passed, 1 failed; 2.1 turns/s; 4 s: tells where the order is"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def configured(verbosity: int = 0, **more: Any) -> Any:
    return SimpleNamespace(get_verbosity=lambda: verbosity, **more)


def ended_with(outcome: str) -> Any:
    verdict = SimpleNamespace(outcome=outcome)
    return SimpleNamespace(verdict=verdict, trace=SimpleNamespace(turns=lambda: 2))


def test_the_line_says_what_is_in_flight() -> None:
    assert render_line(COUNTS, len(WHOLE)) == WHOLE


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        (len(WHOLE) - 1, "8 running, 12 waiting; 3 passed, 1 failed; 2.1 turns/s"),
        (53, "8 running, 12 waiting; 3 passed, 1 failed"),
        (40, "8 running, 12 waiting"),
        (20, ""),
    ],
)
def test_the_line_has_the_parts_that_there_is_room_for(columns: int, text: str) -> None:
    assert render_line(COUNTS, columns) == text


def test_a_long_name_is_cut() -> None:
    assert render_line(replace(COUNTS, slowest="x" * 99), 200).endswith(" s: " + "x" * 40)


def test_before_anything_has_ended_nothing_is_divided() -> None:
    assert (
        render_line(Counts(running=1), 80)
        == "1 running, 0 waiting; 0 passed, 0 failed; 0.0 turns/s"
    )


def test_it_is_wanted_on_a_terminal() -> None:
    assert is_visible(configured(), Terminal(), {"TERM": "xterm"})


@pytest.mark.parametrize(
    ("config", "stream", "environ"),
    [
        (configured(), io.StringIO(), {}),
        (configured(verbosity=-1), Terminal(), {}),
        (configured(workerinput={}), Terminal(), {}),
        (configured(), Terminal(), {"CI": "true"}),
        (configured(), Terminal(), {"TERM": "dumb"}),
    ],
    ids=["no terminal", "quiet", "a worker", "CI", "a dumb terminal"],
)
def test_it_is_not_wanted_elsewhere(config: Any, stream: Any, environ: dict[str, str]) -> None:
    assert not is_visible(config, stream, environ)


def test_what_was_written_is_taken_away_once() -> None:
    stream = Terminal()
    shown = Progress(stream)

    shown.show([], waiting=3, columns=80)
    shown.clear()
    shown.clear()

    assert stream.getvalue() == (
        "\x1b7\x1b[K  0 running, 3 waiting; 0 passed, 0 failed; 0.0 turns/s\x1b8\x1b7\x1b[K\x1b8"
    )


def test_what_has_ended_ahead_is_counted_until_it_is_reported_and_after() -> None:
    stream = Terminal()
    shown = Progress(stream)
    ended = [ended_with("passed"), ended_with("passed"), ended_with("failed")]

    shown.show([], waiting=0, ended=ended, columns=80)
    shown.count(ended[0])
    shown.show([], waiting=0, ended=ended[1:], columns=80)

    assert stream.getvalue().count("0 running, 0 waiting; 2 passed, 1 failed; ") == 2


@pytest.mark.parametrize("quiet", [False, True])
def test_on_a_real_terminal(town: Town, quiet: bool) -> None:
    town.scenarios(
        asks("stays", "stay", deadline="0.8s"), asks("stays too", "stay", deadline="0.8s")
    )
    ours, theirs = pty.openpty()
    environ = {
        name: text for name, text in os.environ.items() if name not in {"CI", "BUILD_NUMBER"}
    }
    command = [
        sys.executable, "-m", "pytest", "--tavus-scenarios", "--tavus-concurrency=2",
        *(["-q"] if quiet else []),
    ]  # fmt: skip
    with subprocess.Popen(
        command, cwd=town.path, env={**environ, "TERM": "xterm", "COLUMNS": "120"}, stdout=theirs
    ) as process:
        os.close(theirs)
        seen = b""
        while chunk := _read(ours):
            seen += chunk
        process.wait(60)
    os.close(ours)

    assert (b"2 running, 0 waiting" in seen) is not quiet
    assert b"2 failed" in seen


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that the other side is closed
        return b""
