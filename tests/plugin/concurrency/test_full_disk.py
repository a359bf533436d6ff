"""A disk that is full or read-only costs the files and no verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugin.concurrency.conftest import Town, asks


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_traces_that_cannot_be_written_are_one_error(town: Town, workers: tuple[str, ...]) -> None:
    town.scenarios(asks("one"), asks("two"))
    town.write("taken", "no directory")

    run = town.run_apart("--tavus-trace-dir", "taken", *workers)

    assert run.ret == 1
    assert run.parseoutcomes()["passed"] == 2
    assert str(run.stdout).count("File exists") == 1
    assert "Traceback" not in str(run.stdout) + str(run.stderr)


FILLED = """
from pytest_tavus.plugin import results_file as results

class Filled(results.ResultsFile):
    def __init__(self, path):
        super().__init__(path)
        self._file = open("/dev/full", "w")

results.ResultsFile = Filled
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_results_that_cannot_be_written_are_one_error(town: Town) -> None:
    town.scenarios(asks("one"), asks("two"))
    town.write("filled.py", FILLED)

    run = town.run_apart("-p", "filled", "--tavus-results", "r.jsonl")

    assert run.ret == 1
    assert run.parseoutcomes()["passed"] == 2
    told = [line for line in run.outlines if "No space left on device" in line]
    assert len(told) == 1
    assert told[0].startswith("ERROR: --tavus-results: ")
    assert "Traceback" not in str(run.stdout) + str(run.stderr)
