"""Participants in the room of a server: some take part, and one does not read."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from pytest_tavus.simulator.server.running import RunningServer
from tests.simulator.server.served import PATIENCE


@asynccontextmanager
async def joined(server: RunningServer, name: str = "c1") -> AsyncGenerator[ClientConnection]:
    url = f"{server.url.replace('http', 'ws')}/rooms/{name}"
    async with asyncio.timeout(PATIENCE), connect(url, proxy=None) as room:
        yield room


async def heard(room: ClientConnection, event_type: str) -> dict[str, Any]:
    """Return the next message of a kind."""
    async with asyncio.timeout(PATIENCE):
        while True:
            message: dict[str, Any] = json.loads(await room.recv())
            if message["event_type"] == event_type:
                return message


async def say(room: ClientConnection, text: str, *, conversation_id: str = "c1") -> None:
    message = {
        "message_type": "conversation",
        "event_type": "conversation.echo",
        "conversation_id": conversation_id,
        "properties": {"modality": "text", "text": text},
    }
    await room.send(json.dumps(message, ensure_ascii=False))


async def read_until_closed(room: ClientConnection) -> tuple[int, str]:
    """Read to the end, and return how the server closed."""
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                await room.recv()
    except ConnectionClosed as closed:
        return (0, "") if closed.rcvd is None else (closed.rcvd.code, closed.rcvd.reason)


def room_of(conversation: Any) -> Any:
    """Return the room of a conversation."""
    return conversation._assembly.room


def join_without_reading(server: RunningServer) -> socket.socket:
    """Join a room with a plain socket of small buffers, and never read from it."""
    plug = socket.socket()
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    host, port = server.url.removeprefix("http://").split(":")
    plug.connect((host, int(port)))
    plug.sendall(
        f"GET /rooms/c1 HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    return plug
