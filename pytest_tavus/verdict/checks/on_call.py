"""The rule `on_call`: what is heard while a call is open. Always checked, without being asked."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_tavus.matching.text import quote_text
from pytest_tavus.trace.facts import Decider
from pytest_tavus.verdict.checks.case import NOTHING_TO_CHECK, CheckResult, TurnCase
from pytest_tavus.verdict.checks.heard import RuledCall, Utterance
from pytest_tavus.verdict.checks.words import describe_speech
from pytest_tavus.verdict.verdict import Finding


def check_on_call(calls: Sequence[RuledCall], turn: TurnCase) -> CheckResult:
    """Hold what is heard between a call and its answer against the `on_call` of its tool.

    A filler may be heard before its call. Where the PAL does not wait for the answer
    (`add_to_context`, `fire_and_forget`), its reply may stand there too, so silence proves
    nothing and is not demanded.
    """
    if turn.is_unchecked("on_call"):
        return NOTHING_TO_CHECK
    findings = [found for call in calls if (found := _check_call(call, calls, turn)) is not None]
    facts: list[Decider | None] = [turn.deciders.speech] * len(calls)
    return CheckResult(findings, facts)


def _check_call(ruled: RuledCall, calls: Sequence[RuledCall], turn: TurnCase) -> Finding | None:
    said = [item for item in turn.said if ruled.is_open_at(item[0].seq)]
    filler = ruled.tool.static_filler
    if ruled.on_call == "filler" and not said:
        return _finding(ruled, said, "a filler was expected", turn)
    if ruled.on_call == "nothing" and (loud := _list_unaccounted(ruled, said, calls)):
        return _finding(ruled, loud, "nothing was expected to be heard", turn)
    if ruled.on_call == "static_filler" and filler is not None:
        rest = [
            item
            for item in said
            if turn.case.comparable_text(item[1].text).strip() != filler.strip()
        ]
        if len(rest) == len(said):
            wanted = f"its static_filler {quote_text(turn.show(filler))} was expected"
            return _finding(ruled, said, wanted, turn)
        if loud := _list_unaccounted(ruled, rest, calls):
            return _finding(ruled, loud, "nothing but its static_filler was expected", turn)
    return None


def _list_unaccounted(
    ruled: RuledCall, said: Sequence[Utterance], calls: Sequence[RuledCall]
) -> list[Utterance]:
    """Return what no other call accounts for, if the PAL was to wait in silence."""
    if not ruled.waits:
        return []
    others = [other for other in calls if other is not ruled]
    return [item for item in said if not any(other.allows(item) for other in others)]


def _finding(ruled: RuledCall, said: Sequence[Utterance], wanted: str, turn: TurnCase) -> Finding:
    tool = ruled.tool
    seen = f"{quote_text(turn.show(said[0][1].text))} was heard" if said else "nothing was heard"
    place = turn.case.tool_span(tool, "on_call")
    told = f"on_call of {tool.name} is {tool.effective_on_call}"
    return Finding(
        kind="on_call",
        message=f"{told}: {wanted} while it was running, but {seen}",
        owner="agent",
        span=turn.where(turn.turn.at),
        turn=turn.number,
        seqs=(*(entry.seq for entry, _ in said), ruled.seq),
        detail=describe_speech(said, turn.show) if len(said) > 1 else None,
        hint=f"the rule is at {place}; `unchecked: [on_call]` on the turn switches it off",
    )
