from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.handler.open import open_handler
from tests.handler.process.shop import (
    CHILD,
    ENVIRON,
    SERVER,
    find_start_error,
    is_alive,
    list_children,
    open_command,
)
from tests.handler.requests import build_call, post, read_fault, read_json, send_request, spec

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def no_process_left() -> Iterator[None]:
    before = list_children()
    yield
    assert list_children() <= before


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "server.py").write_text(SERVER)
    return tmp_path


async def test_a_command_gets_its_directory_and_only_the_variables_it_needs(shop: Path) -> None:
    (shop / "inner").mkdir()
    command = ("python", "../server.py", "{port}")
    async with open_command(shop, *command, cwd="inner", env=("SHOP_DB",)) as handler:
        found = read_json(await send_request(handler))

    assert found["cwd"] == str(shop / "inner")
    assert found["env"]["SHOP_DB"] == "orders.db"
    assert found["env"]["LC_ALL"] == "C.UTF-8"
    assert found["env"]["PORT"].isdigit()
    allowed = {"PATH", "LC_ALL", "LC_CTYPE", "SHOP_DB", "PORT", "PYTHONUNBUFFERED", "PWD"}
    assert set(found["env"]) <= allowed


async def test_closing_ends_the_process_and_its_children(shop: Path) -> None:
    async with open_command(shop) as handler:
        pid = read_json(await send_request(handler))["pid"]
        child = read_json(await send_request(handler, post({"child": CHILD})))["pid"]
        assert is_alive(pid)
        assert is_alive(child)

    assert not is_alive(pid)
    assert not is_alive(child)
    await handler.close()


async def test_a_process_that_ignores_sigterm_is_killed(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_tavus.handler.process.process._GRACE", 0.1)
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    (shop / "server.py").write_text(stubborn + SERVER)
    async with open_command(shop) as handler:
        pid = read_json(await send_request(handler))["pid"]
    assert not is_alive(pid)


async def test_a_command_that_ends_shows_its_output(shop: Path) -> None:
    script = "import sys; print('reading'); sys.exit('no configuration')"
    error = await find_start_error(shop, "python", "-c", script)
    assert error.message.startswith("the handler's command ended with exit code 1 before port ")
    assert error.detail == "reading\nno configuration"


async def test_a_command_that_is_killed_names_the_signal(shop: Path) -> None:
    error = await find_start_error(shop, "python", "-c", "import os; os.kill(os.getpid(), 9)")
    assert "ended with signal SIGKILL before port" in error.message
    assert error.detail is None


async def test_a_command_that_never_answers_is_an_error(shop: Path) -> None:
    script = "print('waiting for nobody'); import signal; signal.pause()"
    error = await find_start_error(shop, "python", "-c", script, "{port}", startup_timeout=0.5)
    assert error.message.startswith("the handler's command did not answer on port ")
    assert error.message.endswith(" within 0.5 s")
    assert error.detail in {"waiting for nobody", None}


async def test_a_command_whose_port_was_taken_is_started_once_more(shop: Path) -> None:
    script = (
        "import pathlib, sys\n"
        "seen = pathlib.Path('ports')\n"
        "first = not seen.exists()\n"
        "seen.open('a').write(sys.argv[1] + chr(10))\n"
        "if first: sys.exit('OSError: [Errno 98] Address already in use')\n"
    )
    (shop / "server.py").write_text(script + SERVER)
    async with open_command(shop) as handler:
        read_json(await send_request(handler))
    assert len((shop / "ports").read_text().split()) == 2


async def test_a_command_whose_port_is_taken_again_is_an_error(shop: Path) -> None:
    error = await find_start_error(
        shop, "python", "-c", "import sys; sys.exit('Address already in use')"
    )
    assert error.detail == "Address already in use"


@pytest.mark.parametrize(
    ("command", "fields", "message"),
    [
        (("no-such-server",), {}, "the handler's command 'no-such-server' was not found"),
        (
            ("./server.py",),
            {},
            "the handler's command './server.py' cannot be run: Permission denied",
        ),
        (
            ("python",),
            {"env": ("SHOP_DB", "SHOP_KEY")},
            "the handler's env names 'SHOP_KEY', which is not set",
        ),
    ],
)
async def test_a_command_that_cannot_be_run_is_an_error(
    shop: Path, command: tuple[str, ...], fields: dict[str, Any], message: str
) -> None:
    assert (await find_start_error(shop, *command, **fields)).message == message


async def test_a_missing_directory_is_an_error(shop: Path) -> None:
    error = await find_start_error(shop, cwd="missing")
    assert error.message == f"the handler's cwd '{shop / 'missing'}' is not a directory"


async def test_a_process_that_dies_under_a_request_shows_its_output(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_tavus.handler.process.handler._EXIT_GRACE", 5.0)
    async with open_command(shop) as handler:
        exchange = await send_request(handler, post({"die": True}))
        kind, message = read_fault(exchange)
        assert kind == "broken"
        assert message == (
            "the handler closed the connection without answering; "
            "its process has ended with exit code 7"
        )
        assert exchange.fault is not None
        assert exchange.fault.traceback == "cannot go on"

        kind, message = read_fault(await send_request(handler))
        assert kind == "connection"
        assert message.startswith("nothing answers at http://127.0.0.1:")
        assert message.endswith("; its process has ended with exit code 7")


async def test_a_server_error_shows_the_traceback_the_process_wrote(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_tavus.handler.process.handler._TRACEBACK_GRACE", 5.0)
    async with open_command(shop) as handler:
        exchange = await send_request(handler, post({"crash": True}))
        assert read_fault(exchange) == ("crash", "the handler answered 500 and wrote a traceback")
        assert exchange.response is not None
        assert exchange.response.status == 500
        assert exchange.fault is not None
        lines = str(exchange.fault.traceback).splitlines()
        assert (lines[0], lines[-1]) == ("Traceback (most recent call last):", "KeyError: 'eta'")


async def test_a_server_error_without_a_traceback_is_an_answer(shop: Path) -> None:
    async with open_command(shop) as handler:
        read_json(await send_request(handler))
        exchange = await send_request(handler, post({"refuse": True}))
        assert exchange.fault is None
        assert exchange.response is not None
        assert exchange.response.status == 503


async def test_a_process_with_much_output_never_waits_for_its_reader(shop: Path) -> None:
    async with open_command(shop) as handler:
        for _ in range(3):
            assert read_json(await send_request(handler, post({"talk": 10_000}))) == {}


async def test_a_start_that_is_cancelled_leaves_no_process(shop: Path) -> None:
    script = "open('pid', 'w').write('1'); import signal; signal.pause()"

    async def until_started() -> None:
        while not (shop / "pid").exists():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.005)

    opening = asyncio.create_task(
        open_handler(spec(command=("python", "-c", script)), root=shop, environ=ENVIRON)
    )
    async with asyncio.timeout(10):
        await until_started()
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening


async def test_five_hundred_equal_calls_at_once_each_get_their_own_answer(tmp_path: Path) -> None:
    (tmp_path / "orders.py").write_text(
        "from starlette.applications import Starlette\n"
        "from starlette.responses import JSONResponse\n"
        "from starlette.routing import Route\n"
        "async def status(request):\n"
        "    return JSONResponse({'call': request.headers['x-call']})\n"
        "app = Starlette(routes=[Route('/orders/status', status, methods=['POST'])])\n"
    )
    command = ("python", "-m", "uvicorn", "orders:app", "--port", "{port}", "--no-access-log")
    async with open_command(tmp_path, *command) as handler:
        exchanges = await asyncio.gather(
            *(
                send_request(
                    handler, post(headers={"x-call": str(n)}), call=build_call(call_id=str(n))
                )
                for n in range(500)
            )
        )
    assert [read_json(each)["call"] for each in exchanges] == [str(n) for n in range(500)]


async def test_a_child_that_ignores_sigterm_is_killed(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_tavus.handler.process.process._ORPHANS_GRACE", 0.1)
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + CHILD
    async with open_command(shop) as handler:
        child = read_json(await send_request(handler, post({"child": stubborn})))["pid"]
        assert is_alive(child)
    async with asyncio.timeout(5):
        while is_alive(child):  # noqa: ASYNC110 - the system tells nobody
            await asyncio.sleep(0.005)


async def test_a_variable_that_is_not_set_is_for_the_environment(shop: Path) -> None:
    assert (await find_start_error(shop, "python", env=("SHOP_KEY",))).owner == "environment"
    assert (await find_start_error(shop, "no-such-server")).owner == "handler"
