"""A room of a simulated Tavus, over a WebSocket.

It joins neither Daily's rooms nor rooms on other machines.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.parse import SplitResult, urlencode, urlsplit

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.http11 import Response
from websockets.sync.client import ClientConnection, connect

from .trouble import RoomError

MARKER = "x-tavus-simulator"
_CONNECT_SECONDS = 10.0
_POLL_SECONDS = 0.01


class JoinedRoom:
    """An open room. Iteration yields the messages after `first`, until the room closes."""

    def __init__(self, connection: ClientConnection, stack: ExitStack) -> None:
        self._connection = connection
        self._stack = stack
        self.first = tuple(_read_until_pong(connection))
        """The messages that the room sends on joining, such as the PAL's greeting."""

        self.problem: str | None = None
        """Why the room closed; `None` while it is open and after a regular end."""

    def __iter__(self) -> Iterator[str]:
        try:
            for text in self._connection:
                yield _text(text)
        except ConnectionClosed as closed:
            self.problem = _describe_closure(closed)

    def send(self, text: str) -> str | None:
        """Send a message; return the reason for a failure, else `None`."""
        try:
            self._connection.send(text)
        except ConnectionClosed as closed:
            return _describe_closure(closed)
        return None

    def close(self) -> None:
        self._stack.close()


def open_room(url: str, token: str | None) -> JoinedRoom:
    """Join a room.

    Raises:
        RoomError: the URL is no room of a simulated Tavus on this machine, or the room refuses.

    """
    parts = _parse_local_url(url)
    query = parts.query + ("&" if parts.query and token else "") + _query(token)
    target = parts._replace(scheme="ws", query=query).geturl()
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(_connect(target, parts))
        except InvalidStatus as refused:
            raise RoomError(_describe_refusal(refused.response)) from None
        except (OSError, InvalidHandshake, TimeoutError) as error:
            message = f"the room {url} cannot be joined: {error}"
            raise RoomError(message) from None
        if connection.response is None or MARKER not in connection.response.headers:
            raise RoomError(_describe_unmarked(url))
        return JoinedRoom(connection, stack.pop_all())


def _connect(target: str, parts: SplitResult) -> ClientConnection:
    # With a socket of its own, `websockets` ignores the proxies of the environment.
    plain = socket.create_connection((parts.hostname, parts.port or 80), _CONNECT_SECONDS)
    try:
        return connect(target, sock=plain, open_timeout=_CONNECT_SECONDS, max_size=None)
    except BaseException:
        plain.close()
        raise


def _read_until_pong(connection: ClientConnection) -> Iterator[str]:
    """Yield the messages that arrive before the answer to a ping."""
    deadline = time.monotonic() + _CONNECT_SECONDS
    try:
        answered = connection.ping()
        while not answered.is_set() and time.monotonic() < deadline:
            with suppress(TimeoutError):
                yield _text(connection.recv(timeout=_POLL_SECONDS))
        while True:
            yield _text(connection.recv(timeout=0))
    except (TimeoutError, ConnectionClosed):
        return  # a closed connection is reported when the room is read on


def _text(message: str | bytes) -> str:
    return message if isinstance(message, str) else message.decode()


def _parse_local_url(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "ws"} or not _is_loopback(parts.hostname):
        message = (
            f"{url} is no room of a simulated Tavus on this machine, and this stand-in for 'daily' "
            "joins no other room: remove its directory from PYTHONPATH to join real rooms"
        )
        raise RoomError(message)
    return parts


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _query(token: str | None) -> str:
    return urlencode({"t": token}) if token else ""


def _describe_refusal(response: Response) -> str:
    if MARKER not in response.headers:
        return _describe_unmarked("the room")
    body = (response.body or b"").decode("utf-8", "replace")
    return f"the room refused the participant (HTTP {response.status_code}): {body}"


def _describe_unmarked(room: str) -> str:
    return (
        f"{room} is not of a simulated Tavus: its answer has no {MARKER!r} header, so nothing was "
        "sent to it"
    )


def _describe_closure(closed: ConnectionClosed) -> str | None:
    """Return why a room closed; `None` after a regular end."""
    if closed.rcvd is None:
        return "the connection to the room was lost"
    if closed.rcvd.code in {1000, 1001, 1012}:
        return None
    return f"the room was closed ({closed.rcvd.code}): {closed.rcvd.reason}"
