"""The benchmark of abuse, on a small scale: each kind is there, and a wrong answer is an error.

``python -m tests.benchmarks.abuse`` does the same with 200 connections for a minute.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter

import httpx
import pytest

from tests.benchmarks.abuse import Behaved, lines, received, under_abuse
from tests.benchmarks.abusers import KINDS, each
from tests.benchmarks.load import LoadError, serving
from tests.benchmarks.measure import Taken


@pytest.mark.asyncio
async def test_a_good_client_is_answered_during_abuse() -> None:
    with serving(1, "--control") as served:
        client, seen = await under_abuse(served, 3.0, 10)

    assert len(client.waited) > 4
    assert seen["huge 400"] + seen["huge 503"] > 0
    assert seen["malformed 400"] > 0
    assert seen["unauthenticated 401"] > 0
    assert seen["unread requests"] > 0
    assert not [what for what in seen if what.split()[1][0] == "5" and what != "huge 503"]
    assert served.taken is not None
    assert list(lines(client, seen, served.taken))[-3].startswith("99th percentile: ")


def test_every_kind_has_its_share_of_the_connections() -> None:
    assert Counter(each(200)) == dict.fromkeys(KINDS, 40)


def test_a_kind_that_was_not_there_is_an_error() -> None:
    heard, told = multiprocessing.Pipe(duplex=False)
    told.send(Counter({f"{kind.__name__} connections": 1 for kind in KINDS[1:]}))

    with pytest.raises(LoadError, match="nothing slow was sent"):
        received(heard)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (httpx.Response(503), "got 503, expected 200"),
        (httpx.Response(200, json={"conversation_id": "c1"}), None),
    ],
)
async def test_a_wrong_answer_to_the_client_that_behaves_is_an_error(
    answer: httpx.Response, problem: str | None
) -> None:
    transport = httpx.MockTransport(lambda _: answer)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        client = Behaved(http, "p1")
        if problem is None:
            await client.hold()
            assert len(client.waited) == 4
        else:
            with pytest.raises(LoadError, match=problem):
                await client.hold()


def test_what_came_of_it_is_told_with_what_is_wanted() -> None:
    client = Behaved(httpx.AsyncClient(), "p1")
    client.waited.extend([0.01] * 98 + [0.5] * 2)
    told = list(lines(client, Counter({"huge 400": 3}), Taken(seconds=0, megabytes=150, cpu=2.5)))

    assert told == [
        "huge 400                              3",
        "the client that behaves: 100 requests, each answered as it must be",
        "it waited 10 ms (median), 0.50 s at most",
        "99th percentile: 500 ms (wanted: at most 250)",
        "the server: 150 MB at most (wanted: at most 200)",
        "  and 2.50 s of processor time",
    ]
