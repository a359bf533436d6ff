"""One tool call of a trace: the PAL's call, its request, and its answer."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Final, Protocol, TypeVar, overload

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


class Show(Protocol):
    """Masks the secrets in a text or in JSON data.

    A check shows each value before it quotes, cuts or joins the value, because a cut secret no
    longer looks like a secret.
    """

    @overload
    def __call__(self, value: str, /) -> str: ...
    @overload
    def __call__(self, value: object, /) -> object: ...


_T = TypeVar("_T")


def show_clear(value: _T) -> _T:
    """Show a value without masks, for a trace without secrets."""
    return value


class Unreadable:
    """The type of :data:`UNREADABLE`: text that should be JSON and is not."""

    def __repr__(self) -> str:
        return "not JSON"


UNREADABLE: Final = Unreadable()
"""The value of arguments or of an answer that is not JSON."""


def parse_json(text: str, *, masked: bool = False) -> object:
    """Parse JSON; text that is not JSON, such as an empty text, is `UNREADABLE`.

    In the text of a masked trace, every value with a mask in it becomes `Masked`.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return UNREADABLE
    return read_masked(found) if masked else found


class Call(Struct):
    """One tool call with its request, its answer and its faults."""

    entry: Entry
    called: ToolCalled
    called_arguments: object
    "The arguments of the PAL's call; `UNREADABLE` if not JSON. An empty text is an empty mapping."

    sent: SentArguments | None = None
    "The arguments in the last request to the tool itself; `None` without a request."

    resolved_entry: Entry | None = None
    resolved: ToolResolved | None = None
    exchange: HttpExchange | None = None
    "The last exchange with the tool itself."

    token_exchange: HttpExchange | None = None
    "The last exchange for an OAuth 2 token."

    masked: bool = False
    "Whether the trace is masked."

    fault: Fault | None = None
    "The fault recorded together with the resolution, such as an exception of a client tool."

    seqs: list[int] = field(default_factory=list[int])
    "The `seq` of each trace entry about this call."

    @property
    def name(self) -> str:
        return self.called.name

    @property
    def arguments(self) -> object:
        """The sent arguments; `UNSENT` without a request, `UNREADABLE` if the PAL's are."""
        if self.called_arguments is UNREADABLE:
            return UNREADABLE
        return UNSENT if self.sent is None else self.sent.arguments

    @property
    def answer(self) -> object:
        """The parsed answer; text if it is not JSON, `None` if it is empty or missing."""
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
        """Whether the readable part of the sent arguments differs from the PAL's arguments."""
        if self.sent is None or self.sent.unreadable or not is_mapping(self.called_arguments):
            return False
        uncertain = {*self.sent.ambiguous, *self.sent.maybe_absent}
        both = (self.called_arguments, self.sent.arguments)
        called, sent = (
            {name: value for name, value in arguments.items() if name not in uncertain}
            for arguments in both
        )
        try:
            return not matches(called, sent, exact=True)
        except UnknownValueError:
            return False

    @property
    def is_unclear(self) -> bool:
        """Whether a sent argument can be read in several ways."""
        return self.sent is not None and bool(self.sent.ambiguous or self.sent.unreadable)

    def comparable_pair(self, expected: object) -> tuple[object, object]:
        """Return an expectation and the sent arguments, both without the ambiguous arguments.

        An argument that may be absent is left out if the expectation omits it or matches its
        absence.
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
        clear = {key: value for key, value in expected.items() if sent.doubt(key) is None}
        return clear, self._arguments_without(absent)

    def doubts(self, expected: object, *, exact: bool) -> list[tuple[str, Doubt]]:
        """Return the expected arguments that cannot be read, each with the reason."""
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

    def _arguments_without(self, names: Collection[str]) -> object:
        if not is_mapping(self.arguments):
            return self.arguments
        return {name: item for name, item in self.arguments.items() if name not in names}
