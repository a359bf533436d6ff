"""``python -m tests.benchmarks.abuse [SECONDS] [CONNECTIONS]``: a served Tavus under abuse.

For SECONDS (60 unless told), CONNECTIONS (200 unless told) of another process send slow, huge,
malformed, unread and unauthenticated traffic. Meanwhile a client that behaves holds conversations.
Prints the server's peak memory and how long that client waited. A wrong answer to that client is an
error, and so is a kind of abuse that did not happen; times and memory are only printed.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.benchmarks.abusers import KINDS, Target, abuse_for
from tests.benchmarks.load import PATIENCE, LoadError, Served, opening, serving
from tests.benchmarks.measure import Taken

WANTED_MEGABYTES = 200
WANTED_SECONDS = 0.25
ROOMS = 4
TALK = 0.1
"""Seconds between two messages into a room whose other participants do not read."""

SAID = 80
"""Messages into that room: enough to fill the buffers of the system and of the server."""

REST = 0.02
"""Seconds between two requests of the good client."""


class Behaved:
    """A good client, and the time that it waited for each answer."""

    def __init__(self, http: httpx.AsyncClient, pal_id: str) -> None:
        self._http = http
        self._pal_id = pal_id
        self.waited: list[float] = []

    async def hold(self) -> None:
        """Hold a conversation.

        Raises:
            LoadError: an answer is not the one that it must be.

        """
        body = opening(self._pal_id)
        name = (await self._ask("POST", "/conversations", body))["conversation_id"]
        told = await self._ask("GET", f"/conversations/{name}")
        _require(told["conversation_id"], name)
        await self._ask("GET", "/pals")
        await self._ask("POST", f"/conversations/{name}/end")

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        began = time.perf_counter()
        answer = await self._http.request(method, path, json=body)
        self.waited.append(time.perf_counter() - began)
        _require(answer.status_code, 200)
        await asyncio.sleep(REST)
        return answer.json() if answer.content else None


def _require(found: object, wanted: object) -> None:
    if found != wanted:
        message = f"the client that behaves got {found!r}, expected {wanted!r}"
        raise LoadError(message)


async def talk(room_url: str) -> None:
    """Talk in the room whose other participants do not read."""
    message = {
        "message_type": "conversation",
        "event_type": "conversation.echo",
        "conversation_id": room_url.rpartition("/")[2],
        "properties": {"modality": "text", "text": "x" * 100_000},
    }
    with suppress(ConnectionClosed):
        async with connect(room_url.replace("http", "ws", 1), proxy=None, close_timeout=1) as room:
            for _ in range(SAID):
                await room.send(json.dumps(message))
                await room.recv()
                await asyncio.sleep(TALK)


def _misbehave(seconds: float, target: Target, connections: int, told: Any) -> None:
    asyncio.run(abuse_for(seconds, target, connections))
    told.send(target.seen)


async def under_abuse(served: Served, seconds: float, connections: int) -> tuple[Behaved, Any]:
    """Run the good client during the abuse; return it, and the counts of the abusers."""
    place = urlsplit(served.url)
    headers = {"x-api-key": served.key}
    async with httpx.AsyncClient(
        base_url=f"{served.url}/v2", headers=headers, timeout=PATIENCE
    ) as http:
        (pal,) = (await http.get("/pals")).json()["data"]
        # The MCP server's SDK is imported with the first request, which takes a while.
        await http.post(f"{served.url}/mcp", json={})
        rooms: list[str] = [
            (await http.post("/conversations", json=opening(pal["pal_id"]))).json()[
                "conversation_url"
            ]
            for _ in range(ROOMS)
        ]
        target = Target(
            host=place.hostname or "",
            port=place.port or 0,
            key=served.key,
            rooms=[urlsplit(room).path for room in rooms],
        )
        spawned = multiprocessing.get_context("spawn")
        heard, told = spawned.Pipe(duplex=False)
        process = spawned.Process(
            target=_misbehave, args=(seconds, target, connections, told), daemon=True
        )
        process.start()
        talking = [asyncio.create_task(talk(room)) for room in rooms]
        client = Behaved(http, pal["pal_id"])
        try:
            until = time.perf_counter() + seconds
            while time.perf_counter() < until:
                await client.hold()
            seen = await asyncio.to_thread(received, heard)
        finally:
            for task in talking:
                task.cancel()
            await asyncio.wait(talking)
            process.kill()
            process.join()
    return client, seen


def received(heard: Any) -> Counter[str]:
    if not heard.poll(PATIENCE):
        raise LoadError("those who misbehave told nothing of what they saw")
    seen: Counter[str] = heard.recv()
    for kind in KINDS:
        if not seen[f"{kind.__name__} connections"]:
            message = f"nothing {kind.__name__} was sent"
            raise LoadError(message)
    return seen


def lines(client: Behaved, seen: Counter[str], taken: Taken) -> Iterator[str]:
    """Say what came of it."""
    for what, count in sorted(seen.items()):
        yield f"{what:30} {count:8}"
    waited = sorted(client.waited)
    late = statistics.quantiles(waited, n=100)[-1]
    yield f"the client that behaves: {len(waited)} requests, each answered as it must be"
    median = statistics.median(waited)
    yield f"it waited {median * 1000:.0f} ms (median), {waited[-1]:.2f} s at most"
    wanted = f"wanted: at most {WANTED_SECONDS * 1000:.0f}"
    yield f"99th percentile: {late * 1000:.0f} ms ({wanted})"
    yield f"the server: {taken.megabytes:.0f} MB at most (wanted: at most {WANTED_MEGABYTES})"
    yield f"  and {taken.cpu:.2f} s of processor time"


def main(seconds: int = 60, connections: int = 200) -> None:
    """Measure and print."""
    with serving(1, "--control") as served:
        client, seen = asyncio.run(under_abuse(served, seconds, connections))
    assert served.taken is not None
    print(*lines(client, seen, served.taken), sep="\n")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
