"""The rule `on_resolve`: what is heard after a call is resolved. Always checked."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_tavus.matching.text import quote_text
from pytest_tavus.verdict.checks.case import NOTHING_TO_CHECK, CheckResult, TurnCase
from pytest_tavus.verdict.checks.heard import RuledCall, Utterance, is_beside_a_call
from pytest_tavus.verdict.checks.words import describe_speech
from pytest_tavus.verdict.verdict import Finding

MIN_QUOTE_LENGTH = 8
"""Characters. A shorter output can be part of an honest sentence by accident."""

_EXPECTED_SPEECH = {
    "reply": "the PAL was expected to speak of the answer",
    "acknowledgement": "the PAL was expected to acknowledge the failure",
}


def check_on_resolve(calls: Sequence[RuledCall], turn: TurnCase) -> CheckResult:
    """Hold what is heard from an answer to the end of its turn against the tool's `on_resolve`.

    Several calls may share one reply. Silence is broken only by an utterance that no other call
    of the turn accounts for.
    """
    if turn.is_unchecked("on_resolve"):
        return NOTHING_TO_CHECK
    judged = [call for call in calls if call.on_resolve not in {None, "anything"}]
    first = min((call.answer_seq for call in judged), default=0)
    later = [item for item in turn.said if item[0].seq > first]
    apart = [item for item in later if not is_beside_a_call(item, calls, turn)]
    findings = (_check_call(call, calls, apart, turn) for call in judged)
    return CheckResult(
        [found for found in findings if found is not None],
        [turn.speech_decider(_list_utterances_after(call, turn)) for call in judged],
    )


def _check_call(
    ruled: RuledCall, calls: Sequence[RuledCall], apart: Sequence[Utterance], turn: TurnCase
) -> Finding | None:
    after = _list_utterances_after(ruled, turn)
    replies = [item for item in apart if item[0].seq > ruled.answer_seq]
    resolved = ruled.call.resolved
    output = "" if resolved is None else resolved.output.strip()
    text = turn.case.comparable_text
    shown: Sequence[Utterance] = after
    wanted: str | None = None
    match ruled.on_resolve:
        case "reply" | "acknowledgement" if not replies:
            wanted = None if turn.observed.withheld else _EXPECTED_SPEECH[ruled.on_resolve]
        case "acknowledgement" if shown := [
            r for r in replies if _quotes(text(r[1].text), text(output))
        ]:
            wanted = "the PAL was expected not to quote a failed answer"
        case "output" if all(text(event.text).strip() != text(output) for _, event in after):
            wanted, shown = "the answer was expected to be spoken word for word", after
        case "nothing" if shown := _list_unaccounted(ruled, after, calls):
            wanted = "nothing was expected to be heard of the answer"
        case _:
            pass
    return None if wanted is None else _finding(ruled, shown, wanted, turn)


def _list_utterances_after(ruled: RuledCall, turn: TurnCase) -> list[Utterance]:
    return [item for item in turn.said if item[0].seq > ruled.answer_seq]


def _quotes(said: str, output: str) -> bool:
    if len(output) < MIN_QUOTE_LENGTH:
        return bool(output) and said.strip() == output
    return output in said


def _list_unaccounted(
    ruled: RuledCall, after: Sequence[Utterance], calls: Sequence[RuledCall]
) -> list[Utterance]:
    others = [other for other in calls if other is not ruled]
    return [item for item in after if not any(other.allows(item) for other in others)]


def _finding(ruled: RuledCall, after: Sequence[Utterance], wanted: str, turn: TurnCase) -> Finding:
    tool, call = ruled.tool, ruled.call
    status = "open" if call.resolved is None else call.resolved.status
    seen = f"{quote_text(turn.show(after[0][1].text))} was heard" if after else "nothing was heard"
    place = turn.case.tool_span(tool, "on_resolve")
    default = " (the default)" if tool.on_resolve is None else ""
    return Finding(
        kind="on_resolve",
        message=(
            f"on_resolve of {tool.name} is {tool.effective_on_resolve}{default}: "
            f"after {status}, {wanted}, but {seen}"
        ),
        owner="agent",
        span=turn.where(turn.turn.at),
        turn=turn.number,
        seqs=(*(entry.seq for entry, _ in after), *reversed(call.seqs)),
        detail=describe_speech(after, turn.show) if len(after) > 1 else None,
        hint=f"the rule is at {place}; `unchecked: [on_resolve]` on the turn switches it off",
    )
