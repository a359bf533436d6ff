"""How an ASGI application is started up and shut down."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pytest_tavus.errors import HandlerError
from pytest_tavus.handler.open import open_handler
from tests.handler.asgi.apps import BODY, START, build_app, build_scripted_app
from tests.handler.requests import open_app, read_json, send_request, spec

pytestmark = pytest.mark.asyncio


async def test_the_lifespan_is_run_once_and_its_state_reaches_every_request() -> None:
    log: list[str] = []

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[dict[str, str]]:
        log.append("up")
        yield {"db": "orders.db"}
        log.append("down")

    async def status(request: Request) -> Response:
        answer = JSONResponse({"db": request.state.db})
        request.state.db = "changed"
        return answer

    async with open_app(build_app(status, lifespan=lifespan)) as handler:
        assert read_json(await send_request(handler)) == {"db": "orders.db"}
        assert read_json(await send_request(handler)) == {"db": "orders.db"}
        assert log == ["up"]
        await handler.close()
        assert log == ["up", "down"]
    assert log == ["up", "down"]


async def test_an_application_without_a_lifespan_is_fine() -> None:
    async with open_app(build_scripted_app(START, BODY)) as handler:
        assert read_json(await send_request(handler)) == {}


async def test_a_start_up_that_fails_is_an_error_with_the_handlers_frames() -> None:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        if not app.routes:
            raise ConnectionError("no database")
        yield

    with pytest.raises(HandlerError) as caught:
        async with open_app(Starlette(lifespan=lifespan)):
            pass

    assert caught.value.message == "the handler's start-up failed: ConnectionError: no database"
    files = [line for line in str(caught.value.detail).splitlines() if "File" in line]
    assert all("pytest_tavus/handler" not in line for line in files)
    assert files[0].startswith(f'  File "{__file__}"')


async def test_a_start_up_that_takes_too_long_is_an_error() -> None:
    ended: list[str] = []

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")
        yield

    with pytest.raises(HandlerError) as caught:
        async with open_app(Starlette(lifespan=lifespan), startup_timeout=0.02):
            pass

    assert caught.value.message == "the handler's start-up was not complete after 0.02 s"
    assert ended == ["cancelled"]


async def test_a_shut_down_that_fails_is_an_error() -> None:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        yield
        raise ValueError("still open")

    handler = await open_handler(
        spec(), root=Path(), environ={}, override=Starlette(lifespan=lifespan)
    )
    with pytest.raises(HandlerError) as caught:
        await handler.close()

    assert caught.value.message == "the handler's shut-down failed: ValueError: still open"
    await handler.close()


async def test_a_shut_down_that_takes_too_long_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pytest_tavus.handler.asgi.lifespan._SHUTDOWN_TIMEOUT", 0.02)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        yield
        await asyncio.Event().wait()

    handler = await open_handler(
        spec(), root=Path(), environ={}, override=Starlette(lifespan=lifespan)
    )
    with pytest.raises(HandlerError) as caught:
        await handler.close()
    assert caught.value.message == "the handler's shut-down was not complete after 0.02 s"
