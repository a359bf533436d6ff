"""Writes and reads the results of a run as JSON lines, so that the parts of a split run can merge.

The first line names the format, each further line is one scenario, and the last line has the exit
code. A file without the last line is of a run that did not end.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TextIO

from msgspec import Struct, ValidationError, convert, to_builtins

from pytest_tavus.errors import Problem, ScenarioError
from pytest_tavus.report.record import Record
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.facts import PROVES_NOTHING

FORMAT, VERSION = "tavus-results", 2
NAME = "results.jsonl"
"""The file's name in a directory of results."""

ResultStatus = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed", "not run"]


class ResultRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    nodeid: str
    came: ResultStatus
    seconds: float
    text: str = ""
    "The failure picture, or the reason of a skip."

    record: Record | None = None
    "`None` if the conversation did not run to its end."


class ResultsPart(Struct, frozen=True, kw_only=True):
    path: Path
    rows: tuple[ResultRow, ...]
    exit_code: int


class ResultsFile:
    """Writes each result at once, so that an interrupted run leaves the results so far."""

    def __init__(self, path: Path) -> None:
        """Open the file and write its first line.

        Raises:
            OSError: the file cannot be written, or another run is writing it.

        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self.write_error: str | None = None
        "The reason why the file is incomplete, such as a full disk."

        self._file: TextIO = path.open("a", encoding="utf-8", newline="\n")
        try:
            # The system releases the lock at the end of the process, even after a crash.
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._file.truncate(0)
        except BlockingIOError:
            raise self._close_with_error(path, "another run is writing it") from None
        except OSError as error:
            raise self._close_with_error(path, error.strerror) from None
        self._write_line({"format": FORMAT, "version": VERSION})
        if self.write_error is not None:
            raise self._close_with_error(path, self.write_error)

    def _close_with_error(self, path: Path, why: str | None) -> OSError:
        self._close()
        return OSError(errno.EIO, why, str(path))

    def add(self, row: ResultRow) -> None:
        self._write_line(to_builtins(row))

    def end(self, exit_code: int) -> None:
        self._write_line({"exit": exit_code})
        self._close()

    def _close(self) -> None:
        with contextlib.suppress(OSError):  # `write_error` has the reason already
            self._file.close()

    def _write_line(self, data: object) -> None:
        if self.write_error is not None:
            return  # a gap followed by further lines would look like a complete file
        try:
            self._file.write(json.dumps(data, ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError as error:
            self.write_error = error.strerror or str(error)


def read_part(path: Path) -> ResultsPart:
    """Read the results of a run, from its file or from the directory it is in.

    Raises:
        ScenarioError: the file is absent or has another format, or the run did not end.

    """
    file = path / NAME if path.is_dir() else path
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        message = f"the part {str(path)!r} has no results: {error.strerror or error}"
        hint = f"write them with --tavus-results={path}/{NAME}"
        raise ScenarioError(Problem(message=message, hint=hint)) from None
    data = [_read_object(file, number, line) for number, line in enumerate(lines, start=1)]
    if not data or data[0].get("format") != FORMAT or data[0].get("version") != VERSION:
        raise _build_error(file, 1, f"this is not a file of results of version {VERSION}")
    exit_code = data[-1].get("exit")
    if not isinstance(exit_code, int):
        hint = "its process was killed, or is still running"
        raise _build_error(file, len(lines), "this run did not come to its end", hint)
    rows = tuple(_read_row(file, number, row) for number, row in enumerate(data[1:-1], start=2))
    return ResultsPart(path=path, rows=rows, exit_code=exit_code)


def _read_object(file: Path, number: int, line: str) -> dict[str, object]:
    try:
        return convert(json.loads(line), dict[str, object])
    except (ValueError, RecursionError):
        hint = "the file was cut off"
        raise _build_error(file, number, "this line is not a JSON object", hint) from None


def _read_row(file: Path, number: int, data: dict[str, object]) -> ResultRow:
    try:
        return convert(data, ResultRow)
    except ValidationError as error:
        message = f"this line is no result of a scenario: {error}"
        raise _build_error(file, number, message) from None


def _build_error(file: Path, number: int, message: str, hint: str | None = None) -> ScenarioError:
    span = SourceSpan(path=str(file), line=number)
    return ScenarioError(Problem(message=message, span=span, hint=hint))


def is_unproven(row: ResultRow) -> bool:
    """Tell whether a scenario was skipped because no answer of a handler could fail it."""
    return row.came == "skipped" and row.text.startswith(PROVES_NOTHING)


def records(rows: Sequence[ResultRow]) -> list[Record]:
    return [row.record for row in rows if row.record and row.came in {"passed", "failed"}]
