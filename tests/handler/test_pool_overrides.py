"""Handlers that a fixture gives, used in place of those that scenarios name."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.errors import HandlerError
from pytest_tavus.handler.call.port import CallRef, Handler
from pytest_tavus.handler.pool import HandlerPool
from pytest_tavus.wire import HttpExchange, HttpRequest, HttpResponse
from tests.handler.recording_app import RecordingApp, call_handler, open_pool
from tests.handler.requests import build_call, read_fault, read_json, send_request, spec

pytestmark = pytest.mark.asyncio


@pytest.fixture
def log() -> list[str]:
    return []


async def test_an_application_from_a_fixture_lives_as_long_as_it_is_used(
    tmp_path: Path, log: list[str]
) -> None:
    app = RecordingApp(log, "fixture")
    async with open_pool(tmp_path) as pool:
        first = await pool.acquire(spec(app="never.imported:app"), app)
        second = await pool.acquire(spec(), app)
        await first.close()
        await first.close()
        assert log == ["up"]
        assert read_json(await send_request(second)) == "fixture"
        await second.close()
        assert log == ["up", "down"]
        assert await call_handler(pool, spec(), app) == "fixture"
        assert log == ["up", "down"] * 2


async def test_an_application_that_is_released_and_acquired_at_once_never_overlaps(
    tmp_path: Path, log: list[str]
) -> None:
    app = RecordingApp(log)
    async with open_pool(tmp_path) as pool:
        await asyncio.gather(*(call_handler(pool, spec(), app) for _ in range(20)))
        await call_handler(pool, spec(), app)
    assert log == ["up", "down"] * (len(log) // 2)


async def test_a_url_from_a_fixture_must_be_on_loopback_too(tmp_path: Path) -> None:
    async with open_pool(tmp_path) as pool:
        with pytest.raises(HandlerError) as caught:
            await pool.acquire(spec(), "https://api.shop.example")
    assert caught.value.message == (
        "the handler's url 'https://api.shop.example' is not on this machine: "
        "use localhost, 127.0.0.1 or [::1]"
    )


async def test_a_value_that_is_no_handler_is_refused(tmp_path: Path) -> None:
    async with open_pool(tmp_path) as pool:
        with pytest.raises(HandlerError) as caught:
            await pool.acquire(spec(), 7)
    assert caught.value.message == (
        "the fixture tavus_handler returned a value of type 'int', which is no handler: return "
        "an ASGI or WSGI application, an import string 'package.module:attribute', or a URL"
    )


class CustomHandler:
    """A handler of the user's own making."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.closed = False
        self.calls: list[CallRef] = []

    async def send(self, request: HttpRequest, *, call: CallRef, **_: Any) -> Any:
        self.calls.append(call)
        if isinstance(self.answer, BaseException):
            raise self.answer
        if self.answer is None:
            await asyncio.Event().wait()
        if isinstance(self.answer, HttpResponse):
            return HttpExchange(request=request, response=self.answer)
        return self.answer

    async def close(self) -> None:
        self.closed = True


async def test_a_custom_handler_gets_the_requests_and_is_not_closed(tmp_path: Path) -> None:
    own = CustomHandler(HttpResponse(status=200, body=b"7"))
    async with open_pool(tmp_path) as pool:
        assert await call_handler(pool, spec(), own) == 7
    assert own.calls == [build_call()]
    assert not own.closed


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ValueError("no"), ("crash", "the handler raised ValueError: no")),
        (TimeoutError("its own"), ("crash", "the handler raised TimeoutError: its own")),
        (7, ("crash", "the handler returned 'int' and not an HttpExchange")),
        (None, ("timeout", "the handler did not answer within 0.02 s")),
    ],
)
async def test_an_error_of_a_custom_handler_is_a_fault(
    tmp_path: Path, answer: object, expected: tuple[str, str]
) -> None:
    async with open_pool(tmp_path) as pool:
        handler: Handler = await pool.acquire(spec(), CustomHandler(answer))
        assert read_fault(await send_request(handler, within=0.02)) == expected


async def test_the_other_handlers_are_ended_if_one_cannot_be_ended(
    tmp_path: Path, log: list[str]
) -> None:
    class Stubborn(RecordingApp):
        async def lifespan(self, receive: Any, send: Any) -> None:
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.failed", "message": "still open"})

    pool = HandlerPool(root=tmp_path, environ={})
    await pool.acquire(spec(), Stubborn(log))
    await pool.acquire(spec(), RecordingApp(log))
    with pytest.raises(HandlerError) as caught:
        await pool.close()
    assert caught.value.message == "the handler's shut-down failed: still open"
    assert log == ["up", "down"]
    await pool.close()
