"""Bodies are taken in whole: not too much of them, and not too slowly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest
from starlette.types import Message, Receive, Scope, Send

from pytest_tavus.simulator.server.http.answers import answer
from pytest_tavus.simulator.server.http.body_limits import BodyLimit
from pytest_tavus.simulator.server.options import ServerLimits
from tests.simulator.server.served import Sent, request_scope, served, until

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


async def taken(
    receive: Receive, *, limits: ServerLimits, length: str | None = None, known: bool = True
) -> Sent:
    intake = BodyLimit(echo, limits=limits, is_authenticated=lambda _: known)
    sent = Sent()
    await intake(posted(length), receive, sent)
    return sent


def posted(length: str | None = None) -> Scope:
    headers = {} if length is None else {"content-length": length}
    return request_scope(method="POST", headers=headers)


async def test_a_body_in_parts_arrives_in_one() -> None:
    sent = await taken(Arriving([b"ab", b"cd", b""]), limits=ServerLimits())

    assert (sent.status, sent.body) == (200, b"abcd")


async def test_a_body_of_just_the_longest_length_is_taken() -> None:
    sent = await taken(Arriving([b"abcd"]), limits=ServerLimits(body_bytes=4), length="4")

    assert (sent.status, sent.body) == (200, b"abcd")


@pytest.mark.parametrize("length", ["5", None])
async def test_a_body_that_is_too_long_is_refused(
    length: str | None,
) -> None:
    sent = await taken(Arriving([b"abc", b"de"]), limits=ServerLimits(body_bytes=4), length=length)

    assert (sent.status, sent.body) == (413, b'{"error":"the body is longer than 4 bytes"}')


async def test_a_body_that_says_it_is_too_long_is_not_waited_for() -> None:
    sent = await taken(Arriving([], ends=False), limits=ServerLimits(body_bytes=4), length="99999")

    assert sent.status == 413


async def test_a_body_that_does_not_come_is_given_up() -> None:
    receive = Arriving([b"a"], ends=False)
    sent = await taken(receive, limits=ServerLimits(body_seconds=0.01))

    assert (sent.status, sent.body) == (408, b'{"error":"the body was not there within 0.01 s"}')


async def test_a_client_that_goes_away_is_not_answered() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    assert await taken(gone, limits=ServerLimits()) == []


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

    await BodyLimit(listens, limits=ServerLimits(), is_authenticated=lambda _: True)(
        request_scope(), receive, Sent()
    )

    assert heard == ["http.request", "http.disconnect"]


SMALL = ServerLimits(stranger_bytes=4, bodies_bytes=20)
STRANGER = b'{"error":"the body is longer than 4 bytes, and the request has no valid key"}'


@pytest.mark.parametrize("length", ["5", None])
async def test_a_stranger_has_less_to_say(length: str | None) -> None:
    refused = await taken(Arriving([b"abc", b"de"]), limits=SMALL, length=length, known=False)
    small = await taken(Arriving([b"abc", b"d"]), limits=SMALL, known=False)
    known = await taken(Arriving([b"abc", b"de"]), limits=SMALL, length=length)

    assert (refused.status, refused.body) == (413, STRANGER)
    assert (small.status, small.body) == (200, b"abcd")
    assert (known.status, known.body) == (200, b"abcde")


async def test_large_bodies_share_what_may_be_held_and_small_ones_do_not_wait() -> None:
    intake, held = BodyLimit(echo, limits=SMALL, is_authenticated=lambda _: True), Sent()
    waiting = asyncio.create_task(
        intake(posted(), Arriving([b"x" * 10, b"x" * 5], ends=False), held)
    )
    await until(lambda: intake.free_bytes == 5)
    second, small = Sent(), Sent()
    await intake(posted(), Arriving([b"y" * 6]), second)
    await intake(posted(), Arriving([b"z" * 4]), small)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    later = Sent()
    await intake(posted(), Arriving([b"y" * 20]), later)

    assert (second.status, second.body) == (
        503,
        b'{"error":"the server holds 20 bytes of other requests\' bodies already: try again"}',
    )
    assert (small.status, later.status) == (200, 200)


async def test_what_was_held_is_free_again_after_each_answer() -> None:
    intake = BodyLimit(echo, limits=SMALL, is_authenticated=lambda _: True)
    for _ in range(5):
        sent = Sent()
        await intake(posted(), Arriving([b"x" * 12, b"x" * 6]), sent)
        assert sent.status == 200


async def test_one_request_asks_only_once_whether_it_is_a_strangers() -> None:
    asked: list[Scope] = []

    def knows(scope: Scope) -> bool:
        asked.append(scope)
        return True

    await BodyLimit(echo, limits=SMALL, is_authenticated=knows)(
        posted("18"), Arriving([b"x" * 6] * 3), Sent()
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
async def test_a_large_body_needs_a_key_that_is_good(headers: dict[str, str], status: int) -> None:
    async with served() as server:
        key = server.http.headers.pop("x-api-key")
        named = {name: value.format(key=key) for name, value in headers.items()}
        answer = await server.http.post(
            "/v2/pals", content=b"x" * 70_000, headers={"content-type": "a/b", **named}
        )

    assert answer.status_code == status


async def test_a_strangers_body_is_not_even_looked_at() -> None:
    async with served() as server:
        del server.http.headers["x-api-key"]
        answer = await server.http.post("/v2/pals", content=b"{")

    assert (answer.status_code, answer.json()) == (401, {"message": "Invalid access token"})
