"""`events` and `quiet`: the events that a participant of the room would have received."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_tavus.contract.events import messages_of
from pytest_tavus.matching.compare import compare, distance, matches
from pytest_tavus.matching.text import format_yaml, quote_text
from pytest_tavus.scenario.values.model import EventExpectation
from pytest_tavus.trace.events import decider_of
from pytest_tavus.trace.facts import Decider, choose_decider
from pytest_tavus.trace.log import Entry
from pytest_tavus.trace.redaction.mask import read_masked
from pytest_tavus.verdict.checks.case import NOTHING_TO_CHECK, CheckResult, TurnCase
from pytest_tavus.verdict.checks.unmatched import build_not_comparable_finding
from pytest_tavus.verdict.checks.words import differences, format_seconds, format_sent_call
from pytest_tavus.verdict.verdict import Finding

Message = tuple[Entry, Mapping[str, object]]


class RoomEvents:
    """The keyword `events`: Tavus's app messages of a turn, by type and properties."""

    def check(self, turn: TurnCase) -> CheckResult:
        expectations = turn.turn.events
        if not expectations or not turn.played:
            return NOTHING_TO_CHECK
        messages = _messages(turn)
        findings: list[Finding] = []
        facts: list[Decider | None] = []
        for expectation in expectations:
            finding, decider = _check_event(expectation, messages, turn)
            findings += [] if finding is None else [finding]
            facts.append(decider)
        return CheckResult(findings, facts)


def _messages(turn: TurnCase) -> list[Message]:
    opened = turn.case.trace.opened()
    conversation_id = "" if opened is None else opened.conversation_id
    channels = {call_id: call.called.channel for call_id, call in turn.case.observed.calls.items()}
    masked = turn.case.trace.masked
    return [
        (entry, read_masked(message) if masked else message)
        for entry in turn.case.trace.entries
        if entry.turn == turn.number
        for message in messages_of(entry, conversation_id=conversation_id, channels=channels)
    ]


def _check_event(
    expectation: EventExpectation, messages: list[Message], turn: TurnCase
) -> tuple[Finding | None, Decider | None]:
    """Return the finding, if any, and the decider of the event that was found."""
    row = turn.deciders
    try:
        properties = turn.fill(expectation.properties)
    except ValueError as error:
        return build_not_comparable_finding(turn, expectation.at, error), row.event
    kin = [item for item in messages if item[1]["event_type"] == expectation.event_type]
    found = [item for item in kin if matches(properties, item[1]["properties"])]
    if expectation.absent:
        return _build_forbidden_finding(expectation, found[0], turn) if found else None, row.event
    if not found:
        return _build_missing_finding(expectation, properties, kin, turn=turn), row.event
    return None, choose_decider((decider_of(entry.event, row) for entry, _ in found), row.event)


def _build_missing_finding(
    expectation: EventExpectation, properties: object, kin: list[Message], *, turn: TurnCase
) -> Finding:
    def far(message: Message) -> int:
        return distance(properties, message[1]["properties"])

    closest = min(kin, key=far, default=None)
    like = f" with {format_yaml(turn.show(properties))}" if properties else ""
    seen = "none was seen" if closest is None else f"{len(kin)} of that type had other properties"
    user = turn.observed.user_entry
    near = () if closest is None else compare(properties, closest[1]["properties"])
    return Finding(
        kind="missing_event",
        message=f"the event {expectation.event_type}{like} was expected, but {seen}",
        owner="agent",
        span=turn.where(expectation.at),
        turn=turn.number,
        seqs=(closest[0].seq,) if closest is not None else (() if user is None else (user.seq,)),
        closest=None if closest is None else _format_message(closest, turn),
        differences=differences(near, turn.show, "properties"),
        hint=_hint(expectation, turn),
    )


def _hint(expectation: EventExpectation, turn: TurnCase) -> str | None:
    """Explain that a call over HTTP sends no app message."""
    by_http = [call.name for call in turn.calls if call.called.channel == "api"]
    if expectation.event_type != "conversation.tool_call" or not by_http:
        return None
    return (
        f"{by_http[0]} is delivered over HTTP, and such a tool sends no app message: "
        "write it under `calls:`"
    )


def _build_forbidden_finding(
    expectation: EventExpectation, found: Message, turn: TurnCase
) -> Finding:
    return Finding(
        kind="forbidden_event",
        message=f"the event {expectation.event_type} was expected to be absent, but was seen",
        owner="agent",
        span=turn.where(expectation.at),
        turn=turn.number,
        seqs=(found[0].seq,),
        closest=_format_message(found, turn),
    )


def _format_message(message: Message, turn: TurnCase) -> str:
    return f"{message[1]['event_type']}: {format_yaml(turn.show(message[1]['properties']))}"


class Quiet:
    """The keyword `quiet`: the seconds after its turn in which the PAL neither speaks nor calls.

    The player records the end of the PAL's turn, listens, and records a second end with the
    seconds for which it listened. Any utterance or call between both ends breaks the silence.
    """

    def check(self, turn: TurnCase) -> CheckResult:
        limit, ended = turn.turn.quiet, turn.observed.end_entry
        if limit is None or ended is None:
            return NOTHING_TO_CHECK
        broken = [
            (entry, f"said {quote_text(turn.show(event.text))}")
            for entry, event in turn.observed.said_after
        ]
        broken += [
            (call.entry, f"called {format_sent_call(call, turn.show)}")
            for call in turn.observed.calls_after
        ]
        if not broken:
            listened = turn.observed.quiet_for >= limit
            return CheckResult((), (turn.deciders.speech,)) if listened else NOTHING_TO_CHECK
        entry, what = min(broken, key=lambda item: item[0].seq)
        after = format_seconds(entry.at - ended.at)
        found = Finding(
            kind="not_quiet",
            message=(
                f"the PAL was expected to be quiet for {format_seconds(limit)} after its turn, "
                f"but {what} after {after}"
            ),
            owner="agent",
            span=turn.where((*turn.turn.at, "quiet")),
            turn=turn.number,
            seqs=tuple(sorted(item.seq for item, _ in broken)),
        )
        return CheckResult((found,), (turn.deciders.speech,))
