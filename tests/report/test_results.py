"""The file of results: one run writes it, and on a full disk it does not look whole."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.errors import ScenarioError
from pytest_tavus.report.results import ResultRow, ResultsFile, read_part

ROW = ResultRow(nodeid="a.yaml::b", came="passed", seconds=0.1)

WRITER = """
import os, sys
from pathlib import Path
from pytest_tavus.report.results import ResultsFile
file = ResultsFile(Path(sys.argv[1]))
print("locked", flush=True)
sys.stdin.readline()
os._exit(3)  # as a process that is killed
"""


def test_a_second_run_cannot_write_the_file_of_a_running_one(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    first = ResultsFile(path)
    first.add(ROW)
    with pytest.raises(OSError, match="another run is writing it"):
        ResultsFile(path)
    first.end(0)
    assert read_part(path).rows == (ROW,)


def test_a_run_that_has_ended_leaves_its_file_to_the_next(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    for _ in range(2):
        file = ResultsFile(path)
        file.add(ROW)
        file.end(0)
    assert read_part(path).rows == (ROW,)


def test_a_process_that_died_holds_no_file(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    command = [sys.executable, "-c", WRITER, str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        with pytest.raises(OSError, match="another run is writing it"):
            ResultsFile(path)
        process.communicate("\n", timeout=30)
    ResultsFile(path).end(0)
    assert read_part(path).rows == ()


class FullDisk:
    """A disk that is full after so many writes."""

    def __init__(self, file: Any, takes: int) -> None:
        self._file, self._takes = file, takes

    def write(self, text: str) -> None:
        self._takes -= 1
        if self._takes < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self._file.write(text)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


@pytest.mark.parametrize("takes", [0, 1, 2])
def test_a_full_disk_leaves_an_incomplete_file(tmp_path: Path, takes: int) -> None:
    path = tmp_path / "results.jsonl"
    file = ResultsFile(path)
    opened: Any = file
    opened._file = FullDisk(opened._file, takes)
    for _ in range(2):
        file.add(ROW)
    file.end(0)
    assert file.write_error == "No space left on device"
    with pytest.raises(ScenarioError, match="did not come to its end"):
        read_part(path)


def test_a_file_that_accepts_no_write_is_refused_at_once() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    with pytest.raises(OSError, match=r"No space left on device|Invalid argument"):
        ResultsFile(Path("/dev/full"))
