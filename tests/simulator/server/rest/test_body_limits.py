"""Request bodies are read completely, within a size and a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest
from starlette.types import Message, Receive, Scope, Send

from pytest_tavus.simulator.server.http.answers import answer
from pytest_tavus.simulator.server.http.body_limits import BodyLimit
from pytest_tavus.simulator.server.options import ServerLimits
from tests.simulator.server.served import RecordedResponse, request_scope, served, wait_until

pytestmark = pytest.mark.asyncio


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    message = await receive()
    assert not message["more_body"]
    await answer(scope, send, status=200, body=message["body"])


class BodyParts:
    """The parts of a body, then silence."""

    def __init__(self, parts: Iterable[bytes], *, ends: bool = True) -> None:
        parts = list(parts)
        self._messages: list[Message] = [
            {"type": "http.request", "body": part, "more_body": not ends or part is not parts[-1]}
            for part in parts
        ]

    async def __call__(self) -> Message:
        if self._messages:
            return self._messages.pop(0)
        await asyncio.Event().wait()
        raise AssertionError("nothing more comes")


async def send_body(
    receive: Receive, *, limits: ServerLimits, length: str | None = None, known: bool = True
) -> RecordedResponse:
    middleware = BodyLimit(echo, limits=limits, is_authenticated=lambda _: known)
    sent = RecordedResponse()
    await middleware(post_scope(length), receive, sent)
    return sent


def post_scope(length: str | None = None) -> Scope:
    headers = {} if length is None else {"content-length": length}
    return request_scope(method="POST", headers=headers)


async def test_a_body_in_parts_arrives_in_one() -> None:
    sent = await send_body(BodyParts([b"ab", b"cd", b""]), limits=ServerLimits())

    assert (sent.status, sent.body) == (200, b"abcd")


async def test_a_body_of_the_maximum_length_is_accepted() -> None:
    sent = await send_body(BodyParts([b"abcd"]), limits=ServerLimits(body_bytes=4), length="4")

    assert (sent.status, sent.body) == (200, b"abcd")


@pytest.mark.parametrize("length", ["5", None])
async def test_a_body_that_is_too_long_is_refused(
    length: str | None,
) -> None:
    sent = await send_body(
        BodyParts([b"abc", b"de"]), limits=ServerLimits(body_bytes=4), length=length
    )

    assert (sent.status, sent.body) == (413, b'{"error":"the body is longer than 4 bytes"}')


async def test_a_declared_length_beyond_the_limit_is_refused_at_once() -> None:
    sent = await send_body(
        BodyParts([], ends=False), limits=ServerLimits(body_bytes=4), length="99999"
    )

    assert sent.status == 413


async def test_a_body_that_does_not_arrive_is_refused() -> None:
    receive = BodyParts([b"a"], ends=False)
    sent = await send_body(receive, limits=ServerLimits(body_seconds=0.01))

    assert (sent.status, sent.body) == (408, b'{"error":"the body was not there within 0.01 s"}')


async def test_a_disconnected_client_is_not_answered() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    assert await send_body(gone, limits=ServerLimits()) == []


async def test_messages_after_the_body_are_passed_on() -> None:
    heard: list[str] = []

    async def listens(_scope: Scope, receive: Receive, _send: Send) -> None:
        heard.extend([(await receive())["type"], (await receive())["type"]])

    messages: list[Message] = [
        {"type": "http.request", "body": b"", "more_body": False},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    await BodyLimit(listens, limits=ServerLimits(), is_authenticated=lambda _: True)(
        request_scope(), receive, RecordedResponse()
    )

    assert heard == ["http.request", "http.disconnect"]


SMALL = ServerLimits(stranger_bytes=4, bodies_bytes=20)
STRANGER = b'{"error":"the body is longer than 4 bytes, and the request has no valid key"}'


@pytest.mark.parametrize("length", ["5", None])
async def test_a_request_without_a_key_has_a_lower_limit(length: str | None) -> None:
    refused = await send_body(BodyParts([b"abc", b"de"]), limits=SMALL, length=length, known=False)
    small = await send_body(BodyParts([b"abc", b"d"]), limits=SMALL, known=False)
    known = await send_body(BodyParts([b"abc", b"de"]), limits=SMALL, length=length)

    assert (refused.status, refused.body) == (413, STRANGER)
    assert (small.status, small.body) == (200, b"abcd")
    assert (known.status, known.body) == (200, b"abcde")


async def test_large_bodies_share_memory_and_small_ones_do_not_wait() -> None:
    middleware, held = (
        BodyLimit(echo, limits=SMALL, is_authenticated=lambda _: True),
        RecordedResponse(),
    )
    waiting = asyncio.create_task(
        middleware(post_scope(), BodyParts([b"x" * 10, b"x" * 5], ends=False), held)
    )
    await wait_until(lambda: middleware.free_bytes == 5)
    second, small = RecordedResponse(), RecordedResponse()
    await middleware(post_scope(), BodyParts([b"y" * 6]), second)
    await middleware(post_scope(), BodyParts([b"z" * 4]), small)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    later = RecordedResponse()
    await middleware(post_scope(), BodyParts([b"y" * 20]), later)

    assert (second.status, second.body) == (
        503,
        b'{"error":"the server holds 20 bytes of other requests\' bodies already: try again"}',
    )
    assert (small.status, later.status) == (200, 200)


async def test_memory_of_large_bodies_is_freed_after_each_answer() -> None:
    middleware = BodyLimit(echo, limits=SMALL, is_authenticated=lambda _: True)
    for _ in range(5):
        sent = RecordedResponse()
        await middleware(post_scope(), BodyParts([b"x" * 12, b"x" * 6]), sent)
        assert sent.status == 200


async def test_authentication_is_checked_once_per_request() -> None:
    asked: list[Scope] = []

    def knows(scope: Scope) -> bool:
        asked.append(scope)
        return True

    await BodyLimit(echo, limits=SMALL, is_authenticated=knows)(
        post_scope("18"), BodyParts([b"x" * 6] * 3), RecordedResponse()
    )

    assert len(asked) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"x-api-key": "{key}"}, 415),
        ({"authorization": "Bearer {key}", "x-api-key": "{key}"}, 415),
        ({"authorization": "Bearer {key}"}, 401),
        ({"authorization": "Bearer nobody's", "x-api-key": "nobody's"}, 413),
        ({}, 413),
    ],
)
async def test_a_large_body_needs_a_valid_key(headers: dict[str, str], status: int) -> None:
    async with served() as server:
        key = server.http.headers.pop("x-api-key")
        named = {name: value.format(key=key) for name, value in headers.items()}
        answer = await server.http.post(
            "/v2/pals", content=b"x" * 70_000, headers={"content-type": "a/b", **named}
        )

    assert answer.status_code == status


async def test_a_large_body_without_a_key_is_not_parsed() -> None:
    async with served() as server:
        del server.http.headers["x-api-key"]
        answer = await server.http.post("/v2/pals", content=b"{")

    assert (answer.status_code, answer.json()) == (401, {"message": "Invalid access token"})
