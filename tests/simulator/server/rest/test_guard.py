"""The guard refuses hosts, origins and paths, and marks every response."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from pytest_tavus.simulator.server.http.answers import answer
from pytest_tavus.simulator.server.http.guard import Guard
from pytest_tavus.simulator.server.http.marker import simulator_version
from pytest_tavus.simulator.server.options import ServerLimits
from tests.simulator.server.served import (
    MARKER,
    RecordedResponse,
    receive_empty_body,
    request_scope,
    served,
)

pytestmark = pytest.mark.asyncio

HOST = (
    "the simulator answers to 127.0.0.1 and localhost only, and the request's Host header is "
    "neither"
)
ORIGIN = (
    "the simulator answers pages of this machine only, and the request's Origin header names "
    "another machine: allow its origin with --cors"
)


async def fine(scope: Scope, _receive: Receive, send: Send) -> None:
    await answer(scope, send, status=200, body=b"fine")


async def closes(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "websocket.close", "code": 1000})


async def accepts(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept", "headers": [(b"a", b"b")]})
    await send({"type": "websocket.close", "code": 1000})


async def breaks(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise RuntimeError("broken")


async def asked(scope: Scope, app: object = fine) -> RecordedResponse:
    sent = RecordedResponse()
    await Guard(app, limits=ServerLimits())(scope, receive_empty_body, sent)  # type: ignore[arg-type]  # any app
    return sent


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:80", "localhost:8123", "LOCALHOST", "[::1]:9"]
)
async def test_a_loopback_host_is_allowed(host: str) -> None:
    assert (await asked(request_scope(headers={"host": host}))).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil",
        "localhost.",
        "0.0.0.0",
        "::1",
    ],
)
async def test_another_name_is_misdirected(host: str) -> None:
    sent = await asked(request_scope(headers={"host": host}))

    assert (sent.status, sent.body.decode()) == (421, f'{{"error":"{HOST}"}}')
    assert sent.headers[MARKER] == simulator_version()


async def test_two_hosts_are_misdirected() -> None:
    scope = request_scope()
    scope["headers"].append((b"host", b"127.0.0.1"))

    assert (await asked(scope)).status == 421


@pytest.mark.parametrize("origin", ["http://localhost:5173", "https://127.0.0.1", "http://[::1]:1"])
async def test_a_page_of_this_machine_is_allowed(origin: str) -> None:
    assert (await asked(request_scope(headers={"origin": origin}))).status == 200


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://evil.example",
        "http://localhost.evil.example",
        "http://[::1",
        "http://user@localhost",
        "http://localhost http://evil.example",
    ],
)
async def test_a_page_of_another_machine_is_refused(origin: str) -> None:
    sent = await asked(request_scope(headers={"origin": origin}))

    assert (sent.status, sent.body.decode()) == (403, f'{{"error":"{ORIGIN}"}}')


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/v2/../x", "the path holds a step that is '.' or '..'"),
        ("/v2/%2e%2e/x", "the path holds a step that is '.' or '..'"),
        ("/v2/%252e%252E/x", "the path holds a step that is '.' or '..'"),
        ("/v2/./x", "the path holds a step that is '.' or '..'"),
        ("/v2//pals", "the path holds two slashes in a row"),
        ("/v2/%2fpals", "the path holds two slashes in a row"),
        ("/v2/a%00b", "the path holds a control character"),
        ("/v2/a%0d%0ab", "the path holds a control character"),
        ("/v2/a%5cb", "the path holds a backslash"),
        ("/" + "a" * 2048, "the path is longer than 2048 bytes"),
    ],
)
async def test_an_unsafe_path_is_refused(path: str, sentence: str) -> None:
    sent = await asked(request_scope(path))

    assert (sent.status, sent.body.decode()) == (400, f'{{"error":"{sentence}"}}')


@pytest.mark.parametrize(
    "path", ["/", "/v2/pals/", "/.well-known/x", "/v2/a..b", "/v2/...", "/v2/a%20b", "/v2/%C3%A9"]
)
async def test_a_plain_path_is_allowed(path: str) -> None:
    assert (await asked(request_scope(path))).status == 200


@given(
    before=st.text("ab/", max_size=4),
    dots=st.sampled_from(["..", "."]),
    after=st.text("ab/", max_size=4),
)
async def test_no_encoding_hides_a_step_upwards(before: str, dots: str, after: str) -> None:
    step = "".join(f"%{ord(dot):02x}" for dot in dots)
    for spelled in (dots, step, step.upper(), quote(step)):
        sent = await asked(request_scope(f"/{before.strip('/')}/{spelled}/{after}"))

        assert sent.status == 400


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_crash_gives_an_answer(kind: str) -> None:
    sent = RecordedResponse()
    with pytest.raises(RuntimeError, match="broken"):
        await Guard(breaks, limits=ServerLimits())(
            request_scope(kind=kind), receive_empty_body, sent
        )

    assert (sent.status, sent.headers[MARKER]) == (500, simulator_version())


async def test_a_handshake_is_marked() -> None:
    sent = await asked(request_scope(kind="websocket"), accepts)

    assert sent.headers == {"a": "b", MARKER: simulator_version()}
    assert [one["type"] for one in sent] == ["websocket.accept", "websocket.close"]


async def test_a_silently_refused_handshake_gets_an_error_and_the_marker() -> None:
    sent = await asked(request_scope(kind="websocket"), closes)

    assert (sent.status, sent.headers[MARKER]) == (403, simulator_version())
    assert sent.body == b'{"error":"this room cannot be entered"}'


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v2/pals", 200),
        ("/v2/nothing-there", 404),
        ("/nowhere", 404),
        ("/rooms/c1", 426),
        ("/mcp", 401),
        ("/_simulator/clock", 200),
    ],
)
async def test_every_endpoint_is_marked(path: str, status: int) -> None:
    async with served() as server:
        response = await server.http.get(path)

    assert (response.status_code, response.headers[MARKER]) == (status, simulator_version())
