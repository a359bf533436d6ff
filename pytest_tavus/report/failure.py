"""The failure picture: the text of a failed scenario, without a frame of this package.

Its order: the position in the scenario file and the kind of failure; one sentence; the closest
call with its differences; the lines of the file; the other findings; their consequences; the
conversation with ``>>>`` at every fault; the evidence; the smallest change that would accept the
trace; the hint; the owner, who can correct the failure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_tavus.report import blocks
from pytest_tavus.report.complaint import Complaint, complaints
from pytest_tavus.report.conversation import WIDTH, ErrorMark, conversation
from pytest_tavus.report.excerpt import excerpt
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.report.typeset import Ink


def failure_text(result: ScenarioResult, *, color: bool = False, width: int = WIDTH) -> str:
    """Return the failure picture of a result; for a pass, one line.

    `width` is in columns. Differing values and lines of a traceback are never cut, so they may be
    wider.
    """
    ink = Ink(color=color)
    every = complaints(result)
    if not every:
        return f"{result.scenario.span}: passed: {result.verdict.reason}"
    found = [complaint for complaint in every if not complaint.finding.consequence]
    first, *others = found
    total = len(found)
    sections = (
        (blocks.headline(first, ink=ink, count=(1, total)),),
        blocks.sentence(first.finding, columns=width),
        blocks.closest_call(first.finding, ink=ink, columns=width),
        blocks.detail(first.finding, ink=ink),
        excerpt(
            result.scenario,
            first.place,
            ink=ink,
            columns=width,
            mask=result.redaction.lines,
        ),
        *(
            blocks.short_finding(other, ink=ink, columns=width, count=(number, total))
            for number, other in enumerate(others, start=2)
        ),
        blocks.consequences(
            [complaint for complaint in every if complaint.finding.consequence],
            ink=ink,
            columns=width,
        ),
        _conversation(result, found, ink=ink, columns=width),
        _rulings(result, ink=ink, columns=width),
        _ending(result, found, ink=ink, columns=width),
    )
    texts = ("\n".join(lines) for lines in sections)
    return "\n\n".join(text for text in texts if text)


def _conversation(
    result: ScenarioResult, found: Sequence[Complaint], *, ink: Ink, columns: int
) -> Iterator[str]:
    yield f"  {ink.bold('conversation')} {ink.dim(f'({result.provenance})')}"
    marks = _marks(found)
    yield from conversation(result.trace, marks=marks, ink=ink, columns=columns)


def _marks(found: Sequence[Complaint]) -> tuple[ErrorMark, ...]:
    """Mark the first evidence of each finding; without evidence, the turn."""
    return tuple(
        ErrorMark(
            seq=complaint.finding.seqs[0] if complaint.finding.seqs else None,
            turn=complaint.finding.turn,
            label=complaint.label,
            number=number if len(found) > 1 else None,
        )
        for number, complaint in enumerate(found, start=1)
        if complaint.finding.seqs or complaint.finding.turn
    )


def _rulings(result: ScenarioResult, *, ink: Ink, columns: int) -> Iterator[str]:
    rulings = result.verdict.rulings
    if rulings:
        judges = ", ".join(dict.fromkeys(ruling.judge for ruling in rulings))
        yield f"  {ink.bold('judge')} {ink.dim(f'({judges})')}"
        yield from blocks.ruling_lines(rulings, ink=ink, columns=columns)


def _ending(
    result: ScenarioResult, found: Sequence[Complaint], *, ink: Ink, columns: int
) -> Iterator[str]:
    first, opened = found[0].finding, result.trace.opened()
    decisions = None if opened is None else opened.decisions
    if len(found) > 1:
        yield f"  {ink.bold(f'1 of {len(found)}')} {ink.dim(f'({found[0].label})')}"
    yield from blocks.evidence(first, result.trace_path, columns=columns)
    yield from blocks.remedy(first, ink=ink, columns=columns, decisions=decisions)
