"""Who takes the calls of API tools: one handler for the whole server, named early or late."""

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
    """The handler that was named, and until one is named another."""

    def __init__(self, otherwise: Handler, open_handler: OpenHandler) -> None:
        """Let `otherwise`, which stays its maker's, take calls until a handler is named."""
        self._fallback = otherwise
        self._open = open_handler
        self._spec: HandlerSpec | None = None
        self._named: Handler | None = None
        self._pinned = False

    async def pin(self, spec: HandlerSpec) -> None:
        """Start a handler for good, whatever scripts name.

        Raises:
            HandlerError: it does not start.

        """
        self._named = await self._open(spec)
        self._pinned = True

    async def ensure_started(self, spec: HandlerSpec) -> None:
        """Start the handler that a script names, unless it runs already.

        Raises:
            HandlerError: it does not start.
            ScenarioError: another script named another one.

        """
        wanted = replace(spec, at=(), search_path=())
        if self._pinned or wanted == self._spec:
            return
        if self._spec is not None:
            message = (
                "the scripts name different handlers, and a server has one: name it when the "
                "server is started, or start a server for each"
            )
            raise ScenarioError(message)
        self._named, self._spec = await self._open(spec), wanted

    async def ensure_started_over_http(self, spec: HandlerSpec) -> None:
        """Take what a script names that came over HTTP: nothing that would run code.

        Raises:
            ScenarioError: it names an application or a command that does not run already.

        """
        known = self._pinned or replace(spec, at=(), search_path=()) == self._spec
        if not known and (spec.app or spec.command):
            message = (
                "a scenario that comes over HTTP cannot start a handler: name it when the server "
                "is started, and leave it out here"
            )
            raise ScenarioError(message)
        await self.ensure_started(spec)

    async def send(
        self, request: HttpRequest, *, call: CallRef, within: float, clock: Clock
    ) -> HttpExchange:
        """Send to whoever takes calls now."""
        handler = self._fallback if self._named is None else self._named
        return await handler.send(request, call=call, within=within, clock=clock)

    async def close(self) -> None:
        """End the handler that was started.

        Raises:
            HandlerError: it cannot be ended.

        """
        named, self._named, self._spec = self._named, None, None
        if named is not None:
            await named.close()
