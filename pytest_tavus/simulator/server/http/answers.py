"""Answers that the server gives itself, before or beside the API. Knows ASGI, and no operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from pytest_tavus.simulator.server.http.json_text import json_text

HangUp = Callable[[Scope], bool]
"""Cuts the connection of a request, and tells whether there was one to cut."""

HeaderPairs = Iterable[tuple[str, str]]


def json_bytes(value: Any) -> bytes:
    """Return JSON data as it is sent."""
    return json_text(value).encode()


async def refuse(
    scope: Scope, send: Send, *, status: int, sentence: str, headers: HeaderPairs = ()
) -> None:
    """Answer a request, or the handshake of a WebSocket, with ``{"error": sentence}``."""
    pairs = (("content-type", "application/json"), *headers)
    await answer(scope, send, status=status, body=json_bytes({"error": sentence}), headers=pairs)


async def answer(
    scope: Scope, send: Send, *, status: int, body: bytes, headers: HeaderPairs = ()
) -> None:
    """Answer a request, or the handshake of a WebSocket, with these bytes."""
    prefix = "websocket.http" if scope["type"] == "websocket" else "http"
    silent = status in {204, 304} or status < 200
    length = () if silent else (("content-length", str(len(body))),)
    await send(
        {
            "type": f"{prefix}.response.start",
            "status": status,
            "headers": encode_headers((*headers, *length)),
        }
    )
    await send({"type": f"{prefix}.response.body", "body": b"" if silent else body})


async def cut(scope: Scope, receive: Receive, hang_up: HangUp) -> None:
    """End the connection without a word.

    Raises:
        ConnectionResetError: there is no connection to end; a client in process sees this instead.

    """
    gone = "websocket.disconnect" if scope["type"] == "websocket" else "http.disconnect"
    if not hang_up(scope):
        raise ConnectionResetError("the connection was cut, as it was asked for")
    while (await receive())["type"] != gone:
        pass


def encode_headers(headers: HeaderPairs) -> list[tuple[bytes, bytes]]:
    """Return headers as ASGI has them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def header_values(scope: Scope, name: bytes) -> Sequence[bytes]:
    """Return every value of a request header, whose name is given in lower case."""
    return [value for key, value in scope["headers"] if key.lower() == name]


def is_start(message: Message) -> bool:
    """Tell whether a message begins a response, of whatever kind."""
    return message["type"] in {
        "http.response.start",
        "websocket.accept",
        "websocket.http.response.start",
    }
