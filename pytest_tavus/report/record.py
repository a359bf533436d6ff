"""A result as plain JSON data: what travels between processes, and what JUnit says of it."""

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
    "0 where it is about the whole conversation."

    consequence: bool
    "It follows from one further up, which is the one to put right."


class Record(TypedDict):
    """A result."""

    name: str
    place: str
    "Where the scenario begins: ``path:line:column``."

    outcome: Outcome
    reason: str
    provenance: str
    held: int
    "Facts that the user's handler or client callable decided, and that were held."

    played: int
    "Facts that the script decided."

    lenient: list[str]
    "Each `extra: allowed` and `unchecked`, with its place and its scenario."

    findings: list[FindingRecord]
    "Failing and open rulings of the judge among them."

    trace: str | None
    "The path of the trace, if it was kept."

    untraced: str | None
    "Where the trace was to be kept, and why it could not be."

    seconds: float
    "By the conversation's own clock."

    advice: list[str]
    "What is allowed and probably not meant, in the scenario's file or its PAL's."


def record(result: ScenarioResult) -> Record:
    """Return a result as JSON data, without any secret of the user's files."""
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
    """Yield what the scenario does not look at, each line of its file once."""
    told: list[tuple[tuple[str, SourceSpan], str]] = []
    told += [(_locate_key(scenario, (), "unchecked"), one) for one in sorted(scenario.unchecked)]
    for turn in scenario.turns:
        if turn.extra:
            told.append((_locate_key(scenario, turn.at, "extra"), "allowed"))
        told += [
            (_locate_key(scenario, turn.at, "unchecked"), one) for one in sorted(turn.unchecked)
        ]
    for (key, span), what in dict.fromkeys(told):
        yield f"{span}: {key}: {what} ({scenario.name})"


def _locate_key(scenario: Scenario, turn: Loc, key: str) -> tuple[str, SourceSpan]:
    """Return a key with its place: in the turn, in the scenario, or in the file for all of them.

    Where a key is not written, a source has the place of what is around it.
    """
    where = scenario.source.span
    for at in (turn, scenario.at, ()):
        if where((*at, key)) != where(at):
            return key, where((*at, key))
    return key, scenario.span


def _advice(result: ScenarioResult, found: Sequence[Complaint]) -> Iterator[str]:
    """Yield what Tavus may not deliver, and the lints that no hint of a finding names already."""
    for event_type in result.oversized:
        yield (
            f"{result.scenario.span}: {event_type} is longer than {APP_MESSAGE_BYTES} bytes, "
            "and may be dropped on its way through the room\n"
            "    hint: send less in one message, such as an id to look the rest up by"
        )
    named = {word for one in found for word in (one.finding.hint or "").split()}
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
        causes = [one for one in findings if not one["consequence"]]
        yield "tavus_owner", ",".join(dict.fromkeys(one["owner"] for one in causes))
        yield "tavus_finding", ",".join(dict.fromkeys(one["kind"] for one in findings))
