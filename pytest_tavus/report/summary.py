"""The summary at the end of a run, from records alone."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from pytest_tavus.report.record import Record
from pytest_tavus.report.result import count_by_provenance
from pytest_tavus.report.typeset import Ink
from pytest_tavus.report.words import OWNERS, format_count
from pytest_tavus.verdict.verdict import Outcome

_LABEL_WIDTH = 14

_OUTCOMES: Mapping[Outcome, str] = MappingProxyType(
    {"passed": "passed", "failed": "failed", "undecided": "undecided (not passed)"}
)


def summary_lines(
    records: Sequence[Record],
    *,
    unjudged: Mapping[str, int] = MappingProxyType({}),
    color: bool = False,
) -> tuple[str, ...]:
    """Return the lines of the summary; none for a run without a scenario.

    `unjudged` counts the scenarios without a verdict by their status, such as `skipped`.
    """
    if not (records or unjudged):
        return ()
    return tuple(_lines(records, unjudged, Ink(color=color)))


def _lines(records: Sequence[Record], unjudged: Mapping[str, int], ink: Ink) -> Iterator[str]:
    number = len(records) + sum(unjudged.values())
    counts = [*_verdicts(records, ink), *(f"{count} {word}" for word, count in unjudged.items())]
    yield f"{format_count(number, 'scenario')}: {', '.join(counts)}"
    for provenance, number in count_by_provenance(record["provenance"] for record in records):
        yield _row("provenance", f"{provenance}: {number}")
    # Only a passed scenario is evidence of anything.
    passed = [record for record in records if record["outcome"] == "passed"]
    if passed:
        yield _row("evidence", _evidence(passed))
    owners = _owners(records)
    if owners:
        yield _row("to put right", owners)
    traces = Counter(os.path.dirname(one["trace"]) or "." for one in records if one["trace"])
    for directory in sorted(traces):
        yield _row("traces", f"{directory} ({traces[directory]})")
    for text in dict.fromkeys(text for record in records for text in record["lenient"]):
        yield _row("lenient", text)
    untraced = Counter(record["untraced"] for record in records if record["untraced"])
    for why, number in untraced.items():
        yield _row("no trace", f"{why} ({number})")
    yield from advice_lines(text for record in records for text in record["advice"])


def advice_lines(advice: Iterable[str]) -> Iterator[str]:
    """Yield each piece of advice once, even if it concerns several scenarios."""
    for text in dict.fromkeys(advice):
        first, *more = text.splitlines()
        yield _row("advice", first)
        yield from (f"  {line}" for line in more)


def not_run_lines(reasons: Mapping[str, int]) -> Iterator[str]:
    for reason, number in reasons.items():
        yield _row("not run", f"{number}: {reason}")


def unproven_lines(reasons: Mapping[str, int]) -> Iterator[str]:
    """Report the scenarios that were skipped because no answer of a handler could fail them."""
    for reason, number in reasons.items():
        yield _row("skipped", f"{number}: {reason}")


def unreached_lines(number: int) -> Iterator[str]:
    if number > 0:
        yield _row("not reached", f"{number}: the run was ended before")


def slowdown_lines(*, refusals: int, lowest: int | None, reason: str) -> Iterator[str]:
    if refusals:
        times, at_once = format_count(refusals, "time"), format_count(lowest or 1, "conversation")
        yield _row("slowed down", f"{times}, to {at_once} at once: {reason}")


def one_by_one_lines(reasons: Sequence[str | None]) -> Iterator[str]:
    """Report that conversations ran one by one in every process, with the first reason."""
    if reasons and all(reason is not None for reason in reasons):
        yield _row("one by one", f"no conversation could begin ahead: {reasons[0]}")


def _verdicts(records: Sequence[Record], ink: Ink) -> list[str]:
    numbers = Counter(record["outcome"] for record in records)
    paints = {"passed": ink.green, "failed": ink.red, "undecided": ink.yellow}
    return [
        paints[outcome](f"{numbers[outcome]} {words}")
        for outcome, words in _OUTCOMES.items()
        if numbers[outcome]
    ]


def _evidence(records: Sequence[Record]) -> str:
    held, played = (sum(record[key] for record in records) for key in ("held", "played"))
    return f"{held} held by your handler, {played} played by the script"


def _owners(records: Sequence[Record]) -> str:
    """Count, for each owner, the scenarios with a finding that this owner must correct."""
    owners = (
        {finding["owner"] for finding in record["findings"] if not finding["consequence"]}
        for record in records
    )
    numbers = Counter(owner for owners_of_one in owners for owner in owners_of_one)
    return ", ".join(
        f"{words} {numbers[owner]}" for owner, words in OWNERS.items() if numbers[owner]
    )


def _row(label: str, text: str) -> str:
    return f"  {label:<{_LABEL_WIDTH}}{text}"
