"""Requests leave the server for this machine only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from pytest_tavus.clock import RealClock
from pytest_tavus.handler.call.port import CallRef
from pytest_tavus.simulator.server.loopback import AccountCallbacks, Loopback, LoopbackCallbacks
from pytest_tavus.wire import HttpRequest
from tests.simulator.server.served import wait_until

pytestmark = pytest.mark.asyncio

CALL = CallRef(conversation_id="c1", call_id="call_1", tool="order")
ELSEWHERE = (
    "the simulator calls this machine only, not 'https://shop.example.com/orders': configure a "
    "handler, or use a URL on 127.0.0.1"
)


class Notes(list[tuple[str, Any]]):
    """What was noted, in order."""

    def __call__(self, name: str, data: Mapping[str, Any]) -> None:
        self.append((name, dict(data)))


@asynccontextmanager
async def receiver(status: int = 200) -> AsyncGenerator[tuple[str, list[bytes]]]:
    """Take requests, and answer each with a status."""
    taken: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        taken.append(head + await reader.readexactly(length))
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", taken


async def test_a_tool_on_this_machine_is_called_where_it_says() -> None:
    loopback = Loopback()
    async with receiver() as (url, taken):
        request = HttpRequest(method="POST", url=f"{url}/orders?a=1", body=b"{}")
        exchange = await loopback.send(request, call=CALL, within=10, clock=RealClock())
        await loopback.close()

    assert exchange.response is not None
    assert exchange.response.status == 200
    assert taken[0].startswith(b"POST /orders?a=1 HTTP/1.1\r\n")


async def test_a_tool_on_another_machine_is_not_called() -> None:
    request = HttpRequest(method="POST", url="https://shop.example.com/orders?key=canary")
    exchange = await Loopback().send(request, call=CALL, within=10, clock=RealClock())

    assert exchange.fault is not None
    assert (exchange.fault.kind, exchange.fault.message) == ("unmapped", ELSEWHERE)


async def test_a_callback_arrives() -> None:
    loopback, notes = Loopback(), Notes()
    async with receiver() as (url, taken):
        sender = LoopbackCallbacks(loopback, note=notes)
        problem = await sender.send(f"{url}/hook", b'{"a":1}', within=10)
        await loopback.close()

    assert problem is None
    assert taken[0].startswith(b"POST /hook HTTP/1.1\r\n")
    assert taken[0].endswith(b'{"a":1}')
    assert b"content-type: application/json\r\n" in taken[0]
    assert notes == [("callback.sent", {"url": f"{url}/hook"})]


async def test_a_refused_callback_gives_the_status() -> None:
    notes = Notes()
    sender = LoopbackCallbacks(Loopback(), note=notes)
    async with receiver(status=500) as (url, _):
        problem = await sender.send(url, b"{}", within=10)
        await sender.close()

    assert problem == "the receiver answered with 500"
    assert notes == [("callback.failed", {"url": url, "problem": problem})]


async def test_a_callback_to_another_machine_gives_the_reason() -> None:
    url = "https://shop.example.com/orders"
    notes = Notes()
    problem = await LoopbackCallbacks(Loopback(), note=notes).send(url, b"{}", within=10)

    assert problem == ELSEWHERE
    assert notes == [("callback.failed", {"url": url, "problem": ELSEWHERE})]


async def test_the_account_sends_without_waiting() -> None:
    notes = Notes()
    sender = LoopbackCallbacks(Loopback(), note=notes)
    callbacks = AccountCallbacks(sender)
    async with receiver() as (url, taken):
        callbacks.send(f"{url}/hook", {"status": "ready"})
        await wait_until(lambda: notes)
        await callbacks.close()
        await sender.close()

    assert json.loads(taken[0].partition(b"\r\n\r\n")[2]) == {"status": "ready"}
    assert notes == [("callback.sent", {"url": f"{url}/hook"})]
