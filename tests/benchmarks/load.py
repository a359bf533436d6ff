"""``python -m tests.benchmarks.load [CONVERSATIONS] [TURNS]``: many chats with one served Tavus.

CONVERSATIONS (200 unless told) are open at once, each over a WebSocket of its own, and have TURNS
(1,000 unless told) together. The server has a process of its own. In every turn a line is said,
the PAL calls a tool of the client, the client answers, and the PAL says what it was answered; what
is answered is said in no other turn. Each room must hear exactly that, in order, and nothing else.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx
from websockets.asyncio.client import connect

from tests.benchmarks.measure import ROOT, Taken

PATIENCE = 60.0
"""Seconds after which a message is lost."""

FASTEST = 80
"""Turns a second of one participant: who sends more than 200 messages a second is put out."""

TOOL = {
    "name": "note",
    "description": "Notes a turn.",
    "parameters": {
        "type": "object",
        "properties": {"turn": {"type": "integer", "description": "Its number."}},
        "required": ["turn"],
    },
    "delivery": {"app_message": True},
    "on_call": "silent",
    "on_resolve": "generate_response",
}

Heard = tuple[str, str]
"""The kind of a message, and what it says."""


class Room(Protocol):
    """One end of a WebSocket."""

    async def recv(self) -> str | bytes: ...

    async def send(self, message: str, /) -> None: ...


class LoadError(Exception):
    """A room received an unexpected message."""


@dataclass(slots=True, kw_only=True)
class Served:
    """A server in a process of its own."""

    url: str
    key: str
    taken: Taken | None = None
    "What it took, once it has ended."


def script(turns: int) -> dict[str, Any]:
    """Return a scenario in which every turn has a call."""
    return {
        "pal": {"pal_name": "Clerk", "system_prompt": "You note turns.", "tools": [TOOL]},
        "name": "many turns",
        "client": {"note": {"output": {"note": "a note"}}},
        "turns": [
            {
                "user": f"Turn {turn}.",
                "calls": [{"note": {"turn": turn}}],
                "plays": "Noted {result.note}.",
                "says": "Noted",
            }
            for turn in range(turns)
        ],
    }


def expected(conversation_id: str, turn: int) -> list[Heard]:
    """Return what a room hears in a turn."""
    return [
        ("conversation.utterance", f"user: Turn {turn}."),
        ("conversation.tool_call", json.dumps({"turn": turn})),
        ("conversation.utterance", f"replica: Noted {noted(conversation_id, turn)}."),
    ]


def noted(conversation_id: str, turn: int) -> str:
    """Return what only this turn of this conversation is answered."""
    return f"{conversation_id} {turn}"


class Caller:
    """One participant of one conversation."""

    def __init__(self, room: Room, conversation_id: str) -> None:
        self._room = room
        self._id = conversation_id
        self._seq: int | None = None

    async def arrive(self) -> None:
        """Wait until the PAL has joined."""
        self._require([await self._hear()], [("system.replica_joined", "")])

    async def turn(self, turn: int) -> None:
        """Play one turn, and check every message of it."""
        wanted = expected(self._id, turn)
        await self._send("conversation.respond", {"text": f"Turn {turn}."})
        heard: list[Heard] = []
        for _ in wanted:
            heard.append(await self._hear(turn))
            self._require(heard, wanted[: len(heard)])

    async def _hear(self, turn: int = 0) -> Heard:
        async with asyncio.timeout(PATIENCE):
            message: dict[str, Any] = json.loads(await self._room.recv())
        self._place(message)
        kind, said = message["event_type"], message["properties"]
        if kind == "conversation.tool_call":
            output = {"note": noted(self._id, turn)}
            answer = {"tool_call_id": said["tool_call_id"], "name": "note", "output": output}
            await self._send("conversation.tool_result", {**answer, "status": "success"})
            return kind, json.dumps(json.loads(said["arguments"]))
        return kind, f"{said['role']}: {said['speech']}" if "speech" in said else ""

    def _place(self, message: dict[str, Any]) -> None:
        """Check that a message belongs to this conversation and follows the last one."""
        self._require([message["conversation_id"]], [self._id])
        if self._seq is not None:
            self._require([message["seq"]], [self._seq + 1])
        self._seq = message["seq"]

    async def _send(self, event_type: str, properties: dict[str, Any]) -> None:
        envelope = {"message_type": "conversation", "event_type": event_type}
        message = {**envelope, "conversation_id": self._id, "properties": properties}
        await self._room.send(json.dumps(message))

    def _require(self, found: list[Any], wanted: list[Any]) -> None:
        if found != wanted:
            message = f"{self._id} heard {found}, expected {wanted}"
            raise LoadError(message)


@contextmanager
def serving(turns: int, *flags: str) -> Generator[Served]:
    """Run a server with the script, and measure it."""
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "load.yaml"
        path.write_text(json.dumps(script(turns)), encoding="utf-8")
        process = _started(path, flags)
        assert process.stdout is not None
        with process.stdout:
            try:
                told = json.loads(process.stdout.readline())
                served = Served(url=told["url"], key=told["api_key"])
                yield served
            finally:
                taken = _ended(process)
        served.taken = taken


def _started(path: Path, flags: Iterable[str]) -> subprocess.Popen[str]:
    """Start the command, which prints its address on the first line."""
    command = "import sys; from pytest_tavus.cli import main; sys.exit(main())"
    words = ("serve", "--json", "--script", str(path), "--concurrency", "100000", *flags)
    return subprocess.Popen(
        [sys.executable, "-c", command, *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def _ended(process: subprocess.Popen[str]) -> Taken:
    """Stop a server, and return the resources that it used."""
    os.kill(process.pid, signal.SIGTERM)  # it is there until it is waited for
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    return Taken(seconds=0.0, megabytes=usage.ru_maxrss / 1024, cpu=cpu)


async def load(served: Served, conversations: int, turns: int) -> float:
    """Have `turns` turns in each of so many conversations at once; return the seconds they took.

    Raises:
        LoadError: a message was lost, came twice, or in the wrong order.

    """
    everybody = asyncio.Barrier(conversations + 1)
    headers = {"x-api-key": served.key}
    async with httpx.AsyncClient(base_url=f"{served.url}/v2", headers=headers) as http:
        (pal,) = (await http.get("/pals")).json()["data"]
        async with asyncio.TaskGroup() as group:
            for _ in range(conversations):
                created = await http.post("/conversations", json=opening(pal["pal_id"]))
                group.create_task(_call(created.json(), everybody, turns))
            await everybody.wait()
            began = time.perf_counter()
            await everybody.wait()
            return time.perf_counter() - began


async def _call(created: dict[str, Any], everybody: asyncio.Barrier, turns: int) -> None:
    address = created["conversation_url"].replace("http", "ws", 1)
    async with connect(address, proxy=None) as room:
        caller = Caller(room, created["conversation_id"])
        await caller.arrive()
        await everybody.wait()
        began = time.perf_counter()
        for turn in range(turns):
            await caller.turn(turn)
            await asyncio.sleep(began + turn / FASTEST - time.perf_counter())
        await everybody.wait()


def opening(pal_id: str) -> dict[str, Any]:
    """Return the body that opens a conversation."""
    return {"pal_id": pal_id, "chat": True}


def lines(conversations: int, turns: int, seconds: float, taken: Taken) -> Iterator[str]:
    """Say what came of it."""
    total = conversations * turns
    yield f"{conversations} conversations at once, {total} turns, {total * 3} messages heard"
    yield f"{total / seconds:.0f} turns per second, in {seconds:.2f} s"
    yield f"the server: {taken.megabytes:.0f} MB at most, {taken.cpu:.2f} s of processor time"
    yield "nothing lost, nothing twice, nothing out of order"


def main(conversations: int = 200, turns: int = 1000) -> None:
    """Measure and print."""
    each = max(1, turns // conversations)
    with serving(each) as served:
        seconds = asyncio.run(load(served, conversations, each))
    assert served.taken is not None
    print(*lines(conversations, each, seconds, served.taken), sep="\n")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
