"""Calls that fail: the word for it, whichever way the handler is reached."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, get_args

import pytest
import uvicorn

from pytest_tavus.handler.asgi.call import AsgiApp, Message, Receive, Send
from pytest_tavus.scenario.values.model import StatusWord
from tests.run.conftest import BuildProject, Project

JSON = [(b"content-type", b"application/json")]
TEXT = [(b"content-type", b"text/plain")]
PAGE = [(b"content-type", b"text/html")]


async def raising(send: Send) -> None:
    raise LookupError("the book is gone")


async def breaking_off(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": JSON})
    await send({"type": "http.response.body", "body": b'{"table":', "more_body": True})
    raise LookupError("the book is gone")


async def breaking_a_refusal_off(send: Send) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": JSON})
    await send({"type": "http.response.body", "body": b'{"error":', "more_body": True})
    raise LookupError("the book is gone")


async def redirecting(send: Send) -> None:
    headers = [(b"location", b"/login")]
    await send({"type": "http.response.start", "status": 302, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def answering(status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> Any:
    async def answer(send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer


ANSWERS: dict[str, tuple[Any, tuple[str | int, ...]]] = {
    "refuses": (answering(409, b"{}", JSON), ("error", 409)),
    "refuses in words": (answering(404, b"no such table", TEXT), ("error", 404)),
    "refuses without a word": (answering(404, b"", JSON), ("error", 404)),
    "refuses with broken JSON": (answering(404, b'{"error":', JSON), ("unreadable",)),
    "refuses in Latin-1": (answering(404, b'{"error": "caf\xe9"}', JSON), ("unreadable",)),
    "refuses with too much": (answering(404, b"1" * 2_000_000, TEXT), ("unreadable",)),
    "refuses with far too much": (answering(404, b"1" * 17_000_000, TEXT), ("unreadable",)),
    "breaks a refusal off": (breaking_a_refusal_off, ("crash",)),
    "answers 500": (answering(500, b"{}", JSON), ("crash", 500)),
    "answers 503": (answering(503, b"{}", JSON), ("crash", 503)),
    "raises": (raising, ("crash", 500)),
    "breaks off": (breaking_off, ("crash",)),
    "answers a page": (answering(200, b"<html>", PAGE), ("unreadable",)),
    "answers broken JSON": (answering(200, b"{", JSON), ("unreadable",)),
    "answers too much": (answering(200, b"1" * 2_000_000, JSON), ("unreadable",)),
    "answers far too much": (answering(200, b"1" * 17_000_000, JSON), ("unreadable",)),
    "redirects": (redirecting, ("unreadable", 302)),
    "answers nothing": (answering(200, b"", []), ("success", 200)),
    "answers": (answering(200, b'{"table": 7}', JSON), ("success", 200)),
}
"""What a handler does, and every status that this is."""

STATUSES: tuple[str | int, ...] = (*get_args(StatusWord), 200, 302, 404, 409, 500, 503)


def app_of(answer: Any) -> AsgiApp:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            message = "there is none"
            raise LookupError(message)
        await receive()
        await answer(send)

    return app


@contextmanager
def served(app: AsgiApp) -> Generator[str]:
    """Serve an application on a port of this machine."""
    options = uvicorn.Config(app, port=0, log_level="critical", lifespan="off")
    server = uvicorn.Server(options)
    ready = threading.Event()

    class Serving(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            ready.set()

    server = Serving(options)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        assert ready.wait(10)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def met(project: Project, handler: str, app: AsgiApp | None) -> set[str | int]:
    """Return every status that a call meets, each expected by a scenario of its own."""
    found: set[str | int] = set()
    for status in STATUSES:
        text = f"""
pal: waiter.pal.yaml
{handler}
scenarios:
  - name: finds a table
    turns:
      - user: A table for two.
        calls: [{{find: {{guests: 2}}, status: {status}}}]
        plays: {{says: Well., on_error: It is taken.}}
"""
        if project.run(text, handler=app).verdict.outcome == "passed":
            found.add(status)
    return found


@pytest.mark.parametrize("name", ANSWERS)
def test_a_failure_has_the_same_status_in_process_and_over_http(
    build_project: BuildProject, name: str
) -> None:
    answer, statuses = ANSWERS[name]
    project = build_project()
    app = app_of(answer)
    assert met(project, "", app) == set(statuses)
    with served(app) as url:
        assert met(project, f"handler: {{url: {url!r}}}", None) == set(statuses)


def test_a_handler_that_is_not_there_is_unreachable(
    build_project: BuildProject, unused_tcp_port: int
) -> None:
    project = build_project()
    assert met(project, f"handler: {{url: 'http://127.0.0.1:{unused_tcp_port}'}}", None) == {
        "unreachable"
    }


@pytest.mark.parametrize(
    ("canned", "statuses"),
    [
        ("status: 503", {"crash", 503}),
        ("status: 404", {"error", 404}),
        ("fault: connection", {"unreachable"}),
        ("fault: timeout", {"timeout"}),
        ("body: <html>, content_type: text/html", {"unreadable"}),
    ],
)
def test_a_canned_failure_has_the_status_of_a_real_one(
    build_project: BuildProject, canned: str, statuses: set[str | int]
) -> None:
    assert met(build_project(), f"handler: {{canned: {{find: {{{canned}}}}}}}", None) == statuses


@pytest.mark.parametrize(
    ("function", "word"),
    [
        ("raising", "crash"),
        ("a_set", "unreadable"),
        ("blockin", "unreachable"),
        ("nothing", "success"),
    ],
)
def test_a_fault_of_a_client_callable_is_no_error_that_it_answered(
    build_project: BuildProject, function: str, word: str
) -> None:
    text = """
pal: waiter.pal.yaml
client: {show: {call: "tests.simulator.pal.client_tools:%s"}}
scenarios:
  - name: shows the plan
    turns:
      - user: Show me.
        calls: [{show: {}, status: %s}]
        plays: {says: Well., on_error: It is broken.}
"""
    project = build_project()
    outcomes = {s: project.run(text % (function, s)).verdict.outcome for s in get_args(StatusWord)}
    assert {s for s, outcome in outcomes.items() if outcome == "passed"} == {word}
