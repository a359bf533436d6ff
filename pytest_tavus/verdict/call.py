"""One tool call as a trace has it: what the PAL called, what was sent of it, what came back."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Final

from msgspec import Struct, field

from pytest_tavus.contract.tool.sent import UNSENT, Doubt, SentArguments
from pytest_tavus.matching.compare import matches
from pytest_tavus.matching.masked import UnknownValueError
from pytest_tavus.matching.shape import is_mapping
from pytest_tavus.matching.text import ABSENT
from pytest_tavus.trace.events import Fault, ToolCalled, ToolResolved
from pytest_tavus.trace.log import Entry
from pytest_tavus.trace.redaction.mask import read_masked
from pytest_tavus.wire import HttpExchange


class Unreadable:
    """The type of :data:`UNREADABLE`: text that should be JSON and is not."""

    def __repr__(self) -> str:
        return "not JSON"


UNREADABLE: Final = Unreadable()
"""Stands for arguments or an answer that is not JSON."""


def parse_json(text: str, *, masked: bool = False) -> Any:
    """Read JSON; an empty text and one that is not JSON are `UNREADABLE`.

    In the text of a masked trace, every value with a mask in it becomes `Masked`.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return UNREADABLE
    return read_masked(found) if masked else found


class Call(Struct):
    """One tool call with all that became of it."""

    entry: Entry
    called: ToolCalled
    called_arguments: Any
    "Of the PAL's call; `UNREADABLE` where they are no JSON. No text at all is an empty mapping."

    sent: SentArguments | None = None
    "What the last request made for the tool itself carried; `None` where there was none."

    resolved_entry: Entry | None = None
    resolved: ToolResolved | None = None
    exchange: HttpExchange | None = None
    "The last one made for the tool itself."

    token_exchange: HttpExchange | None = None
    "The last one made for an OAuth 2 token."

    masked: bool = False
    "It is of a masked trace."

    fault: Fault | None = None
    "What was recorded together with the resolution: a client tool that raised, for one."

    seqs: list[int] = field(default_factory=list[int])
    "Everything in the trace that is about this call."

    @property
    def name(self) -> str:
        """The tool that was called."""
        return self.called.name

    @property
    def arguments(self) -> Any:
        """What was sent; `UNSENT` where no request was made, `UNREADABLE` as the PAL's own."""
        if self.called_arguments is UNREADABLE:
            return UNREADABLE
        return UNSENT if self.sent is None else self.sent.arguments

    @property
    def answer(self) -> Any:
        """What was answered, parsed; text where it is not JSON, null where there was nothing."""
        output = "" if self.resolved is None else self.resolved.output
        if not output and self.exchange is not None and self.exchange.response is not None:
            output = self.exchange.response.body.decode(errors="replace")
        if not output:
            return None
        found = parse_json(output, masked=self.masked)
        if found is not UNREADABLE:
            return found
        return read_masked(output) if self.masked else output

    @property
    def differs(self) -> bool:
        """Whether something else was sent than was called, as far as it can be read."""
        if self.sent is None or self.sent.unreadable or not is_mapping(self.called_arguments):
            return False
        open_ = {*self.sent.ambiguous, *self.sent.maybe_absent}
        both = (self.called_arguments, self.sent.arguments)
        called, sent = (
            {name: value for name, value in one.items() if name not in open_} for one in both
        )
        try:
            return not matches(called, sent, exact=True)
        except UnknownValueError:
            return False

    @property
    def is_unclear(self) -> bool:
        """Whether something that was sent can be read in several ways."""
        return self.sent is not None and bool(self.sent.ambiguous or self.sent.unreadable)

    def comparable_pair(self, expected: Any) -> tuple[Any, Any]:
        """Return an expectation of the arguments, and what it is compared with.

        What can be read in several ways is in neither. What may be absent is left out where the
        expectation takes it for absent, or says nothing of it.
        """
        sent = self.sent
        if sent is None or not (self.is_unclear or sent.maybe_absent):
            return expected, self.arguments
        if not is_mapping(expected):
            least = self._arguments_without(sent.maybe_absent)
            return expected, least if matches(expected, least) else sent.arguments
        absent = {
            name
            for name in sent.maybe_absent
            if name not in expected or matches(expected[name], ABSENT)
        }
        wanted = {key: value for key, value in expected.items() if sent.doubt(key) is None}
        return wanted, self._arguments_without(absent)

    def doubts(self, expected: Any, *, exact: bool) -> list[tuple[str, Doubt]]:
        """Return the arguments that an expectation asks about and that cannot be read."""
        sent = self.sent
        if sent is None or not self.is_unclear:
            return []
        if exact or not is_mapping(expected):
            every: list[tuple[str, Doubt]] = [*sent.ambiguous.items()]
            return every or [("*", "unlike")]
        found: list[tuple[str, Doubt]] = []
        for name in map(str, expected):
            doubt = sent.doubt(name)
            if doubt is not None:
                found.append((name, doubt))
        return found

    def _arguments_without(self, names: Collection[str]) -> Any:
        if not is_mapping(self.arguments):
            return self.arguments
        return {name: item for name, item in self.arguments.items() if name not in names}
