from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.errors import HandlerError
from pytest_tavus.gateway.pool import HandlerPool
from pytest_tavus.gateway.port import CallRef, Handler
from pytest_tavus.scenario.model import CannedAnswer, HandlerSpec
from pytest_tavus.wire import HttpExchange, HttpRequest, HttpResponse
from tests.gateway.asking import ask, data, fault, ref, spec

pytestmark = pytest.mark.asyncio


class App:
    """An application that writes down when it is started up and shut down."""

    def __init__(self, log: list[str], name: str = "app") -> None:
        self.log = log
        self.name = name
        self.fails = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self.lifespan(receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": f'"{self.name}"'.encode()})

    async def lifespan(self, receive: Any, send: Any) -> None:
        await receive()
        await asyncio.sleep(0)
        self.log.append("up")
        if self.fails:
            await send({"type": "lifespan.startup.failed", "message": "no database"})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.sleep(0)
        self.log.append("down")
        await send({"type": "lifespan.shutdown.complete"})


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def shop(tmp_path: Path, log: list[str]) -> Iterator[Path]:
    """A directory whose module `tavus_pool` holds an application, under two names."""
    (tmp_path / "tavus_pool.py").write_text(
        "from tests.gateway.test_pool import App\n"
        "log = []\n"
        "app = same = App(log)\n"
        "def make():\n"
        "    return App(log)\n"
    )
    path = list(sys.path)
    yield tmp_path
    sys.path[:] = path
    sys.modules.pop("tavus_pool", None)


@contextlib.asynccontextmanager
async def pooled(root: Path) -> AsyncGenerator[HandlerPool]:
    pool = HandlerPool(root=root, environ={})
    try:
        yield pool
    finally:
        await pool.close()


def app_log() -> list[str]:
    log: list[str] = sys.modules["tavus_pool"].log
    return log


async def use(pool: HandlerPool, wanted: HandlerSpec, override: object = None) -> Any:
    handler = await pool.acquire(wanted, override)
    try:
        return data(await ask(handler))
    finally:
        await handler.close()


APP = spec(app="tavus_pool:app")


async def test_scenarios_at_once_start_their_handler_once(shop: Path) -> None:
    async with pooled(shop) as pool:
        answers = await asyncio.gather(*(use(pool, APP) for _ in range(50)))
        assert answers == ["app"] * 50
        await use(pool, APP)
        assert app_log() == ["up"]
    assert app_log() == ["up", "down"]


async def test_one_application_is_started_once_by_whatever_name(shop: Path) -> None:
    (shop / "scenarios").mkdir()
    async with pooled(shop) as pool:
        await use(pool, APP)
        await use(pool, spec(app="tavus_pool:same"))
        await use(pool, spec(app="tavus_pool:app", search_path=("scenarios",)))
        assert app_log() == ["up"]


async def test_canned_answers_are_of_the_scenario_and_not_of_the_handler(shop: Path) -> None:
    answer = CannedAnswer(at=(), body="canned")
    async with pooled(shop) as pool:
        assert await use(pool, APP) == "app"
        canned = spec(app="tavus_pool:app", canned={"get_order_status": (answer,)})
        assert await use(pool, canned) == "canned"
        assert await use(pool, APP) == "app"
        assert app_log() == ["up"]


async def test_a_fresh_handler_is_started_and_ended_by_its_scenario(shop: Path) -> None:
    async with pooled(shop) as pool:
        fresh = spec(app="tavus_pool:make", factory=True, fresh=True)
        await use(pool, fresh)
        assert app_log() == ["up", "down"]
        await use(pool, fresh)
        assert app_log() == ["up", "down"] * 2


async def test_fresh_start_ups_of_one_application_do_not_overlap(shop: Path) -> None:
    async with pooled(shop) as pool:
        fresh = spec(app="tavus_pool:app", fresh=True)
        await asyncio.gather(*(use(pool, fresh) for _ in range(5)))
        assert app_log() == ["up", "down"] * 5


async def test_a_fresh_handler_that_nobody_closed_is_ended_with_the_pool(shop: Path) -> None:
    async with pooled(shop) as pool:
        handler = await pool.acquire(spec(app="tavus_pool:make", factory=True, fresh=True))
    assert app_log() == ["up", "down"]
    await handler.close()


async def test_a_start_that_failed_is_told_to_every_scenario_and_not_tried_again(
    shop: Path,
) -> None:
    (shop / "tavus_pool.py").write_text(
        "from tests.gateway.test_pool import App\nlog = []\napp = App(log)\napp.fails = True\n"
    )
    async with pooled(shop) as pool:
        told = await asyncio.gather(*(use(pool, APP) for _ in range(3)), return_exceptions=True)
        assert [str(each) for each in told] == [
            "the handler's start-up failed: no database\nno database"
        ] * 3
        assert app_log() == ["up"]


async def test_an_import_that_failed_is_told_to_every_scenario_and_not_tried_again(
    shop: Path,
) -> None:
    (shop / "tavus_pool.py").write_text(
        "import pathlib\n"
        "with pathlib.Path(__file__).with_name('imports').open('a') as file:\n"
        "    file.write('x')\n"
        "raise ValueError('no configuration')\n"
    )
    async with pooled(shop) as pool:
        for _ in range(3):
            with pytest.raises(HandlerError) as caught:
                await use(pool, APP)
            assert caught.value.message == (
                "importing 'tavus_pool' raised ValueError: no configuration"
            )
            assert "no configuration" in str(caught.value.detail)
    assert (shop / "imports").read_text() == "x"


async def test_an_application_from_a_fixture_lives_as_long_as_it_is_used(
    tmp_path: Path, log: list[str]
) -> None:
    app = App(log, "fixture")
    async with pooled(tmp_path) as pool:
        first = await pool.acquire(spec(app="never.imported:app"), app)
        second = await pool.acquire(spec(), app)
        await first.close()
        await first.close()
        assert log == ["up"]
        assert data(await ask(second)) == "fixture"
        await second.close()
        assert log == ["up", "down"]
        assert await use(pool, spec(), app) == "fixture"
        assert log == ["up", "down"] * 2


async def test_an_application_that_is_given_back_and_taken_at_once_never_overlaps(
    tmp_path: Path, log: list[str]
) -> None:
    app = App(log)
    async with pooled(tmp_path) as pool:
        await asyncio.gather(*(use(pool, spec(), app) for _ in range(20)))
        await use(pool, spec(), app)
    assert log == ["up", "down"] * (len(log) // 2)


async def test_what_a_fixture_returned_takes_the_place_of_the_whole_handler(shop: Path) -> None:
    answer = CannedAnswer(at=(), body="canned")
    canned = spec(canned={"get_order_status": (answer,)})
    async with pooled(shop) as pool:
        assert await use(pool, canned) == "canned"
        assert await use(pool, canned, "tavus_pool:app") == "app"
        assert await use(pool, spec(app="never.imported:app"), canned) == "canned"


async def test_a_url_from_a_fixture_must_be_on_loopback_too(tmp_path: Path) -> None:
    async with pooled(tmp_path) as pool:
        with pytest.raises(HandlerError) as caught:
            await pool.acquire(spec(), "https://api.shop.example")
    assert caught.value.message == (
        "the handler's url 'https://api.shop.example' is not on this machine: "
        "use localhost, 127.0.0.1 or [::1]"
    )


async def test_what_is_no_handler_is_refused(tmp_path: Path) -> None:
    async with pooled(tmp_path) as pool:
        with pytest.raises(HandlerError) as caught:
            await pool.acquire(spec(), 7)
    assert caught.value.message == (
        "the fixture tavus_handler returned a value of type 'int', which is no handler: return "
        "an ASGI or WSGI application, an import string 'package.module:attribute', or a URL"
    )


class Own:
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


async def test_a_handler_of_the_users_own_is_asked_and_left_open(tmp_path: Path) -> None:
    own = Own(HttpResponse(status=200, body=b"7"))
    async with pooled(tmp_path) as pool:
        assert await use(pool, spec(), own) == 7
    assert own.calls == [ref()]
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
async def test_a_handler_of_the_users_own_is_held_to_the_port(
    tmp_path: Path, answer: object, expected: tuple[str, str]
) -> None:
    async with pooled(tmp_path) as pool:
        handler: Handler = await pool.acquire(spec(), Own(answer))
        assert fault(await ask(handler, within=0.02)) == expected


async def test_a_handler_that_cannot_be_ended_does_not_keep_the_others(
    tmp_path: Path, log: list[str]
) -> None:
    class Stubborn(App):
        async def lifespan(self, receive: Any, send: Any) -> None:
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.failed", "message": "still open"})

    pool = HandlerPool(root=tmp_path, environ={})
    await pool.acquire(spec(), Stubborn(log))
    await pool.acquire(spec(), App(log))
    with pytest.raises(HandlerError) as caught:
        await pool.close()
    assert caught.value.message == "the handler's shut-down failed: still open"
    assert log == ["up", "down"]
    await pool.close()
