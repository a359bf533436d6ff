"""`events` and `quiet`: what a participant of the room would have seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

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

Message = tuple[Entry, Mapping[str, Any]]


class RoomEvents:
    """The keyword `events`: Tavus's app messages of a turn, by type and properties."""

    def check(self, turn: TurnCase) -> CheckResult:
        """Look for each expected event, and for each that must be absent."""
        wanted = turn.turn.events
        if not wanted or not turn.played:
            return NOTHING_TO_CHECK
        messages = _messages(turn)
        findings: list[Finding] = []
        facts: list[Decider | None] = []
        for each in wanted:
            finding, decider = _check_event(each, messages, turn)
            findings += [] if finding is None else [finding]
            facts.append(decider)
        return CheckResult(findings, facts)


def _messages(turn: TurnCase) -> list[Message]:
    opened = turn.case.trace.opened()
    conversation_id = "" if opened is None else opened.conversation_id
    channels = {call_id: call.called.channel for call_id, call in turn.case.observed.calls.items()}
    read: Callable[[Any], Any] = read_masked if turn.case.trace.masked else dict
    return [
        (entry, read(message))
        for entry in turn.case.trace.entries
        if entry.turn == turn.number
        for message in messages_of(entry, conversation_id=conversation_id, channels=channels)
    ]


def _check_event(
    wanted: EventExpectation, messages: list[Message], turn: TurnCase
) -> tuple[Finding | None, Decider | None]:
    """Return what is wrong with an event, and who decided the one that was found."""
    row = turn.deciders
    try:
        properties = turn.fill(wanted.properties)
    except ValueError as error:
        return build_not_comparable_finding(turn, wanted.at, error), row.event
    kin = [item for item in messages if item[1]["event_type"] == wanted.event_type]
    found = [item for item in kin if matches(properties, item[1]["properties"])]
    if wanted.absent:
        return _build_forbidden_finding(wanted, found[0], turn) if found else None, row.event
    if not found:
        return _build_missing_finding(wanted, properties, kin, turn=turn), row.event
    return None, choose_decider((decider_of(entry.event, row) for entry, _ in found), row.event)


def _build_missing_finding(
    wanted: EventExpectation, properties: Any, kin: list[Message], *, turn: TurnCase
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
        message=f"the event {wanted.event_type}{like} was expected, but {seen}",
        owner="agent",
        span=turn.where(wanted.at),
        turn=turn.number,
        seqs=(closest[0].seq,) if closest is not None else (() if user is None else (user.seq,)),
        closest=None if closest is None else _format_message(closest, turn),
        differences=differences(near, turn.show, "properties"),
        hint=_hint(wanted, turn),
    )


def _hint(wanted: EventExpectation, turn: TurnCase) -> str | None:
    """Say why there is no app message of a call that was made all the same."""
    by_http = [call.name for call in turn.calls if call.called.channel == "api"]
    if wanted.event_type != "conversation.tool_call" or not by_http:
        return None
    return (
        f"{by_http[0]} is delivered over HTTP, and such a tool sends no app message: "
        "write it under `calls:`"
    )


def _build_forbidden_finding(wanted: EventExpectation, found: Message, turn: TurnCase) -> Finding:
    return Finding(
        kind="forbidden_event",
        message=f"the event {wanted.event_type} was expected to be absent, but was seen",
        owner="agent",
        span=turn.where(wanted.at),
        turn=turn.number,
        seqs=(found[0].seq,),
        closest=_format_message(found, turn),
    )


def _format_message(message: Message, turn: TurnCase) -> str:
    return f"{message[1]['event_type']}: {format_yaml(turn.show(message[1]['properties']))}"


class Quiet:
    """The keyword `quiet`: after its turn the PAL neither speaks nor calls for that long.

    The player records the end of the PAL's turn, listens, and records a second end with the
    seconds it has listened. What stands between the two breaks the silence.
    """

    def check(self, turn: TurnCase) -> CheckResult:
        """Find what was said or called after the PAL's turn was over."""
        wanted, ended = turn.turn.quiet, turn.observed.end_entry
        if wanted is None or ended is None:
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
            listened = turn.observed.quiet_for >= wanted
            return CheckResult((), (turn.deciders.speech,)) if listened else NOTHING_TO_CHECK
        entry, what = min(broken, key=lambda item: item[0].seq)
        after = format_seconds(entry.at - ended.at)
        found = Finding(
            kind="not_quiet",
            message=(
                f"the PAL was expected to be quiet for {format_seconds(wanted)} after its turn, "
                f"but {what} after {after}"
            ),
            owner="agent",
            span=turn.where((*turn.turn.at, "quiet")),
            turn=turn.number,
            seqs=tuple(sorted(item.seq for item, _ in broken)),
        )
        return CheckResult((found,), (turn.deciders.speech,))
