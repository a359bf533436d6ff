"""A process that ends by itself: an error of each user and, if unused, of the close."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.errors import HandlerError
from pytest_tavus.handler.call.port import Handler
from pytest_tavus.handler.pool import HandlerPool
from tests.handler.process.shop import COMMAND, ENVIRON, SERVER, is_alive
from tests.handler.requests import post, read_fault, read_json, send_request, spec

pytestmark = pytest.mark.asyncio

SHOP = spec(command=COMMAND)
ENDED = "the handler's process ended by itself, with "
HANGS_UP = """
import os, pathlib, socket, sys, time

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    connection, _ = listener.accept()
    asked = connection.recv(65536)
    if asked:
        connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n{}")
    connection.close()
    if asked:
        pathlib.Path("hung-up").touch()
        if sys.argv[2] == "ends":
            time.sleep(0.1)
            os._exit(3)
"""
"""It keeps no connection, and does not say so; then it ends or goes on."""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "server.py").write_text(SERVER)
    return tmp_path


@contextlib.asynccontextmanager
async def open_pool(root: Path) -> AsyncGenerator[HandlerPool]:
    pool = HandlerPool(root=root, environ=ENVIRON)
    try:
        yield pool
    except BaseException:
        with contextlib.suppress(HandlerError):
            await pool.close()
        raise
    await pool.close()


async def kill_process(handler: Handler, how: int = signal.SIGKILL) -> None:
    """Kill the process of a handler after an answer, and wait for its end."""
    pid = read_json(await send_request(handler))["pid"]
    os.kill(pid, how)
    async with asyncio.timeout(10):
        while is_alive(pid):  # noqa: ASYNC110 - another process sets no event
            await asyncio.sleep(0.005)


async def find_close_error(handler: Any) -> HandlerError:
    with pytest.raises(HandlerError) as caught:
        await handler.close()
    return caught.value


async def test_each_user_of_a_process_that_ended_gets_its_exit_and_its_output(shop: Path) -> None:
    async with open_pool(shop) as pool:
        first, second = await pool.acquire(SHOP), await pool.acquire(SHOP)
        read_json(await send_request(first, post({"talk": 1})))
        await kill_process(first)
        for handler in (first, second):
            error = await find_close_error(handler)
            assert error.message == f"{ENDED}signal SIGKILL"
            assert error.detail == "x" * 80
            await handler.close()


async def test_a_process_that_ended_with_exit_code_0_is_an_error_too(shop: Path) -> None:
    quits = "import signal, os; signal.signal(signal.SIGUSR1, lambda *_: os._exit(0))\n"
    (shop / "server.py").write_text(quits + SERVER)
    async with open_pool(shop) as pool:
        handler = await pool.acquire(SHOP)
        await kill_process(handler, signal.SIGUSR1)
        assert (await find_close_error(handler)).message == f"{ENDED}exit code 0"


async def test_a_process_that_ended_between_scenarios_is_an_error_of_the_next(shop: Path) -> None:
    async with open_pool(shop) as pool:
        handler = await pool.acquire(SHOP)
        pid = read_json(await send_request(handler))["pid"]
        await handler.close()
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(10):
            while is_alive(pid):  # noqa: ASYNC110 - another process sets no event
                await asyncio.sleep(0.005)
        for _ in range(2):
            with pytest.raises(HandlerError, match=ENDED):
                await pool.acquire(SHOP)


@pytest.mark.parametrize("fresh", [False, True])
async def test_a_process_that_ended_after_its_last_use_is_an_error_of_the_close(
    shop: Path, fresh: bool
) -> None:
    pool = HandlerPool(root=shop, environ=ENVIRON)
    await kill_process(await pool.acquire(spec(command=COMMAND, fresh=fresh)))
    assert (await find_close_error(pool)).message == f"{ENDED}signal SIGKILL"
    await pool.close()


async def test_an_exit_that_a_fault_reported_is_not_reported_again(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_tavus.handler.process.handler._EXIT_GRACE", 5.0)
    async with open_pool(shop) as pool:
        caller, other = await pool.acquire(SHOP), await pool.acquire(SHOP)
        _, message = read_fault(await send_request(caller, post({"die": True})))
        assert message.endswith("; its process has ended with exit code 7")
        await caller.close()
        assert (await find_close_error(other)).message == f"{ENDED}exit code 7"


async def test_a_running_process_is_no_error(shop: Path) -> None:
    async with open_pool(shop) as pool:
        for fresh in (False, True, False):
            handler = await pool.acquire(spec(command=COMMAND, fresh=fresh))
            assert read_json(await send_request(handler))["pid"]
            await handler.close()


@pytest.mark.parametrize("then", ["ends", "lives"])
async def test_a_process_that_disconnected_gets_a_grace_period_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    if then == "ends":
        monkeypatch.setattr("pytest_tavus.handler.process.handler._EXIT_GRACE", 5.0)
    (tmp_path / "server.py").write_text(HANGS_UP)
    async with open_pool(tmp_path) as pool:
        handler = await pool.acquire(spec(command=(*COMMAND, then)))
        assert read_json(await send_request(handler)) == {}
        async with asyncio.timeout(10):
            while not (tmp_path / "hung-up").exists():  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        if then == "ends":
            assert (await find_close_error(handler)).message == f"{ENDED}exit code 3"
        else:
            await handler.close()
