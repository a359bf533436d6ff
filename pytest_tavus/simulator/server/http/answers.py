"""Answers that middleware sends in place of the API. Knows ASGI, and no operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from starlette.types import Message, Receive, Scope, Send

from pytest_tavus.simulator.server.http.json_text import json_text

HangUp = Callable[[Scope], bool]
"""Cuts the connection of a request; returns `False` if the request has no connection."""

HeaderPairs = Iterable[tuple[str, str]]


def json_bytes(value: object) -> bytes:
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
    """Answer a request, or the handshake of a WebSocket, with the bytes of `body`."""
    prefix = "websocket.http" if scope["type"] == "websocket" else "http"
    bodiless = status in {204, 304} or status < 200
    length = () if bodiless else (("content-length", str(len(body))),)
    await send(
        {
            "type": f"{prefix}.response.start",
            "status": status,
            "headers": encode_headers((*headers, *length)),
        }
    )
    await send({"type": f"{prefix}.response.body", "body": b"" if bodiless else body})


async def cut(scope: Scope, receive: Receive, hang_up: HangUp) -> None:
    """Cut the connection without an answer.

    Raises:
        ConnectionResetError: the client runs in process, so it has no connection to cut.

    """
    gone = "websocket.disconnect" if scope["type"] == "websocket" else "http.disconnect"
    if not hang_up(scope):
        raise ConnectionResetError("the simulator cut the connection on purpose")
    while (await receive())["type"] != gone:
        pass


def encode_headers(headers: HeaderPairs) -> list[tuple[bytes, bytes]]:
    """Return headers in the form of ASGI: lower-case names, Latin-1 bytes."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def header_values(scope: Scope, name: bytes) -> Sequence[bytes]:
    """Return every value of a request header. `name` must be in lower case."""
    return [value for key, value in scope["headers"] if key.lower() == name]


def is_start(message: Message) -> bool:
    """Tell whether a message starts a response or accepts a handshake."""
    return message["type"] in {
        "http.response.start",
        "websocket.accept",
        "websocket.http.response.start",
    }
