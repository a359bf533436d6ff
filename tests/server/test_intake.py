"""Bodies are taken in whole: not too much of them, and not too slowly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest
from starlette.types import Message, Receive, Scope, Send

from pytest_tavus.server.answers import answer
from pytest_tavus.server.intake import Intake
from pytest_tavus.server.options import Limits
from tests.server.served import Sent, request_scope

pytestmark = pytest.mark.asyncio


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    message = await receive()
    assert not message["more_body"]
    await answer(scope, send, status=200, body=message["body"])


class Arriving:
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


async def taken(receive: Receive, *, limits: Limits, length: str | None = None) -> Sent:
    scope = request_scope(
        method="POST", headers={} if length is None else {"content-length": length}
    )
    sent = Sent()
    await Intake(echo, limits=limits, knows=lambda _: True)(scope, receive, sent)
    return sent


async def test_a_body_in_parts_arrives_in_one() -> None:
    sent = await taken(Arriving([b"ab", b"cd", b""]), limits=Limits())

    assert (sent.status, sent.body) == (200, b"abcd")


async def test_a_body_of_just_the_longest_length_is_taken() -> None:
    sent = await taken(Arriving([b"abcd"]), limits=Limits(body_bytes=4), length="4")

    assert (sent.status, sent.body) == (200, b"abcd")


@pytest.mark.parametrize("length", ["5", None])
async def test_a_body_that_is_too_long_is_refused(
    length: str | None,
) -> None:
    sent = await taken(Arriving([b"abc", b"de"]), limits=Limits(body_bytes=4), length=length)

    assert (sent.status, sent.body) == (413, b'{"error":"the body is longer than 4 bytes"}')


async def test_a_body_that_says_it_is_too_long_is_not_waited_for() -> None:
    sent = await taken(Arriving([], ends=False), limits=Limits(body_bytes=4), length="99999")

    assert sent.status == 413


async def test_a_body_that_does_not_come_is_given_up() -> None:
    receive = Arriving([b"a"], ends=False)
    sent = await taken(receive, limits=Limits(body_seconds=0.01))

    assert (sent.status, sent.body) == (408, b'{"error":"the body was not there within 0.01 s"}')


async def test_a_client_that_goes_away_is_not_answered() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    assert await taken(gone, limits=Limits()) == []


async def test_what_comes_after_the_body_is_heard() -> None:
    heard: list[str] = []

    async def listens(_scope: Scope, receive: Receive, _send: Send) -> None:
        heard.extend([(await receive())["type"], (await receive())["type"]])

    messages: list[Message] = [
        {"type": "http.request", "body": b"", "more_body": False},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    await Intake(listens, limits=Limits(), knows=lambda _: True)(request_scope(), receive, Sent())

    assert heard == ["http.request", "http.disconnect"]
