"""The rules `on_call` and `on_resolve`: what the PAL says around its tool calls. Always checked.

The inference id shows the call to which an utterance belongs. Without ids, the order of the trace
decides.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from msgspec import Struct

from pytest_tavus.contract.behaviour import HeardOnCall, HeardOnResolve
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.matching.text import quote_text
from pytest_tavus.trace.events import PalSaid
from pytest_tavus.trace.facts import Decider
from pytest_tavus.trace.log import Entry
from pytest_tavus.verdict.call import Call
from pytest_tavus.verdict.checks.case import NOTHING_TO_CHECK, CheckResult, TurnCase
from pytest_tavus.verdict.checks.words import describe_speech
from pytest_tavus.verdict.verdict import Finding

Utterance = tuple[Entry, PalSaid]

MIN_QUOTE_LENGTH = 8
"""Characters. A shorter output can be part of an honest sentence by accident."""

_EXPECTED_SPEECH = {
    "reply": "the PAL was expected to speak of the answer",
    "acknowledgement": "the PAL was expected to acknowledge the failure",
}


class RuledCall(Struct, frozen=True):
    """A call with the speech that its tool's definition requires."""

    call: Call
    tool: Tool
    on_call: HeardOnCall
    on_resolve: HeardOnResolve | None
    "`None` while the call is open, because no rule applies yet."

    waits: bool
    start_seq: int
    "The `seq` after which its filler may come: the caller's line, or the answer before the call."

    answer_seq: int
    "The `seq` of its answer; beyond the last entry if there was no answer."

    @property
    def seq(self) -> int:
        return self.call.entry.seq

    def is_open_at(self, seq: int) -> bool:
        """Tell whether the call, or the filler before the call, was in progress."""
        return self.start_seq < seq < self.answer_seq

    def allows(self, utterance: Utterance) -> bool:
        """Tell whether this call accounts for an utterance."""
        seq = utterance[0].seq
        if seq > self.answer_seq:
            return self.on_resolve in {"reply", "acknowledgement", "output", "anything"}
        if seq > self.seq and not self.waits:
            return True  # the PAL goes on with its reply
        return self.on_call != "nothing" and self.is_open_at(seq)


class HeardAroundCalls:
    """The rules `on_call` and `on_resolve`."""

    def check(self, turn: TurnCase) -> CheckResult:
        if not turn.calls:
            return NOTHING_TO_CHECK
        calls = tuple(_iter_ruled_calls(turn))
        if not calls:
            return NOTHING_TO_CHECK
        during, after = _check_on_call(calls, turn), _check_on_resolve(calls, turn)
        return CheckResult((*during.findings, *after.findings), (*during.facts, *after.facts))


def _iter_ruled_calls(turn: TurnCase) -> Iterator[RuledCall]:
    behaviour = turn.case.rules.behaviour
    start = 0 if turn.observed.user_entry is None else turn.observed.user_entry.seq
    answers = [c.resolved_entry.seq for c in turn.calls if c.resolved_entry is not None]
    answers.sort()
    end = len(turn.case.trace) + 1
    for call in turn.calls:
        tool = turn.case.tools.get(call.name)
        # Perception tools never interrupt the PAL [doc], and nobody listens to post-call tools.
        if tool is None or tool.is_perception or tool.is_post_call:
            continue
        row = behaviour.on_resolve[tool.effective_on_resolve]
        resolved = call.resolved
        seq = call.entry.seq
        yield RuledCall(
            call,
            tool,
            behaviour.on_call[tool.effective_on_call].heard,
            None if resolved is None else row.cell(resolved.status).heard,
            row.waits,
            answers[before - 1] if (before := bisect_left(answers, seq)) else start,
            end if call.resolved_entry is None else call.resolved_entry.seq,
        )


def _check_on_call(calls: Sequence[RuledCall], turn: TurnCase) -> CheckResult:
    """Compare the speech between a call and its answer with the `on_call` of the tool.

    A filler may come before its call. If the PAL does not wait for the answer (`add_to_context`,
    `fire_and_forget`), its reply may come before the answer, so the rule does not demand silence.
    """
    if turn.is_unchecked("on_call"):
        return NOTHING_TO_CHECK
    findings = [found for call in calls if (found := _check_open(call, calls, turn)) is not None]
    facts: list[Decider | None] = [turn.deciders.speech] * len(calls)
    return CheckResult(findings, facts)


def _check_open(ruled: RuledCall, calls: Sequence[RuledCall], turn: TurnCase) -> Finding | None:
    said = [item for item in turn.said if ruled.is_open_at(item[0].seq)]
    filler = ruled.tool.static_filler
    if ruled.on_call == "filler" and not said:
        return _build_on_call_finding(ruled, said, "a filler was expected", turn)
    if ruled.on_call == "nothing" and (loud := _list_intrusions(ruled, said, calls)):
        return _build_on_call_finding(ruled, loud, "nothing was expected to be heard", turn)
    if ruled.on_call == "static_filler" and filler is not None:
        text = turn.case.comparable_text
        rest = [item for item in said if text(item[1].text).strip() != filler.strip()]
        if len(rest) == len(said):
            rule = f"its static_filler {quote_text(turn.show(filler))} was expected"
            return _build_on_call_finding(ruled, said, rule, turn)
        if loud := _list_intrusions(ruled, rest, calls):
            rule = "nothing but its static_filler was expected"
            return _build_on_call_finding(ruled, loud, rule, turn)
    return None


def _list_intrusions(
    ruled: RuledCall, said: Sequence[Utterance], calls: Sequence[RuledCall]
) -> list[Utterance]:
    # A PAL that does not wait may speak at any time.
    return _list_unaccounted(ruled, said, calls) if ruled.waits else []


def _list_unaccounted(
    ruled: RuledCall, said: Sequence[Utterance], calls: Sequence[RuledCall]
) -> list[Utterance]:
    """Return the utterances that no other call accounts for."""
    others = [other for other in calls if other is not ruled]
    return [item for item in said if not any(other.allows(item) for other in others)]


def _build_on_call_finding(
    ruled: RuledCall, said: Sequence[Utterance], rule: str, turn: TurnCase
) -> Finding:
    tool = ruled.tool
    return Finding(
        kind="on_call",
        message=(
            f"on_call of {tool.name} is {tool.effective_on_call}: "
            f"{rule} while it was running, but {_describe_first(said, turn)}"
        ),
        owner="agent",
        span=turn.where(turn.turn.at),
        turn=turn.number,
        seqs=(*(entry.seq for entry, _ in said), ruled.seq),
        detail=describe_speech(said, turn.show) if len(said) > 1 else None,
        hint=_suggest_unchecked("on_call", tool, turn),
    )


def _check_on_resolve(calls: Sequence[RuledCall], turn: TurnCase) -> CheckResult:
    """Compare the speech from an answer to the end of the turn with the tool's `on_resolve`.

    Several calls may share one reply. An utterance breaks the silence of a call only if no other
    call of the turn accounts for it.
    """
    if turn.is_unchecked("on_resolve"):
        return NOTHING_TO_CHECK
    judged = [call for call in calls if call.on_resolve not in {None, "anything"}]
    first = min((call.answer_seq for call in judged), default=0)
    later = [item for item in turn.said if item[0].seq > first]
    apart = [item for item in later if not _is_beside_a_call(item, calls, turn)]
    findings = (_check_resolved(call, calls, apart, turn) for call in judged)
    return CheckResult(
        [found for found in findings if found is not None],
        [turn.speech_decider(_list_utterances_after(call, turn)) for call in judged],
    )


def _is_beside_a_call(utterance: Utterance, calls: Sequence[RuledCall], turn: TurnCase) -> bool:
    """Tell whether an utterance came with a call, so that it is no reply to another answer."""
    entry, event = utterance
    for ruled in calls:
        if event.inference_id is not None:
            if event.inference_id == ruled.call.called.inference_id:
                return True
        elif entry.seq < ruled.seq and ruled.tool.static_filler == turn.case.comparable_text(
            event.text
        ):
            return True
    return False


def _check_resolved(
    ruled: RuledCall, calls: Sequence[RuledCall], apart: Sequence[Utterance], turn: TurnCase
) -> Finding | None:
    after = _list_utterances_after(ruled, turn)
    replies = [item for item in apart if item[0].seq > ruled.answer_seq]
    resolved = ruled.call.resolved
    output = "" if resolved is None else resolved.output.strip()
    text = turn.case.comparable_text
    shown: Sequence[Utterance] = after
    rule: str | None = None
    match ruled.on_resolve:
        case "reply" | "acknowledgement" if not replies:
            # A withheld line has a finding of its own.
            rule = None if turn.observed.withheld else _EXPECTED_SPEECH[ruled.on_resolve]
        case "acknowledgement" if shown := [
            r for r in replies if _quotes(text(r[1].text), text(output))
        ]:
            rule = "the PAL was expected not to quote a failed answer"
        case "output" if all(text(event.text).strip() != text(output) for _, event in after):
            rule, shown = "the answer was expected to be spoken word for word", after
        case "nothing" if shown := _list_unaccounted(ruled, after, calls):
            rule = "nothing was expected to be heard of the answer"
        case _:
            pass
    return None if rule is None else _build_on_resolve_finding(ruled, shown, rule, turn)


def _list_utterances_after(ruled: RuledCall, turn: TurnCase) -> list[Utterance]:
    return [item for item in turn.said if item[0].seq > ruled.answer_seq]


def _quotes(said: str, output: str) -> bool:
    if len(output) < MIN_QUOTE_LENGTH:
        return bool(output) and said.strip() == output
    return output in said


def _build_on_resolve_finding(
    ruled: RuledCall, after: Sequence[Utterance], rule: str, turn: TurnCase
) -> Finding:
    tool, call = ruled.tool, ruled.call
    status = "open" if call.resolved is None else call.resolved.status
    default = " (the default)" if tool.on_resolve is None else ""
    return Finding(
        kind="on_resolve",
        message=(
            f"on_resolve of {tool.name} is {tool.effective_on_resolve}{default}: "
            f"after {status}, {rule}, but {_describe_first(after, turn)}"
        ),
        owner="agent",
        span=turn.where(turn.turn.at),
        turn=turn.number,
        seqs=(*(entry.seq for entry, _ in after), *reversed(call.seqs)),
        detail=describe_speech(after, turn.show) if len(after) > 1 else None,
        hint=_suggest_unchecked("on_resolve", tool, turn),
    )


def _describe_first(said: Sequence[Utterance], turn: TurnCase) -> str:
    return f"{quote_text(turn.show(said[0][1].text))} was heard" if said else "nothing was heard"


def _suggest_unchecked(rule: str, tool: Tool, turn: TurnCase) -> str:
    return (
        f"the rule is at {turn.case.tool_span(tool, rule)}; "
        f"`unchecked: [{rule}]` on the turn switches it off"
    )
