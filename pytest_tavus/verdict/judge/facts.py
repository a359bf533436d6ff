"""What a trace says of calls and of speech, for the rules judge. Speech never proves an action."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from pytest_tavus.contract.tool.sent import SentArguments
from pytest_tavus.matching.masked import Masked, UnknownValueError
from pytest_tavus.matching.shape import is_list, is_mapping
from pytest_tavus.trace.events import PalSaid, ToolResolved
from pytest_tavus.trace.log import Entry, Trace
from pytest_tavus.trace.redaction.mask import comparable_text
from pytest_tavus.verdict.call import Call
from pytest_tavus.verdict.seen import ObservedTrace

NOT_FOUND = "NOTFOUND"
"""What Tavus's evaluator writes for a variable it could not extract [doc]."""


Show = Callable[[Any], Any]
"""Masks a text or JSON data."""


class JudgedCall(Struct, frozen=True):
    """A call as a judge quotes it."""

    call: Call
    show: Show
    "Masks what is quoted."

    @property
    def turn(self) -> int:
        """The turn it was made in."""
        return self.call.entry.turn

    @property
    def seq(self) -> int:
        """The entry in which it was made."""
        return self.call.entry.seq

    @property
    def sent(self) -> SentArguments | None:
        """What its request carried; `None`: no request was made."""
        return self.call.sent

    @property
    def resolved(self) -> ToolResolved | None:
        """What became of it; `None`: nothing was heard of it any more."""
        return self.call.resolved

    @property
    def arguments(self) -> str:
        """What was sent, or where nothing was, what was called, as it may be shown."""
        if self.sent is None:
            return str(self.show(self.call.called.arguments))
        return json.dumps(unwrap_masked(self.show(self.sent.arguments)), ensure_ascii=False)

    @property
    def succeeded(self) -> bool:
        """Whether it was answered, and well."""
        return self.resolved is not None and self.resolved.status == "success"

    @property
    def seqs(self) -> tuple[int, ...]:
        """The entries that prove it."""
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
    """One conversation twice: to be compared, and to be quoted."""

    trace: Trace
    masked_trace: Trace
    "The masked twin. The same object where only a stored trace is there."

    calls: tuple[JudgedCall, ...]

    def quote(self, seq: int) -> str:
        """Return what was said in an entry, masked."""
        event = self.masked_trace.entries[seq - 1].event
        return event.text if isinstance(event, PalSaid) else ""

    def comparable_text(self, text: str) -> str:
        """Return a text of the trace to be compared.

        Raises:
            UnknownValueError: part of it was masked before the trace was stored.

        """
        return comparable_text(text, masked=self.trace.masked)


def build_judged_calls(trace: Trace, found: ObservedTrace, *, show: Show) -> tuple[JudgedCall, ...]:
    """Return every call of a trace, in order.

    Raises:
        UnknownValueError: a name was masked before the trace was stored.

    """
    for call in found.all_calls:
        comparable_text(call.name, masked=trace.masked)
    return tuple(JudgedCall(call, show) for call in found.all_calls)


def find_speech(evidence: JudgedTrace, text: str) -> tuple[Entry, str] | None:
    """Find a text in what the PAL said, and return the words around it, masked.

    In one utterance, or running on through a turn; without regard to case and to how words are
    spaced.
    """
    wanted = fold_text(text)
    said = [(entry, evidence.comparable_text(e.text)) for entry, e in evidence.trace.of(PalSaid)]
    for entry, words in said:
        if wanted in fold_text(words):
            return entry, evidence.quote(entry.seq)
    for turn in dict.fromkeys(entry.turn for entry, _ in said):
        in_turn = [(entry, words) for entry, words in said if entry.turn == turn]
        if wanted in fold_text(" ".join(words for _, words in in_turn)):
            together = " ".join(evidence.quote(entry.seq) for entry, _ in in_turn)
            return in_turn[0][0], together
    return None


def fold_text(text: str) -> str:
    """Return a text in the form in which texts are compared."""
    return " ".join(text.casefold().split())


def list_argument_values(call: JudgedCall, name: str) -> Iterator[tuple[Any, Any]]:
    """Yield every value that was sent under this name, at any depth, and its masked twin.

    What a call without the argument would have sent as well is none.
    """
    if call.sent is not None:
        sent = call.sent.arguments.items()
        certain = {key: value for key, value in sent if key not in call.sent.maybe_absent}
        yield from (
            (value, unwrap_masked(call.show(value))) for value in _list_values(certain, name)
        )


def unwrap_masked(value: Any) -> Any:
    """Return JSON data in which a masked value is its mask."""
    if isinstance(value, Masked):
        return value.text
    if is_mapping(value):
        return {unwrap_masked(key): unwrap_masked(item) for key, item in value.items()}
    return [unwrap_masked(item) for item in value] if is_list(value) else value


def is_unclear(call: JudgedCall, name: str) -> bool:
    """Tell whether an argument of this name can be read in several ways as it was sent."""
    return call.sent is not None and call.sent.doubt(name) is not None


def _list_values(value: Any, name: str) -> Iterator[Any]:
    if is_mapping(value):
        for key, item in value.items():
            if key == name:
                yield item
            yield from _list_values(item, name)
    elif is_list(value):
        for item in value:
            yield from _list_values(item, name)


def is_collected(value: Any) -> bool:
    """Tell whether a value is one: not null, not empty, and not Tavus's word for nothing.

    Raises:
        UnknownValueError: it was masked before the trace was stored.

    """
    if isinstance(value, Masked):
        raise UnknownValueError(value)
    if isinstance(value, str):
        return value.strip() not in {"", NOT_FOUND}
    return value is not None and value not in ([], {})
