"""What a handler is to the rest of the package: something that takes a request for a call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, Protocol

from msgspec import Struct, field

from pytest_tavus.clock import Clock
from pytest_tavus.errors import HandlerError
from pytest_tavus.wire import HttpExchange, HttpRequest


class CallRef(Struct, frozen=True, kw_only=True):
    """The identity of a tool call: by it, and never by order, a request is attributed."""

    conversation_id: str
    call_id: str
    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    purpose: Literal["tool", "token"] = "tool"
    "`token`: an OAuth 2 token is asked for on behalf of the call."

    inference_id: str | None = None
    "Tavus's id of the inference that decided on the call."


class Handler(Protocol):
    """A started handler. One instance serves many conversations at once."""

    async def send(
        self, request: HttpRequest, *, call: CallRef, within: float, clock: Clock
    ) -> HttpExchange:
        """Send one request on behalf of one call and return what became of it.

        `within` is in seconds of real time. Whatever the handler does wrong is an
        :class:`~pytest_tavus.wire.HttpFault` in the exchange, never an exception.
        """
        ...

    async def close(self) -> None:
        """End the handler and everything it started. May be called twice.

        Raises:
            HandlerError: the handler could not be ended cleanly. It is ended all the same.

        """
        ...


async def exit_of(handler: Handler) -> HandlerError | None:
    """Tell how a handler ended by itself, as a process can; `None` while it lives.

    A handler that can has ``own_exit``. It need not tell so when it is closed.
    """
    # Asked at each request: a protocol that `isinstance` can check takes twenty times as long.
    own_exit: Callable[[], Awaitable[HandlerError | None]] | None
    own_exit = getattr(handler, "own_exit", None)
    return None if own_exit is None else await own_exit()
