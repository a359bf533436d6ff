"""The handler of API tools: one for the whole server, named by its options or by a script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from pytest_tavus.clock import Clock
from pytest_tavus.errors import ScenarioError
from pytest_tavus.handler.call.port import CallRef, Handler
from pytest_tavus.scenario.values.model import HandlerSpec
from pytest_tavus.wire import HttpExchange, HttpRequest

OpenHandler = Callable[[HandlerSpec], Awaitable[Handler]]


class HandlerSlot:
    """Sends requests to the named handler, or to a fallback until one is named."""

    def __init__(self, fallback: Handler, open_handler: OpenHandler) -> None:
        """Send requests to `fallback` until a handler is named. The slot does not close it."""
        self._fallback = fallback
        self._open = open_handler
        self._spec: HandlerSpec | None = None
        self._named: Handler | None = None
        self._pinned = False

    async def pin(self, spec: HandlerSpec) -> None:
        """Start a handler that scripts cannot replace.

        Raises:
            HandlerError: the handler does not start.

        """
        self._named = await self._open(spec)
        self._pinned = True

    async def ensure_started(self, given: HandlerSpec) -> None:
        """Start the handler of a script, unless it runs already.

        Raises:
            HandlerError: the handler does not start.
            ScenarioError: an earlier script named another handler.

        """
        spec = _without_origin(given)
        if self._pinned or spec == self._spec:
            return
        if self._spec is not None:
            message = (
                "the scripts name different handlers, and a server has one: name the handler when "
                "the server is started, or start a server for each handler"
            )
            raise ScenarioError(message)
        self._named, self._spec = await self._open(given), spec

    async def ensure_started_over_http(self, spec: HandlerSpec) -> None:
        """Start the handler of a script that came over HTTP, unless that would run code.

        Raises:
            ScenarioError: the script names an application or a command that does not run already.

        """
        known = self._pinned or _without_origin(spec) == self._spec
        if not known and (spec.app or spec.command):
            message = (
                "a scenario that comes over HTTP cannot start a handler: name the handler when the "
                "server is started, and leave it out here"
            )
            raise ScenarioError(message)
        await self.ensure_started(spec)

    async def send(
        self, request: HttpRequest, *, call: CallRef, within: float, clock: Clock
    ) -> HttpExchange:
        handler = self._fallback if self._named is None else self._named
        return await handler.send(request, call=call, within=within, clock=clock)

    async def close(self) -> None:
        """Stop the named handler.

        Raises:
            HandlerError: the handler cannot be stopped.

        """
        named, self._named, self._spec = self._named, None, None
        if named is not None:
            await named.close()


def _without_origin(spec: HandlerSpec) -> HandlerSpec:
    # Two files that name the same handler differ in the position of the name only.
    return replace(spec, at=(), search_path=())
