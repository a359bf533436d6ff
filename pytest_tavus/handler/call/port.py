"""The protocol of a handler: it takes the request of a call and returns the exchange."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, Protocol

from msgspec import Struct, field

from pytest_tavus.clock import Clock
from pytest_tavus.errors import HandlerError
from pytest_tavus.wire import HttpExchange, HttpRequest


class CallRef(Struct, frozen=True, kw_only=True):
    """The identity of a tool call. Requests are attributed by identity, never by order."""

    conversation_id: str
    call_id: str
    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    purpose: Literal["tool", "token"] = "tool"
    "`token`: the request asks for an OAuth 2 token on behalf of the call."

    inference_id: str | None = None
    "Tavus's id of the inference that decided on the call."


class Handler(Protocol):
    """A started handler. One instance serves many conversations at once."""

    async def send(
        self, request: HttpRequest, *, call: CallRef, within: float, clock: Clock
    ) -> HttpExchange:
        """Send one request on behalf of one call and return the exchange.

        `within` is in seconds of real time. An error of the handler is an
        :class:`~pytest_tavus.wire.HttpFault` in the exchange, never an exception.
        """
        ...

    async def close(self) -> None:
        """End the handler and everything it started. May be called twice.

        Raises:
            HandlerError: the handler did not end cleanly. It has ended nevertheless.

        """
        ...


async def exit_of(handler: Handler) -> HandlerError | None:
    """Return the error of a handler that ended by itself, as a process can; `None` while it runs.

    Such a handler has a method ``own_exit``, and its `close` need not raise the error again.
    """
    # Each request comes here, and `isinstance` with a protocol takes twenty times as long.
    own_exit: Callable[[], Awaitable[HandlerError | None]] | None
    own_exit = getattr(handler, "own_exit", None)
    return None if own_exit is None else await own_exit()
