"""What a run came to, in the few lines that end it. Made from records alone."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from pytest_tavus.errors import Owner
from pytest_tavus.report.record import Record
from pytest_tavus.report.result import count_by_provenance
from pytest_tavus.report.typeset import Ink
from pytest_tavus.report.words import OWNERS, format_count
from pytest_tavus.verdict.verdict import Outcome

_LABEL = 14

_OUTCOMES: Mapping[Outcome, str] = MappingProxyType(
    {"passed": "passed", "failed": "failed", "undecided": "undecided (not passed)"}
)


def summary_lines(
    records: Sequence[Record],
    *,
    unjudged: Mapping[str, int] = MappingProxyType({}),
    color: bool = False,
) -> tuple[str, ...]:
    """Say what the scenarios of a run came to, in lines; nothing where there was none.

    `unjudged` counts those without a verdict of their own, such as skipped ones.
    """
    if not (records or unjudged):
        return ()
    return tuple(_lines(records, unjudged, Ink(color=color)))


def _lines(records: Sequence[Record], unjudged: Mapping[str, int], ink: Ink) -> Iterator[str]:
    number = len(records) + sum(unjudged.values())
    came = [*_verdicts(records, ink), *(f"{count} {word}" for word, count in unjudged.items())]
    yield f"{format_count(number, 'scenario')}: {', '.join(came)}"
    for provenance, number in count_by_provenance(one["provenance"] for one in records):
        yield _row("provenance", f"{provenance}: {number}")
    passed = [one for one in records if one["outcome"] == "passed"]
    if passed:
        yield _row("evidence", _evidence(passed))
    owners = _owners(records)
    if owners:
        yield _row("to put right", owners)
    traces = sorted({os.path.dirname(one["trace"]) or "." for one in records if one["trace"]})
    for directory in traces:
        kept = sum(_is_in(one, directory) for one in records)
        yield _row("traces", f"{directory} ({kept})")
    for text in dict.fromkeys(text for one in records for text in one["lenient"]):
        yield _row("lenient", text)
    untraced = Counter(one["untraced"] for one in records if one["untraced"])
    for why, number in untraced.items():
        yield _row("no trace", f"{why} ({number})")
    yield from advice_lines(text for one in records for text in one["advice"])


def advice_lines(advice: Iterable[str]) -> Iterator[str]:
    """Yield each piece of advice once, however many scenarios it concerns."""
    for text in dict.fromkeys(advice):
        first, *more = text.splitlines()
        yield _row("advice", first)
        yield from (f"  {line}" for line in more)


def not_run_lines(reasons: Mapping[str, int]) -> Iterator[str]:
    """Say how many scenarios were not run, and why."""
    for reason, number in reasons.items():
        yield _row("not run", f"{number}: {reason}")


def unproven_lines(reasons: Mapping[str, int]) -> Iterator[str]:
    """Say how many scenarios were skipped because nothing could fail them."""
    for reason, number in reasons.items():
        yield _row("skipped", f"{number}: {reason}")


def unreached_lines(number: int) -> Iterator[str]:
    """Say how many scenarios were not reported, because the run was ended before."""
    if number > 0:
        yield _row("not reached", f"{number}: the run was ended before")


def slowdown_lines(*, times: int, lowest: int | None, said: str) -> Iterator[str]:
    """Say that the service slowed the run down, and how far; nothing where it did not."""
    if times:
        at_once = format_count(lowest or 1, "conversation")
        yield _row("slowed down", f"{format_count(times, 'time')}, to {at_once} at once: {said}")


def one_by_one_lines(reasons: Sequence[str | None]) -> Iterator[str]:
    """Say that in no process a conversation could begin ahead, with the first reason."""
    if reasons and all(reason is not None for reason in reasons):
        yield _row("one by one", f"no conversation could begin ahead: {reasons[0]}")


def _verdicts(records: Sequence[Record], ink: Ink) -> list[str]:
    numbers = Counter(one["outcome"] for one in records)
    paints = {"passed": ink.green, "failed": ink.red, "undecided": ink.yellow}
    return [
        paints[outcome](f"{numbers[outcome]} {words}")
        for outcome, words in _OUTCOMES.items()
        if numbers[outcome]
    ]


def _evidence(records: Sequence[Record]) -> str:
    """Say what the passed scenarios are proof of; what failed is proof of nothing."""
    held, played = (sum(one[key] for one in records) for key in ("held", "played"))
    return f"{held} held by your handler, {played} played by the script"


def _owners(records: Sequence[Record]) -> str:
    """Count, for each owner, the scenarios in which something is theirs to put right."""
    numbers = Counter(owner for one in records for owner in _owners_of(one))
    return ", ".join(
        f"{words} {numbers[owner]}" for owner, words in OWNERS.items() if numbers[owner]
    )


def _owners_of(one: Record) -> set[Owner]:
    return {finding["owner"] for finding in one["findings"] if not finding["consequence"]}


def _is_in(one: Record, directory: str) -> bool:
    return one["trace"] is not None and (os.path.dirname(one["trace"]) or ".") == directory


def _row(label: str, text: str) -> str:
    return f"  {label:<{_LABEL}}{text}"
