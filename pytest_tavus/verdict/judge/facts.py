"""The evidence of a trace for the rules judge: calls and speech. Speech never proves an action."""

from __future__ import annotations

import json
from collections.abc import Iterator

from msgspec import Struct

from pytest_tavus.contract.tool.sent import SentArguments
from pytest_tavus.matching.masked import Masked, UnknownValueError
from pytest_tavus.matching.shape import is_list, is_mapping
from pytest_tavus.trace.events import PalSaid, ToolResolved
from pytest_tavus.trace.log import Entry, Trace
from pytest_tavus.trace.redaction.mask import comparable_text
from pytest_tavus.verdict.call import Call, Show
from pytest_tavus.verdict.observed import ObservedTrace

NOT_FOUND = "NOTFOUND"
"""The value that Tavus's evaluator writes for a variable it could not extract [doc]."""


class JudgedCall(Struct, frozen=True):
    """A call with the masks for its quotes."""

    call: Call
    show: Show

    @property
    def turn(self) -> int:
        return self.call.entry.turn

    @property
    def seq(self) -> int:
        return self.call.entry.seq

    @property
    def sent(self) -> SentArguments | None:
        return self.call.sent

    @property
    def resolved(self) -> ToolResolved | None:
        return self.call.resolved

    @property
    def arguments(self) -> str:
        """The sent arguments, masked; without a request, the PAL's own."""
        if self.sent is None:
            return self.show(self.call.called.arguments)
        return json.dumps(unwrap_masked(self.show(self.sent.arguments)), ensure_ascii=False)

    @property
    def succeeded(self) -> bool:
        return self.resolved is not None and self.resolved.status == "success"

    @property
    def seqs(self) -> tuple[int, ...]:
        """The entries of the call and of its answer."""
        resolved = self.call.resolved_entry
        return (self.seq,) if resolved is None else (self.seq, resolved.seq)

    def __str__(self) -> str:
        status = "was never resolved" if self.resolved is None else _ENDS[self.resolved.status]
        return f"turn {self.turn}: {self.call.name} {self.arguments}".rstrip() + f" {status}"


_ENDS = {
    "success": "succeeded",
    "error": "failed",
    "timeout": "timed out",
    "unanswered": "was not answered",
}


class JudgedTrace(Struct, frozen=True):
    """One conversation twice: in clear for comparisons, and masked for quotes."""

    trace: Trace
    masked_trace: Trace
    "The masked twin. The same object if only a stored trace exists."

    calls: tuple[JudgedCall, ...]

    def quote(self, seq: int) -> str:
        """Return the utterance of an entry, masked."""
        event = self.masked_trace.entries[seq - 1].event
        return event.text if isinstance(event, PalSaid) else ""

    def comparable_text(self, text: str) -> str:
        """Return a text of the trace for a comparison.

        Raises:
            UnknownValueError: a part of the text was masked before the trace was stored.

        """
        return comparable_text(text, masked=self.trace.masked)


def build_judged_calls(trace: Trace, found: ObservedTrace, *, show: Show) -> tuple[JudgedCall, ...]:
    """Return every call of a trace, in order.

    Raises:
        UnknownValueError: the name of a tool was masked before the trace was stored.

    """
    for call in found.all_calls:
        comparable_text(call.name, masked=trace.masked)
    return tuple(JudgedCall(call, show) for call in found.all_calls)


def find_speech(evidence: JudgedTrace, text: str) -> tuple[Entry, str] | None:
    """Find a text in the PAL's speech, and return the whole utterance, masked.

    The text may run over several utterances of a turn. Case and white space do not count.
    """
    folded = fold_text(text)
    said = [(entry, evidence.comparable_text(e.text)) for entry, e in evidence.trace.of(PalSaid)]
    for entry, words in said:
        if folded in fold_text(words):
            return entry, evidence.quote(entry.seq)
    for turn in dict.fromkeys(entry.turn for entry, _ in said):
        in_turn = [(entry, words) for entry, words in said if entry.turn == turn]
        if folded in fold_text(" ".join(words for _, words in in_turn)):
            together = " ".join(evidence.quote(entry.seq) for entry, _ in in_turn)
            return in_turn[0][0], together
    return None


def fold_text(text: str) -> str:
    return " ".join(text.casefold().split())


def list_argument_values(call: JudgedCall, name: str) -> Iterator[tuple[object, object]]:
    """Yield every sent value of this name, at any depth, with its masked twin.

    A value that a call without the argument would also have sent does not count.
    """
    if call.sent is not None:
        sent = call.sent.arguments.items()
        certain = {key: value for key, value in sent if key not in call.sent.maybe_absent}
        yield from (
            (value, unwrap_masked(call.show(value))) for value in _list_values(certain, name)
        )


def unwrap_masked(value: object) -> object:
    """Replace each masked value in JSON data by the text of its mask."""
    if isinstance(value, Masked):
        return value.text
    if is_mapping(value):
        return {unwrap_masked(key): unwrap_masked(item) for key, item in value.items()}
    return [unwrap_masked(item) for item in value] if is_list(value) else value


def is_unclear(call: JudgedCall, name: str) -> bool:
    """Tell whether the sent argument of this name can be read in several ways."""
    return call.sent is not None and call.sent.doubt(name) is not None


def _list_values(value: object, name: str) -> Iterator[object]:
    if is_mapping(value):
        for key, item in value.items():
            if key == name:
                yield item
            yield from _list_values(item, name)
    elif is_list(value):
        for item in value:
            yield from _list_values(item, name)


def is_collected(value: object) -> bool:
    """Tell whether a value is not null, not empty, and not `NOT_FOUND`.

    Raises:
        UnknownValueError: the value was masked before the trace was stored.

    """
    if isinstance(value, Masked):
        raise UnknownValueError(value)
    if isinstance(value, str):
        return value.strip() not in {"", NOT_FOUND}
    return value is not None and value not in ([], {})
