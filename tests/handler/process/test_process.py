from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_tavus.handler.process.process import Output, pauses
from tests.handler.process.shop import is_alive

SCRIPT = """
import asyncio, os, sys
from pathlib import Path
from pytest_tavus.handler.process.process import Process

child = "[sys.executable, '-c', 'import signal; signal.pause()']"
waiting = "import subprocess, sys, signal;" \\
    f"print(subprocess.Popen({child}).pid, flush=True);" \\
    "signal.pause()"
process = Process([sys.executable, "-c", waiting], cwd=Path(), environ=dict(os.environ))
while not process.output.tail():
    pass
print(os.getpgid(int(process.output.tail())), process.output.tail())
"""


def test_a_process_and_its_children_do_not_outlive_the_interpreter() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    left = [int(pid) for pid in done.stdout.split() if is_alive(int(pid))]
    for pid in left:
        os.kill(pid, 9)
    assert len(done.stdout.split()) == 2
    assert not left


@pytest.fixture
def pipe() -> tuple[Output, int]:
    reader, writer = os.pipe()
    return Output(reader), writer


def test_output_keeps_the_last_bytes(pipe: tuple[Output, int]) -> None:
    output, writer = pipe
    os.write(writer, b"first\n")
    for number in range(20_000):
        os.write(writer, b"line %d\n" % number)
    os.close(writer)
    output.finish(within=5)

    lines = (output.tail() or "").splitlines()
    assert (len(lines), lines[-1]) == (60, "line 19999")
    assert "first" not in output.read_since(0)
    assert len(output.read_since(0)) == 64 * 1024
    assert output.read_since(output.bytes_written - 11) == "line 19999\n"
    assert output.read_since(output.bytes_written) == ""


def test_the_tail_of_no_output_is_none(pipe: tuple[Output, int]) -> None:
    output, writer = pipe
    os.close(writer)
    output.finish(within=5)
    assert output.tail() is None


def test_pauses_end_when_time_is_up() -> None:
    assert list(pauses(0)) == []
    assert 0 < next(pauses(1)) < 0.01
