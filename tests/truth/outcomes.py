"""Runs the project of all cells in one process of its own, and reads what came of each."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tests.installed import install_in
from tests.source import REPOSITORY
from tests.truth.cell import ENVIRON, Cell
from tests.truth.project import write

RUN_SECONDS = 400.0
OPTIONS = (
    *(
        "-p",
        "tavus",
        "-p",
        "reporting",
        "-p",
        "no:cacheprovider",
        "-q",
        "--tb=short",
        "--showlocals",
    ),
    *("--continue-on-collection-errors", "--tavus-scenarios=scenarios", "tests"),
    *("--tavus-results=results.jsonl", "--tavus-trace-dir=traces", "--junitxml=junit.xml"),
)


class Came(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a cell."""

    colour: str
    text: str = ""
    "What was printed of its failure."

    raised: str | None = None
    "The name of the exception that pytest saw."

    kinds: tuple[str, ...] = ()
    "The kinds of the findings, where a results file has them."


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A finished run."""

    came: dict[str, Came]
    "By the name of a cell in the project."

    written: dict[str, str]
    "What the run printed and wrote to files, by file."


def run(cells: Sequence[Cell], root: Path) -> Run:
    """Write the project, run it, and read what came of every cell."""
    write(cells, root)
    site = root.parent / f"{root.name}-site"
    site.mkdir()
    paths = (str(install_in(site)), str(REPOSITORY), str(root))
    before = set(root.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS],
        cwd=root,
        env={
            "PATH": os.environ["PATH"],
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONDONTWRITEBYTECODE": "1",
            **ENVIRON,
        },
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    new = sorted(path for path in set(root.rglob("*")) - before if path.is_file())
    written = {str(path.relative_to(root)): path.read_text() for path in new}
    written["<printed>"] = done.stdout + done.stderr
    assert "reports.jsonl" in written, written["<printed>"]
    assert "INTERNALERROR" not in written["<printed>"], written["<printed>"]
    return Run(came=_came(written), written=written)


def _came(written: Mapping[str, str]) -> dict[str, Came]:
    rows = [json.loads(line) for line in written["results.jsonl"].splitlines()]
    records = {row["nodeid"]: row["record"] for row in rows if row.get("record")}
    came: dict[str, Came] = {}
    for line in written["reports.jsonl"].splitlines():
        report = json.loads(line)
        named = re.search(r"c\d{4}\b", report["id"])
        assert named is not None, report  # a file that holds no cell, or all cells of a class
        record = records.get(report["id"])
        came[named[0]] = Came(
            colour=_colour(report, record),
            text=report["text"],
            raised=report["raised"],
            kinds=() if record is None else tuple(one["kind"] for one in record["findings"]),
        )
    return came


def _colour(report: Mapping[str, Any], record: Mapping[str, Any] | None) -> str:
    if report["when"] == "collect" and report["outcome"] == "failed":
        return "refused"
    if report["outcome"] == "failed" and record is not None:
        return str(record["outcome"])
    return str(report["outcome"])
