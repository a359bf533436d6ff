"""A handler that ends badly after the last scenario: the run says so, and is not green."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plugin.concurrency.conftest import Town, asks

TILL = """
from shop import app as shop

async def app(scope, receive, send):
    while scope["type"] == "lifespan":
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            raise RuntimeError("the till is still open")
        await send({"type": "lifespan.startup.complete"})
    await shop(scope, receive, send)
"""

SERVER = """
import os, pathlib, sys
from wsgiref.simple_server import make_server

def app(environ, start_response):
    pathlib.Path("server.pid").write_text(str(os.getpid()))
    print("served", flush=True)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]

make_server("127.0.0.1", int(sys.argv[1]), app).serve_forever()
"""

KILLS = """
import os
import pathlib
import signal

@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    pid = int(pathlib.Path("server.pid").read_text())
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
    except ChildProcessError:
        return  # another worker's
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
"""

ENDS: dict[str, tuple[Any, list[str]]] = {
    "shut-down": (
        "till:app",
        ["*your handler did not end well: the handler's shut-down failed: RuntimeError: the till*"],
    ),
    "process": (
        {"command": ["python", "server.py", "{port}"]},
        [
            "*your handler did not end well: the handler's process ended by itself, with signal *",
            "*served*",
        ],
    ),
}


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("end", [*ENDS, None])
def test_a_handler_that_ended_badly_after_the_last_scenario_fails_the_run(
    town: Town, end: str | None, workers: int
) -> None:
    town.write("till.py", TILL)
    town.write("server.py", SERVER)
    handler, lines = ("shop:app", []) if end is None else ENDS[end]
    if end == "process":
        town.conftest(KILLS)
    town.scenarios(asks("one"), handler=handler)

    run = town.run_apart(*(["-n", str(workers)] if workers else []), at_once=1)

    run.assert_outcomes(passed=1)
    run.stdout.fnmatch_lines(lines)
    assert run.ret == (pytest.ExitCode.OK if end is None else pytest.ExitCode.TESTS_FAILED)
