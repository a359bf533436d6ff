"""What is heard around tool calls, laid out for the rules of `on_call` and `on_resolve`.

A turn is a row of utterances, calls and answers. Which utterance belongs to which call is told by
the inference where both carry its id, and by the place in the row where they do not.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from msgspec import Struct

from pytest_tavus.contract.behaviour import HeardOnCall, HeardOnResolve
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.trace.events import PalSaid
from pytest_tavus.trace.log import Entry
from pytest_tavus.verdict.checks.case import TurnCase
from pytest_tavus.verdict.seen import Call

Utterance = tuple[Entry, PalSaid]


class RuledCall(Struct, frozen=True):
    """A call with what its tool's definition says must be heard."""

    call: Call
    tool: Tool
    on_call: HeardOnCall
    on_resolve: HeardOnResolve | None
    "`None` while the call is open: then there is nothing to hold it to."

    waits: bool
    start_seq: int
    "The `seq` after which its filler may stand: the caller's line, or the answer before it."

    answer_seq: int
    "The `seq` of its answer, or beyond the last where there was none."

    @property
    def seq(self) -> int:
        """Where it was called."""
        return self.call.entry.seq

    def is_open_at(self, seq: int) -> bool:
        """Tell whether an utterance at that place is heard while the call is on its way."""
        return self.start_seq < seq < self.answer_seq

    def allows(self, utterance: Utterance) -> bool:
        """Tell whether this call accounts for an utterance."""
        seq = utterance[0].seq
        if seq > self.answer_seq:
            return self.on_resolve in {"reply", "acknowledgement", "output", "anything"}
        if seq > self.seq and not self.waits:
            return True  # the PAL goes on with its reply
        return self.on_call != "nothing" and self.is_open_at(seq)


def collect_ruled_calls(turn: TurnCase) -> tuple[RuledCall, ...]:
    """Return the calls of a turn that the rules are about, in order.

    Perception tools never interrupt the PAL [doc] and post-call tools run when nobody listens.
    """
    if not turn.calls:
        return ()
    return tuple(_iter_ruled_calls(turn))


def _iter_ruled_calls(turn: TurnCase) -> Iterator[RuledCall]:
    behaviour = turn.case.rules.behaviour
    start = 0 if turn.observed.user_entry is None else turn.observed.user_entry.seq
    answers = [c.resolved_entry.seq for c in turn.calls if c.resolved_entry is not None]
    answers.sort()
    end = len(turn.case.trace) + 1
    for call in turn.calls:
        tool = turn.case.tools.get(call.called.name)
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


def is_beside_a_call(utterance: Utterance, calls: Sequence[RuledCall], turn: TurnCase) -> bool:
    """Tell whether an utterance came with a call, and is no reply to another's answer."""
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
