"""A cursor over what happened, for assertions that a test makes in its own order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pytest_tavus.errors import HarnessError
from pytest_tavus.plugin.api.walk import CursorEvent, Steps, T, Walk, read_expected
from pytest_tavus.trace.events import Event, ToolCalled
from pytest_tavus.verdict.verdict import Finding


class CursorListener(Protocol):
    """What a cursor tells the conversation that it walks over."""

    def record_found(self, event: CursorEvent | None) -> None:
        """Note an event that was as expected, or `None`: a call that never came."""
        ...

    def record_missed(self, finding: Finding) -> AssertionError:
        """Keep what was not as expected, and return the failure."""
        ...

    def require_known(self, tool: str, arguments: Any) -> None:
        """Refuse a call that cannot come."""
        ...

    def require_carried(self, tool: str, arguments: Any) -> None:
        """Refuse expected arguments that no request of the tool carries."""
        ...

    def mask(self, value: Any) -> Any:
        """Return a text or JSON data, masked."""
        ...


class Cursor:
    """Walks the events of a conversation in order; a miss fails the test with the whole picture.

    Values are compared as in a scenario: mappings are recursive subsets, types count, and a matcher
    is written ``{"$re": "^A-"}``. `arguments` and `output` are compared as JSON, and as text where
    a text is expected. What is compared is in clear, and what is returned is masked.

    A cursor is live: each method reads the conversation as it is when the method is called.
    """

    def __init__(self, steps: Steps, asserting: CursorListener) -> None:
        """Begin before the first of `steps`."""
        self._walk = Walk(steps, asserting.mask)
        self._listener = asserting

    def next(self, kind: type[T], /, **expected: Any) -> T:
        """Return the next event, which must be of this kind and hold these values."""
        __tracebackhide__ = True
        return self._require_event(kind, self._walk.next(kind, expected), expected)

    def find(self, kind: type[T], /, **expected: Any) -> T:
        """Skip to the first event from here on that fits, and return it."""
        __tracebackhide__ = True
        return self._require_event(kind, self._walk.find(kind, expected), expected)

    def skip(self, count: int = 1) -> None:
        """Step over events, whatever they are. There must be that many."""
        __tracebackhide__ = True
        self._require(self._walk.skip(count))

    def not_called(self, tool: str, /, **arguments: Any) -> None:
        """Require that no call of this tool, with these arguments, comes from here on.

        Raises:
            ScenarioError: the PAL has no such tool, the tool no such parameter, or a call with such
                an argument can never come.

        """
        __tracebackhide__ = True
        self._listener.require_known(tool, read_expected({"arguments": arguments})["arguments"])
        self._require(self._walk.find_call(tool, arguments))
        self._listener.record_found(None)

    def end(self) -> None:
        """Require that nothing more happened."""
        __tracebackhide__ = True
        self._require(self._walk.find_more())

    def _require_event(
        self, kind: type[T], event: Event | Finding, expected: Mapping[str, Any]
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

    def _require(self, missed: Finding | None) -> None:
        __tracebackhide__ = True
        if missed is not None:
            raise self._listener.record_missed(missed)
