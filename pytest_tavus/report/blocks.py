"""The blocks of a failure picture. Each returns lines and does not know its position."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_tavus.errors import Owner
from pytest_tavus.report.complaint import Complaint
from pytest_tavus.report.typeset import Ink, escape_unprintable, width, wrap
from pytest_tavus.report.words import OWNERS, REMEDIES, SCRIPTED_REMEDY, format_count
from pytest_tavus.trace.events import Decisions
from pytest_tavus.verdict.verdict import Difference, Finding, Ruling

_LABEL_WIDTH = 10
_MOST_DIFFERENCES = 8
_DETAIL_HEAD, _DETAIL_TAIL = 8, 40
_LONG_VALUE = 30


def headline(complaint: Complaint, *, ink: Ink, count: tuple[int, int] = (1, 1)) -> str:
    """Return position and kind, in the format that editors and terminals make clickable."""
    paint = ink.red if complaint.outcome == "failed" else ink.yellow
    number, total = count
    which = ink.dim(f"  ({number} of {total})") if total > 1 else ""
    return f"{ink.bold(str(complaint.place))}: {paint(complaint.label)}{which}"


def sentence(finding: Finding, *, columns: int, indent: int = 2) -> tuple[str, ...]:
    text = escape_unprintable(finding.message)
    return tuple(f"{'':{indent}}{line}" for line in wrap(text, columns - indent))


def closest_call(finding: Finding, *, ink: Ink, columns: int) -> Iterator[str]:
    """Yield the most similar call of the trace, and its differences from the expected call."""
    if finding.closest is not None:
        yield from _field("closest", escape_unprintable(finding.closest), columns, limit=4)
    yield from differences(finding.differences, ink=ink)


def differences(found: Sequence[Difference], *, ink: Ink) -> Iterator[str]:
    """Yield both values of each difference, in full."""
    for difference in found[:_MOST_DIFFERENCES]:
        expected, actual = (
            escape_unprintable(difference.expected),
            escape_unprintable(difference.actual),
        )
        if difference.path:
            yield f"  at        {ink.bold(escape_unprintable(difference.path))}"
        yield f"  expected  {ink.green(expected)}"
        yield f"  actual    {ink.red(actual)}"
        yield from _caret_line(expected, actual, ink)
    if len(found) > _MOST_DIFFERENCES:
        yield f"  … and {format_count(len(found) - _MOST_DIFFERENCES, 'more difference')}"


def _caret_line(expected: str, actual: str, ink: Ink) -> Iterator[str]:
    """Point at the first character that differs, unless both values are short."""
    pairs = zip(expected, actual, strict=False)
    same = next((at for at, (left, right) in enumerate(pairs) if left != right), None)
    if same is not None and same > 1 and min(len(expected), len(actual)) >= _LONG_VALUE:
        yield ink.red(f"{'':{2 + _LABEL_WIDTH + width(expected[:same])}}^")


def detail(finding: Finding, *, ink: Ink) -> Iterator[str]:
    """Yield the detail of a finding, such as the handler's traceback, each line behind a bar."""
    lines = [] if finding.detail is None else finding.detail.rstrip().splitlines()
    cut = len(lines) - _DETAIL_HEAD - _DETAIL_TAIL
    if cut > 1:
        note = f"… {cut} lines left out"
        lines = [*lines[:_DETAIL_HEAD], note, *lines[-_DETAIL_TAIL:]]
    yield from (
        f"  {ink.dim('|')} {escape_unprintable(line.expandtabs())}".rstrip() for line in lines
    )


def short_finding(
    complaint: Complaint, *, ink: Ink, columns: int, count: tuple[int, int]
) -> Iterator[str]:
    """Yield a finding after the first, without excerpt, remedy and evidence."""
    finding = complaint.finding
    yield headline(complaint, ink=ink, count=count)
    yield from sentence(finding, columns=columns)
    yield from closest_call(finding, ink=ink, columns=columns)
    yield from detail(finding, ink=ink)
    if finding.hint is not None:
        yield from _field("hint", escape_unprintable(finding.hint), columns)
    yield f"  owner     {OWNERS[finding.owner]}"


def consequences(found: Sequence[Complaint], *, ink: Ink, columns: int) -> Iterator[str]:
    if found:
        yield f"  {ink.bold('in consequence')}"
    for complaint in found:
        text = f"{complaint.place}: {complaint.label}: {complaint.finding.message}"
        first, *more = wrap(escape_unprintable(text), columns - 4)
        yield f"    {first}"
        yield from (f"      {line}" for line in more)


def remedy(
    finding: Finding, *, ink: Ink, columns: int, decisions: Decisions | None
) -> Iterator[str]:
    """Yield the smallest change that would accept the trace, the hint, and the owner."""
    if finding.change is not None:
        yield "  change    to accept what was seen, write"
        yield from (
            f"              {escape_unprintable(line)}" for line in finding.change.splitlines()
        )
    if finding.hint is not None:
        yield from _field("hint", escape_unprintable(finding.hint), columns)
    yield f"  owner     {ink.bold(OWNERS[finding.owner])}: {_remedy(finding.owner, decisions)}"


def _remedy(owner: Owner, decisions: Decisions | None) -> str:
    if owner == "agent" and decisions == "scripted":
        return SCRIPTED_REMEDY
    return REMEDIES[owner]


def evidence(finding: Finding, trace_path: str | None, *, columns: int) -> Iterator[str]:
    """Yield the entries of the trace that prove the finding; for an absent event, the turn."""
    where = "the trace (keep it with --tavus-trace-dir)" if trace_path is None else trace_path
    if finding.seqs:
        noun = "entry" if len(finding.seqs) == 1 else "entries"
        what = f"{noun} {', '.join(map(str, sorted(set(finding.seqs))))} of {where}"
    else:
        what = f"turn {finding.turn} of {where}" if finding.turn else f"all of {where}"
    yield from _field("evidence", what, columns)


def ruling_lines(rulings: Sequence[Ruling], *, ink: Ink, columns: int) -> Iterator[str]:
    paints = {"pass": ink.green, "fail": ink.red, "unsure": ink.yellow, "error": ink.yellow}
    for ruling in rulings:
        first, *more = wrap(escape_unprintable(f"{ruling.subject}: {ruling.reason}"), columns - 12)
        yield f"    {paints[ruling.outcome](f'{ruling.outcome:<6}')}  {first}"
        yield from (f"{'':12}{line}" for line in more)


def _field(label: str, text: str, columns: int, *, limit: int | None = None) -> Iterator[str]:
    first, *more = wrap(text, columns - 2 - _LABEL_WIDTH, limit=limit)
    yield f"  {label:<{_LABEL_WIDTH}}{first}"
    yield from (f"{'':{2 + _LABEL_WIDTH}}{line}" for line in more)
