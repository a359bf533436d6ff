"""A cursor over what happened, for assertions that a test makes in its own order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pytest_tavus.errors import HarnessError
from pytest_tavus.plugin.api.walk import Steps, T, Told, Walk, taken
from pytest_tavus.trace.events import Event, ToolCalled
from pytest_tavus.verdict.verdict import Finding


class Asserting(Protocol):
    """What a cursor tells the conversation that it walks over."""

    def found(self, event: Told | None) -> None:
        """Note an event that was as expected, or `None`: a call that never came."""
        ...

    def missed(self, finding: Finding) -> AssertionError:
        """Keep what was not as expected, and return the failure."""
        ...

    def require_known(self, tool: str, arguments: Any) -> None:
        """Refuse a call that cannot come."""
        ...

    def require_carried(self, tool: str, arguments: Any) -> None:
        """Refuse expected arguments that no request of the tool carries."""
        ...

    def show(self, value: Any) -> Any:
        """Return a text or JSON data, masked."""
        ...


class Cursor:
    """Walks the events of a conversation in order; a miss fails the test with the whole picture.

    Values are compared as in a scenario: mappings are recursive subsets, types count, and a matcher
    is written ``{"$re": "^A-"}``. `arguments` and `output` are compared as JSON, and as text where
    a text is expected. What is compared is in clear, and what is returned is masked.

    A cursor is live: each method reads the conversation as it is when the method is called.
    """

    def __init__(self, steps: Steps, asserting: Asserting) -> None:
        """Begin before the first of `steps`."""
        self._walk = Walk(steps, asserting.show)
        self._asserting = asserting

    def next(self, kind: type[T], /, **expected: Any) -> T:
        """Return the next event, which must be of this kind and hold these values."""
        __tracebackhide__ = True
        return self._found(kind, self._walk.next(kind, expected), expected)

    def find(self, kind: type[T], /, **expected: Any) -> T:
        """Skip to the first event from here on that fits, and return it."""
        __tracebackhide__ = True
        return self._found(kind, self._walk.find(kind, expected), expected)

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
        self._asserting.require_known(tool, taken({"arguments": arguments})["arguments"])
        self._require(self._walk.called(tool, arguments))
        self._asserting.found(None)

    def end(self) -> None:
        """Require that nothing more happened."""
        __tracebackhide__ = True
        self._require(self._walk.more())

    def _found(self, kind: type[T], event: Event | Finding, expected: Mapping[str, Any]) -> T:
        __tracebackhide__ = True
        if isinstance(event, Finding):
            raise self._asserting.missed(event)
        if not isinstance(event, kind):
            raise HarnessError("the masked twin of an event is of another kind")
        if isinstance(event, ToolCalled) and "arguments" in expected:
            self._asserting.require_carried(event.name, taken(expected)["arguments"])
        self._asserting.found(event)
        return event

    def _require(self, missed: Finding | None) -> None:
        __tracebackhide__ = True
        if missed is not None:
            raise self._asserting.missed(missed)
