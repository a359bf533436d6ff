"""`says` and `within` of a turn. Both read the PAL's speech and never an answer of a handler."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_tavus.errors import Owner
from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.matching.text import quote_text
from pytest_tavus.scenario.values.model import SpeechExpectation
from pytest_tavus.scenario.values.templates import as_text, matches_template
from pytest_tavus.trace.facts import Decider, choose_decider
from pytest_tavus.verdict.checks.case import NOTHING_TO_CHECK, CheckResult, TurnCase
from pytest_tavus.verdict.checks.deciders import answerer
from pytest_tavus.verdict.checks.unmatched import build_not_comparable_finding
from pytest_tavus.verdict.checks.words import describe_speech, difference, format_seconds
from pytest_tavus.verdict.verdict import Difference, Finding


class Says:
    """The keyword `says`: texts that the PAL must say in a turn, and texts that it must not."""

    def check(self, turn: TurnCase) -> CheckResult:
        says = turn.turn.says
        if says is None or not turn.played:
            return NOTHING_TO_CHECK
        # Silence cannot break a `not`, so a silent turn is no evidence for one.
        silent = not _is_heard(turn)
        unsaid = 0 if silent else len(says.excludes)
        number = len(says.contains) + unsaid + len(says.matches)
        decider = turn.speech_decider(turn.said)
        try:
            findings = tuple(_check_speech(says, turn, silent=silent))
            literal = _count_literal(says, turn)
        except ValueError as error:
            return CheckResult((build_not_comparable_finding(turn, says.at, error),), (decider,))
        others = number - literal + (says.equals is not None)
        plain: list[Decider | None] = [turn.deciders.speech] * literal
        rest: list[Decider | None] = [decider] * others
        return CheckResult(findings, plain + rest)


def _count_literal(says: SpeechExpectation, turn: TurnCase) -> int:
    """Count the expected texts in literal utterances, if other utterances hold an answer."""
    said = [event.text for _, event in turn.said if event.filled_by is None]
    if not said or len(said) == len(turn.said):
        return 0
    texts = sum(any(is_in(turn.fill(part), text) for text in said) for part in says.contains)
    return texts + sum(any(re.search(part, text) for text in said) for part in says.matches)


def _check_speech(says: SpeechExpectation, turn: TurnCase, *, silent: bool) -> Iterator[Finding]:
    # Silence meets no expectation, not even one that an empty text would meet.
    said = " ".join([turn.case.comparable_text(event.text) for _, event in turn.said])
    for index, part in enumerate(says.contains):
        text = turn.fill_nonempty(part)
        if silent or not is_in(text, said):
            yield _build_missing_finding(turn, ("contains", index), _format_say_phrase(text, turn))
    for index, part in enumerate(says.excludes):
        text = turn.fill_nonempty(part)
        if not silent and is_in(text, said):
            yield _build_forbidden_finding(turn, ("not", index), text)
    for index, pattern in enumerate(says.matches):
        if silent or re.search(pattern, said) is None:
            yield _build_missing_finding(
                turn, ("matches", index), f"say something that matches {turn.show(pattern)!r}"
            )
    if says.equals is not None:
        text = as_text(turn.fill_nonempty(says.equals))
        if silent or text != said:
            apart = difference(text, said, path="", show=turn.show)
            yield _build_missing_finding(
                turn, ("equals",), f"say just {quote_text(turn.show(text))}", apart
            )


def _is_heard(turn: TurnCase) -> bool:
    return any(event.text.strip() for _, event in turn.said)


def is_in(expected: object, said: str) -> bool:
    """Tell whether the speech contains a text, in any case, or satisfies a matcher."""
    if isinstance(expected, Matcher):
        return expected.matches(said)
    return as_text(expected).casefold() in said.casefold()


def _format_say_phrase(text: object, turn: TurnCase) -> str:
    if isinstance(text, Matcher):
        return f"say {turn.show(text)!r}"
    return f"say {quote_text(turn.show(as_text(text)))}"


def _build_missing_finding(
    turn: TurnCase, keys: tuple[str | int, ...], what: str, *differences: Difference
) -> Finding:
    seen = "said something else" if _is_heard(turn) else "said nothing"
    says = turn.turn.says
    return Finding(
        kind="missing_speech",
        message=f"the PAL was expected to {what}, but {seen}",
        owner=_author(turn, what),
        span=turn.where(turn.turn.at if says is None else (*says.at, *keys)),
        turn=turn.number,
        seqs=_speech_seqs(turn),
        differences=differences,
        detail=None if differences or not turn.said else describe_speech(turn.said, turn.show),
    )


def _author(turn: TurnCase, what: str) -> Owner:
    """Return the owner of a missing text: the source of the answer that the script's line held."""
    line = None if turn.turn.plays is None else turn.turn.plays.says
    tools = {call.name for call in turn.calls}
    fillers = [tool.static_filler for name in tools if (tool := turn.case.tools.get(name))]
    if line is None or len(tools) > 1 or any(filler and filler in what for filler in fillers):
        # A filler is no part of the line, and several answers leave the source unknown.
        return "agent"
    whole = None if turn.turn.says is None else turn.turn.says.equals
    if whole is not None and not matches_template(line, as_text(turn.fill(whole))):
        return "agent"
    filled = (event.filled_by for _, event in turn.said if matches_template(line, event.text))
    match next((source for source in filled if source is not None), None):
        case "handler" | "client":
            return "handler"
        case "canned" | "client_output":
            return "test"
        case _:
            return "agent"


def _build_forbidden_finding(turn: TurnCase, keys: tuple[str | int, ...], text: object) -> Finding:
    says = turn.turn.says
    culprits = [(entry, event) for entry, event in turn.said if is_in(text, event.text)]
    shown = culprits or turn.said
    return Finding(
        kind="forbidden_speech",
        message=f"the PAL was expected not to {_format_say_phrase(text, turn)}, but did",
        owner="agent",
        span=turn.where(turn.turn.at if says is None else (*says.at, *keys)),
        turn=turn.number,
        seqs=tuple(entry.seq for entry, _ in shown),
        detail=describe_speech(shown, turn.show),
    )


def _speech_seqs(turn: TurnCase) -> tuple[int, ...]:
    seqs = tuple(entry.seq for entry, _ in reversed(turn.said))
    return seqs or (() if turn.observed.user_entry is None else (turn.observed.user_entry.seq,))


class SaidWithin:
    """The keyword `within` of a turn: seconds from the caller's line to the last utterance."""

    def check(self, turn: TurnCase) -> CheckResult:
        limit, user = turn.turn.within, turn.observed.user_entry
        if limit is None or user is None:
            return NOTHING_TO_CHECK
        at, timed = (*turn.turn.at, "within"), _timing_decider(turn)
        if not turn.said:
            message = (
                f"the PAL was expected to speak within {format_seconds(limit)}, but said nothing"
            )
            return CheckResult((_build_late_finding(turn, at, message, (user.seq,)),), (timed,))
        last = turn.said[-1][0]
        if last.at - user.at <= limit:
            return CheckResult((), (timed,))
        message = (
            f"the PAL was expected to be done within {format_seconds(limit)} of the caller's line, "
            f"but spoke after {format_seconds(last.at - user.at)}"
        )
        return CheckResult(
            (_build_late_finding(turn, at, message, (last.seq, user.seq)),), (timed,)
        )


def _timing_decider(turn: TurnCase) -> Decider | None:
    """Return the decider of the time of the last utterance: the source of the answers before it."""
    row = turn.deciders
    if row.timing is None:
        return None
    return choose_decider((answerer(call, row) for call in turn.calls), row.speech)


def _build_late_finding(
    turn: TurnCase, at: tuple[str | int, ...], message: str, seqs: tuple[int, ...]
) -> Finding:
    return Finding(
        kind="too_late",
        message=message,
        owner="agent",
        span=turn.where(at),
        turn=turn.number,
        seqs=seqs,
    )
