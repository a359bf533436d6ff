"""Joins the parts of a split run into one report and one exit code."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from msgspec.structs import replace

from pytest_tavus.errors import Problem, ScenarioError
from pytest_tavus.report.record import Record, user_properties
from pytest_tavus.report.results import (
    ResultRow,
    ResultsFile,
    ResultsPart,
    ResultStatus,
    is_unproven,
    read_part,
    records,
)
from pytest_tavus.report.summary import not_run_lines, summary_lines, unproven_lines
from pytest_tavus.report.words import format_count

NOTHING_RAN = 5
"""pytest's exit code of a part without tests. Such a part does not fail the whole run."""

PROVED_NOTHING = 4
"""The exit code if every scenario was skipped because it proves nothing."""

_JUNIT_TAGS: Mapping[ResultStatus, str] = MappingProxyType(
    {
        "failed": "failure",
        "not run": "failure",
        "xpassed": "failure",
        "error": "error",
        "skipped": "skipped",
        "xfailed": "skipped",
    }
)
"""JUnit's element for each status; a passed scenario has none."""

_FAILING = frozenset(status for status, tag in _JUNIT_TAGS.items() if tag != "skipped")

_NEVER_GREEN: frozenset[ResultStatus] = frozenset({"failed", "error", "not run"})
"""Statuses that no green run has. `xpassed` is not among them: `xfail_strict` decides about it."""

_EXIT_CODE_REASONS: Mapping[int, str] = MappingProxyType(
    {
        1: "something else than a scenario failed in it",
        2: "it was interrupted, or not everything could be collected",
        3: "there was an internal error",
        4: "pytest was not used as it must be",
    }
)
"""Reasons for an exit code of pytest that no scenario of the part explains."""


def read_parts(paths: Iterable[Path]) -> tuple[tuple[ResultsPart, ...], tuple[Problem, ...]]:
    """Read every complete part; return the problems of the others, and contradictions of parts."""
    parts: list[ResultsPart] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            parts.append(read_part(path))
        except ScenarioError as error:
            problems += error.problems
    return tuple(parts), (*problems, *_check_exit_codes(parts), *_check_duplicates(parts))


def _check_exit_codes(parts: Sequence[ResultsPart]) -> Iterator[Problem]:
    for part in parts:
        code = part.exit_code
        failing = sum(row.came in _NEVER_GREEN for row in part.rows)
        if failing and code in {0, NOTHING_RAN}:
            which = f"{format_count(failing, 'scenario')} in it did not pass"
            yield Problem(message=f"the part {str(part.path)!r} ended with {code}, but {which}")
        explained = code == 1 and any(row.came in _FAILING for row in part.rows)
        if code not in {0, NOTHING_RAN} and not explained and not _proves_nothing(part):
            why = _EXIT_CODE_REASONS.get(code, "pytest has no such code")
            yield Problem(message=f"the part {str(part.path)!r} ended with {code}: {why}")


def _check_duplicates(parts: Sequence[ResultsPart]) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for part in parts:
        for row in part.rows:
            if row.nodeid in first:
                message = f"{row.nodeid} is in {first[row.nodeid]} and in {part.path}"
                hint = "each scenario belongs to one part: how was the run split?"
                yield Problem(message=message, hint=hint)
            first.setdefault(row.nodeid, part.path)


def exit_code(parts: Sequence[ResultsPart], problems: Sequence[Problem]) -> int:
    """Return 0 if every part is complete and green, and a scenario ran.

    Return 4 if every scenario was skipped because it proves nothing, and 1 otherwise.
    """
    idle = [part for part in parts if part.exit_code == NOTHING_RAN or _proves_nothing(part)]
    bad = any(part.exit_code != 0 for part in parts if part not in idle)
    bad = bad or any(row.came in _NEVER_GREEN for part in parts for row in part.rows)
    if bad or problems or not any(part.rows for part in parts):
        return 1
    return PROVED_NOTHING if len(idle) == len(parts) else 0


def _proves_nothing(part: ResultsPart) -> bool:
    skipped = all(row.came == "skipped" for row in part.rows)
    return part.exit_code == PROVED_NOTHING and skipped and any(map(is_unproven, part.rows))


def report(parts: Sequence[ResultsPart], problems: Sequence[Problem]) -> Iterator[str]:
    rows = [row for part in parts for row in part.rows]
    for row in rows:
        if row.came in _FAILING:
            yield f"{row.came.upper()} {row.nodeid}"
            yield from (f"  {line}".rstrip() for line in row.text.splitlines())
            yield ""
    yield from summary_lines(records(rows))
    reasons = Counter(row.text.removeprefix("not run: ") for row in rows if row.came == "not run")
    yield from not_run_lines(reasons)
    yield from unproven_lines(Counter(row.text for row in rows if is_unproven(row)))
    statuses = Counter(row.came for row in rows)
    numbers = ", ".join(f"{number} {word}" for word, number in statuses.items())
    yield f"{format_count(len(parts), 'part')}: {numbers or 'nothing ran'}"
    yield from (f"ERROR {problem}" for problem in problems)


def write_results(path: Path, parts: Sequence[ResultsPart], code: int) -> None:
    """Write the results of all parts as one file.

    Raises:
        OSError: the file cannot be written.

    """
    file = ResultsFile(path)
    for part in parts:
        for row in part.rows:
            file.add(row)
    file.end(code)


def copy_traces(paths: Iterable[Path], directory: Path) -> tuple[Path, ...]:
    """Copy the traces of all parts into one directory; return the paths of the copies.

    Raises:
        OSError: a trace cannot be copied.

    """
    directory.mkdir(parents=True, exist_ok=True)
    parts = [path for path in paths if path.is_dir()]
    traces = [trace for part in parts for trace in sorted(part.rglob("*.trace.jsonl"))]
    return tuple(Path(shutil.copyfile(trace, directory / trace.name)) for trace in traces)


def with_traces(parts: Iterable[ResultsPart], traces: Iterable[Path]) -> tuple[ResultsPart, ...]:
    """Return the parts with the paths of the copied traces."""
    at = {path.name: str(path) for path in traces}
    return tuple(
        replace(part, rows=tuple(_replace_trace_path(row, at) for row in part.rows))
        for part in parts
    )


def _replace_trace_path(row: ResultRow, at: Mapping[str, str]) -> ResultRow:
    kept = None if row.record is None else row.record["trace"]
    if row.record is None or kept is None or Path(kept).name not in at:
        return row
    copy = at[Path(kept).name]
    record: Record = {**row.record, "trace": copy}
    wrapped = re.compile(r"(?:\n *)?".join(map(re.escape, kept)))  # a picture wraps a long path
    return replace(row, record=record, text=wrapped.sub(lambda _: copy, row.text))


def write_junit(path: Path, parts: Sequence[ResultsPart]) -> None:
    """Write all parts as one JUnit file.

    Raises:
        OSError: the file cannot be written.

    """
    rows = [row for part in parts for row in part.rows]
    suites = ET.Element("testsuites")
    suite = ET.SubElement(suites, "testsuite", name="pytest-tavus", tests=str(len(rows)))
    tags = Counter(_JUNIT_TAGS.get(row.came) for row in rows)
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(tags[tag]))
    suite.set("time", f"{sum(row.seconds for row in rows):.3f}")
    for row in rows:
        _add_case(suite, row)
    path.parent.mkdir(parents=True, exist_ok=True)
    ET.ElementTree(suites).write(path, encoding="utf-8", xml_declaration=True)


def _add_case(suite: ET.Element, row: ResultRow) -> None:
    file, _, name = row.nodeid.partition("::")
    case = ET.SubElement(
        suite, "testcase", classname=file, name=_sanitize_xml(name), time=f"{row.seconds:.3f}"
    )
    if row.record is not None:
        properties = ET.SubElement(case, "properties")
        for key, value in user_properties(row.record):
            ET.SubElement(properties, "property", name=key, value=_sanitize_xml(value))
    tag = _JUNIT_TAGS.get(row.came)
    if tag is not None:
        message = row.text.strip().partition("\n")[0]
        element = ET.SubElement(case, tag, message=_sanitize_xml(message))
        if row.came in _FAILING:
            element.text = _sanitize_xml(row.text)


def _sanitize_xml(text: str) -> str:
    # XML 1.0 cannot contain control characters, not even escaped.
    return "".join(char if char.isprintable() or char in "\n\t" else "?" for char in text)
