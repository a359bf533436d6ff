"""500 identical calls at the same moment: each conversation gets the answer to its own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.run.options.settings import Settings
from pytest_tavus.run.runner import Runner
from pytest_tavus.trace.events import PalSaid, SessionOpened, ToolDelivered, ToolResolved

CALLS = 500

APPS = '''
"""Handlers that answer with the path they were asked at, 25 at a time."""
import asyncio
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOGETHER = 25
BATCH = []


def answer(path):
    return json.dumps({"path": path}).encode()


async def asgi(scope, receive, send):
    if scope["type"] != "http":
        return
    await receive()
    mine = asyncio.Event()
    BATCH.append(mine)
    if len(BATCH) == TOGETHER:
        batch, BATCH[:] = BATCH[::-1], []
        for one in batch:
            one.set()
            await asyncio.sleep(0)
    await mine.wait()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer(scope["path"])})


BATCHES = threading.Barrier(TOGETHER)


def wsgi(environ, start_response):
    in_batch()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [answer(environ["PATH_INFO"])]


def in_batch():
    BATCHES.wait(30)


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        in_batch()
        body = answer(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


if __name__ == "__main__":
    ThreadingHTTPServer.request_queue_size = 128
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Server)
    print(server.server_address[1], flush=True)
    server.serve_forever()
'''

SCENARIO: dict[str, Any] = {
    "pal": {
        "tools": [
            {
                "name": "find",
                "description": "Finds an order.",
                "parameters": {"type": "object", "properties": {"order_id": {"type": "string"}}},
                "on_call": "silent",
                "on_resolve": "generate_response",
                "delivery": {
                    "api": {
                        "url": "https://shop.example.com/{tavus_conversation_id}",
                        "method": "POST",
                        "timeout": 60,
                    }
                },
            }
        ]
    },
    "name": "the same for everyone",
    "turns": [
        {
            "user": "Where is my order?",
            "calls": [{"find": {"order_id": "A-10428"}}],
            "plays": "at {result.path}",
            "says": "at ",
        }
    ],
}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The base URL of a server that this test has not started as a handler."""
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "attributed.py"), "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.terminate()


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    for module in ("attributed", "attributed_wsgi"):
        (tmp_path / f"{module}.py").write_text(APPS)
    settings = Settings(scenarios=tmp_path, deadline=120.0)
    runner = Runner(settings, root=tmp_path, environ={"PATH": "/usr/bin:/bin"})
    yield runner
    runner.close()


def run_scenarios(runner: Runner, directory: Path, handler: object) -> list[ScenarioResult]:
    file = directory / "same.yaml"
    file.write_text(json.dumps({**SCENARIO, "handler": handler}))
    (scenario,) = runner.load(file)

    async def all_of() -> list[ScenarioResult]:
        return await asyncio.gather(*(runner.perform(scenario) for _ in range(CALLS)))

    return runner.loop.run(all_of())


def find_words(result: ScenarioResult) -> set[str]:
    """Return the conversation ids in the exchange, the output and the reply of a conversation."""
    trace = result.trace
    ((_, delivered),) = trace.of(ToolDelivered)
    ((_, resolved),) = trace.of(ToolResolved)
    ((_, called),) = trace.calls()
    assert called.call_id == delivered.call_id == resolved.call_id
    assert delivered.exchange.response is not None
    answered = json.loads(delivered.exchange.response.body)["path"]
    said = [event.text for _, event in trace.of(PalSaid)]
    return {answered, json.loads(resolved.output)["path"], said[-1].removeprefix("at ")}


def assert_own_answers(results: list[ScenarioResult]) -> None:
    """Assert that each conversation got its own id, which only the handler's answer has."""
    seen: set[str] = set()
    for result in results:
        assert result.verdict.outcome == "passed", result.verdict.reason
        opened = result.trace.opened()
        assert isinstance(opened, SessionOpened)
        assert find_words(result) == {f"/{opened.conversation_id}"}
        seen.add(opened.conversation_id)
    assert len(seen) == CALLS


def test_an_asgi_application_answers_each_conversation_with_its_own_id(
    runner: Runner, tmp_path: Path
) -> None:
    assert_own_answers(run_scenarios(runner, tmp_path, "attributed:asgi"))


def test_a_wsgi_application_answers_each_conversation_with_its_own_id(
    runner: Runner, tmp_path: Path
) -> None:
    assert_own_answers(
        run_scenarios(runner, tmp_path, {"app": "attributed_wsgi:wsgi", "interface": "wsgi"})
    )


def test_a_command_answers_each_conversation_with_its_own_id(
    runner: Runner, tmp_path: Path
) -> None:
    command = f"{sys.executable} {tmp_path / 'attributed.py'} {{port}}"
    assert_own_answers(run_scenarios(runner, tmp_path, {"command": command}))


def test_a_url_answers_each_conversation_with_its_own_id(
    runner: Runner, tmp_path: Path, served: str
) -> None:
    assert_own_answers(run_scenarios(runner, tmp_path, {"url": served}))
