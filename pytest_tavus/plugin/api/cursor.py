"""A cursor over the events of a conversation, for assertions in the order of the test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pytest_tavus.errors import HarnessError
from pytest_tavus.plugin.api.walk import CursorEvent, Steps, T, Walk, read_expected
from pytest_tavus.trace.events import Event, ToolCalled
from pytest_tavus.verdict.verdict import Finding


class CursorListener(Protocol):
    """Receives the outcome of each assertion of a cursor."""

    def record_found(self, event: CursorEvent | None) -> None:
        """Record an event that matched; `None` stands for a call that is rightly absent."""
        ...

    def record_missed(self, finding: Finding) -> AssertionError: ...

    def require_known(self, tool: str, arguments: object) -> None:
        """Refuse a call that the PAL cannot make."""
        ...

    def require_carried(self, tool: str, arguments: object) -> None:
        """Refuse expected arguments that no request of the tool carries."""
        ...

    def mask(self, value: object) -> Any:
        """Return a text or JSON data, masked."""
        ...


class Cursor:
    """Walks the events of a conversation in order; a miss fails the test with the failure picture.

    Values are compared as in a scenario: mappings are recursive subsets, types count, and a matcher
    is written ``{"$re": "^A-"}``. `arguments` and `output` are compared as JSON, or as text if the
    expected value is a text. Values are compared in clear; returned events are masked.

    A cursor is live: each method reads all events up to the moment of its call.
    """

    def __init__(self, steps: Steps, listener: CursorListener) -> None:
        self._walk = Walk(steps, listener.mask)
        self._listener = listener

    def next(self, kind: type[T], /, **expected: object) -> T:
        """Return the next event, which must have this kind and these values."""
        __tracebackhide__ = True
        return self._require_event(kind, self._walk.next(kind, expected), expected)

    def find(self, kind: type[T], /, **expected: object) -> T:
        """Skip to the next event with this kind and these values, and return it."""
        __tracebackhide__ = True
        return self._require_event(kind, self._walk.find(kind, expected), expected)

    def skip(self, count: int = 1) -> None:
        """Skip `count` events of any kind. So many must remain."""
        __tracebackhide__ = True
        self._require(self._walk.skip(count))

    def not_called(self, tool: str, /, **arguments: object) -> None:
        """Require that no later event is a call of this tool with these arguments.

        Raises:
            ScenarioError: the PAL has no such tool, the tool no such parameter, or the schema
                forbids such an argument.

        """
        __tracebackhide__ = True
        self._listener.require_known(tool, read_expected({"arguments": arguments})["arguments"])
        self._require(self._walk.find_call(tool, arguments))
        self._listener.record_found(None)

    def end(self) -> None:
        """Require that no event remains."""
        __tracebackhide__ = True
        self._require(self._walk.find_more())

    def _require_event(
        self, kind: type[T], event: Event | Finding, expected: Mapping[str, object]
    ) -> T:
        __tracebackhide__ = True
        if isinstance(event, Finding):
            raise self._listener.record_missed(event)
        if not isinstance(event, kind):
            raise HarnessError("the masked twin of an event is of another kind")
        if isinstance(event, ToolCalled) and "arguments" in expected:
            self._listener.require_carried(event.name, read_expected(expected)["arguments"])
        self._listener.record_found(event)
        return event

    def _require(self, miss: Finding | None) -> None:
        __tracebackhide__ = True
        if miss is not None:
            raise self._listener.record_missed(miss)
