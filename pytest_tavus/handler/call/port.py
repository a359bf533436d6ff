"""What a handler is to the rest of the package: something that takes a request for a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol, runtime_checkable

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


@runtime_checkable
class Mortal(Protocol):
    """A handler that can end by itself, as a process can."""

    async def death(self) -> HandlerError | None:
        """Tell how it ended by itself; `None` while it lives. It need not tell so when closed."""
        ...


async def death_of(handler: Handler) -> HandlerError | None:
    """Tell how a handler ended by itself; `None` where it lives."""
    return await handler.death() if isinstance(handler, Mortal) else None
