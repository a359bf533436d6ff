"""`says` and `within` of a turn. They read what was said and never what was answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

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
    """The keyword `says`: what must be heard in a turn, and what must not."""

    def check(self, turn: TurnCase) -> CheckResult:
        """Hold what the PAL said in the turn against the texts of the scenario."""
        wanted = turn.turn.says
        if wanted is None or not turn.played:
            return NOTHING_TO_CHECK
        # Silence cannot say what it must not: then nothing was held against anything.
        silent = not _is_heard(turn)
        unsaid = 0 if silent else len(wanted.excludes)
        number = len(wanted.contains) + unsaid + len(wanted.matches)
        decider = turn.speech_decider(turn.said)
        try:
            findings = tuple(_check_speech(wanted, turn, silent=silent))
            literal = _count_literal(wanted, turn)
        except ValueError as error:
            return CheckResult((build_not_comparable_finding(turn, wanted.at, error),), (decider,))
        others = number - literal + (wanted.equals is not None)
        plain: list[Decider | None] = [turn.deciders.speech] * literal
        rest: list[Decider | None] = [decider] * others
        return CheckResult(findings, plain + rest)


def _count_literal(wanted: SpeechExpectation, turn: TurnCase) -> int:
    """Count the expected texts that stand in words filled from no answer, beside others."""
    said = [event.text for _, event in turn.said if event.filled_by is None]
    if not said or len(said) == len(turn.said):
        return 0
    texts = sum(any(is_in(turn.fill(part), one) for one in said) for part in wanted.contains)
    return texts + sum(any(re.search(part, one) for one in said) for part in wanted.matches)


def _check_speech(wanted: SpeechExpectation, turn: TurnCase, *, silent: bool) -> Iterator[Finding]:
    # What was not said is as no text and no matcher asks, not even as an empty one.
    said = " ".join([turn.case.comparable_text(event.text) for _, event in turn.said])
    for index, part in enumerate(wanted.contains):
        text = turn.fill_nonempty(part)
        if silent or not is_in(text, said):
            yield _build_missing_finding(turn, ("contains", index), _format_say_phrase(text, turn))
    for index, part in enumerate(wanted.excludes):
        text = turn.fill_nonempty(part)
        if not silent and is_in(text, said):
            yield _build_forbidden_finding(turn, ("not", index), text)
    for index, pattern in enumerate(wanted.matches):
        if silent or re.search(pattern, said) is None:
            yield _build_missing_finding(
                turn, ("matches", index), f"say something that matches {turn.show(pattern)!r}"
            )
    if wanted.equals is not None:
        text = as_text(turn.fill_nonempty(wanted.equals))
        if silent or text != said:
            apart = difference(text, said, path="", show=turn.show)
            yield _build_missing_finding(
                turn, ("equals",), f"say just {quote_text(turn.show(text))}", apart
            )


def _is_heard(turn: TurnCase) -> bool:
    return any(event.text.strip() for _, event in turn.said)


def is_in(wanted: Any, said: str) -> bool:
    """Tell whether a text is part of what was said, or a matcher takes it. Case does not count."""
    if isinstance(wanted, Matcher):
        return wanted.matches(said)
    return as_text(wanted).casefold() in said.casefold()


def _format_say_phrase(text: Any, turn: TurnCase) -> str:
    if isinstance(text, Matcher):
        return f"say {turn.show(text)!r}"
    return f"say {quote_text(turn.show(as_text(text)))}"


def _build_missing_finding(
    turn: TurnCase, keys: tuple[str | int, ...], what: str, *differences: Difference
) -> Finding:
    seen = "said something else" if _is_heard(turn) else "said nothing"
    wanted = turn.turn.says
    return Finding(
        kind="missing_speech",
        message=f"the PAL was expected to {what}, but {seen}",
        owner=_author(turn, what),
        span=turn.where(turn.turn.at if wanted is None else (*wanted.at, *keys)),
        turn=turn.number,
        seqs=_speech_seqs(turn),
        differences=differences,
        detail=None if differences or not turn.said else describe_speech(turn.said, turn.show),
    )


def _author(turn: TurnCase, what: str) -> Owner:
    """Tell who made a line: one of a script that was said with an answer in it is the answer's."""
    line = None if turn.turn.plays is None else turn.turn.plays.says
    tools = {call.name for call in turn.calls}
    fillers = [tool.static_filler for name in tools if (tool := turn.case.tools.get(name))]
    if line is None or len(tools) > 1 or any(filler and filler in what for filler in fillers):
        return "agent"  # a filler is no part of the line, and of several answers it may be none
    whole = None if turn.turn.says is None else turn.turn.says.equals
    if whole is not None and not matches_template(line, as_text(turn.fill(whole))):
        return "agent"
    filled = (event.filled_by for _, event in turn.said if matches_template(line, event.text))
    match next((by for by in filled if by is not None), None):
        case "handler" | "client":
            return "handler"
        case "canned" | "client_output":
            return "test"
        case _:
            return "agent"


def _build_forbidden_finding(turn: TurnCase, keys: tuple[str | int, ...], text: Any) -> Finding:
    wanted = turn.turn.says
    culprits = [(entry, event) for entry, event in turn.said if is_in(text, event.text)]
    shown = culprits or turn.said
    return Finding(
        kind="forbidden_speech",
        message=f"the PAL was expected not to {_format_say_phrase(text, turn)}, but did",
        owner="agent",
        span=turn.where(turn.turn.at if wanted is None else (*wanted.at, *keys)),
        turn=turn.number,
        seqs=tuple(entry.seq for entry, _ in shown),
        detail=describe_speech(shown, turn.show),
    )


def _speech_seqs(turn: TurnCase) -> tuple[int, ...]:
    seqs = tuple(entry.seq for entry, _ in reversed(turn.said))
    return seqs or (() if turn.observed.user_entry is None else (turn.observed.user_entry.seq,))


class SaidWithin:
    """The keyword `within` of a turn: the PAL has spoken its last word in time."""

    def check(self, turn: TurnCase) -> CheckResult:
        """Measure from the caller's line to the last utterance of the turn."""
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
    """Return who decided when the last word was said: whoever answered calls before it."""
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
