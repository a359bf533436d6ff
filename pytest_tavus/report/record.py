"""Converts a result to plain JSON data, for other processes and for JUnit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypedDict

from pytest_tavus.contract.limits import APP_MESSAGE_BYTES
from pytest_tavus.errors import Owner
from pytest_tavus.report.complaint import Complaint, complaints
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.spans import Loc, SourceSpan
from pytest_tavus.verdict.verdict import FindingKind, Outcome


class FindingRecord(TypedDict):
    """One reason why a scenario is not passed."""

    kind: FindingKind
    message: str
    owner: Owner
    place: str
    turn: int
    "0 for a finding about the whole conversation."

    consequence: bool
    "Whether an earlier finding explains it, so that only the earlier one needs a correction."


class Record(TypedDict):
    name: str
    place: str
    "The first line of the scenario: ``path:line:column``."

    outcome: Outcome
    reason: str
    provenance: str
    held: int
    "Checked facts that the user's handler or client callable decided."

    played: int
    "Checked facts that the script decided."

    lenient: list[str]
    "Each `extra: allowed` and `unchecked`, with its place and its scenario."

    findings: list[FindingRecord]
    "Including failing and undecided rulings of the judge."

    trace: str | None
    "The path of the trace file."

    untraced: str | None
    "The directory and the reason, if the trace could not be written."

    seconds: float
    "By the conversation's own clock."

    advice: list[str]
    "Lints: valid but probably unintended texts in the scenario's file or in the PAL's."


def record(result: ScenarioResult) -> Record:
    """Return a result as JSON data, without a secret of the user's files."""
    found = complaints(result)
    return Record(
        name=result.scenario.name,
        place=str(result.scenario.span),
        outcome=result.verdict.outcome,
        reason=result.redaction.mask_rendered(result.verdict.reason),
        provenance=result.provenance,
        held=result.verdict.held,
        played=result.verdict.played,
        lenient=list(_list_lenient_keys(result.scenario)),
        findings=[
            FindingRecord(
                kind=complaint.finding.kind,
                message=complaint.finding.message,
                owner=complaint.finding.owner,
                place=str(complaint.place),
                turn=complaint.finding.turn,
                consequence=complaint.finding.consequence,
            )
            for complaint in found
        ],
        trace=result.trace_path,
        untraced=result.untraced,
        seconds=round(result.trace.seconds, 6),
        advice=list(_advice(result, found)),
    )


def _list_lenient_keys(scenario: Scenario) -> Iterator[str]:
    """Yield each key that switches checks off, once per line of the file."""
    keys: list[tuple[Loc, str, str]] = []
    keys += [((), "unchecked", name) for name in sorted(scenario.unchecked)]
    for turn in scenario.turns:
        if turn.extra:
            keys.append((turn.at, "extra", "allowed"))
        keys += [(turn.at, "unchecked", name) for name in sorted(turn.unchecked)]
    # Several turns may inherit one line of the file.
    located = dict.fromkeys((_locate_key(scenario, at, key), value) for at, key, value in keys)
    for (key, span), value in located:
        yield f"{span}: {key}: {value} ({scenario.name})"


def _locate_key(scenario: Scenario, turn: Loc, key: str) -> tuple[str, SourceSpan]:
    """Return a key with its position: in the turn, in the scenario, or at the top of the file."""
    # For an absent key, a source returns the position of the mapping around it.
    where = scenario.source.span
    for at in (turn, scenario.at, ()):
        if where((*at, key)) != where(at):
            return key, where((*at, key))
    return key, scenario.span


def _advice(result: ScenarioResult, found: Sequence[Complaint]) -> Iterator[str]:
    """Yield oversized app messages, and the lints that no hint of a finding quotes already."""
    for event_type in result.oversized:
        yield (
            f"{result.scenario.span}: {event_type} is longer than {APP_MESSAGE_BYTES} bytes, "
            "and may be dropped on its way through the room\n"
            "    hint: send less in one message, such as an id to look the rest up by"
        )
    named = {word for each in found for word in (each.finding.hint or "").split()}
    yield from (str(lint) for lint in result.scenario.lints if str(lint.span) not in named)


def user_properties(record: Record) -> tuple[tuple[str, str], ...]:
    """Return names and values for pytest's `user_properties`; all names begin with ``tavus_``."""
    return tuple(_properties(record))


def _properties(record: Record) -> Iterator[tuple[str, str]]:
    yield "tavus_verdict", record["outcome"]
    yield "tavus_provenance", record["provenance"]
    yield "tavus_held", str(record["held"])
    yield "tavus_played", str(record["played"])
    yield "tavus_place", record["place"]
    if record["trace"] is not None:
        yield "tavus_trace", record["trace"]
    findings = record["findings"]
    if findings:
        causes = [finding for finding in findings if not finding["consequence"]]
        yield "tavus_owner", ",".join(dict.fromkeys(finding["owner"] for finding in causes))
        yield "tavus_finding", ",".join(dict.fromkeys(finding["kind"] for finding in findings))
