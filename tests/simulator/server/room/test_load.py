"""Many chats at once with a served Tavus in a process of its own: the benchmark, on a small scale.

``python -m tests.benchmarks.load`` does the same with 200 conversations.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.benchmarks.load import Caller, LoadError, lines, load, serving
from tests.benchmarks.measure import Taken

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("live.order")
async def test_concurrent_conversations_get_their_own_messages_in_order() -> None:
    with serving(5) as served:
        seconds = await load(served, 12, 5)

    assert seconds > 0
    assert served.taken is not None
    assert served.taken.megabytes > 0


def message(seq: int, speech: str, *, role: str = "replica", name: str = "c1") -> dict[str, Any]:
    return {
        "event_type": "conversation.utterance",
        "conversation_id": name,
        "seq": seq,
        "properties": {"role": role, "speech": speech},
    }


def call(seq: int) -> dict[str, Any]:
    made = {"name": "note", "arguments": '{"turn": 0}', "tool_call_id": "call_1"}
    base = message(seq, "")
    return {**base, "event_type": "conversation.tool_call", "properties": made}


LINE, CALL, REPLY = message(1, "Turn 0.", role="user"), call(2), message(3, "Noted c1 0.")


class Given:
    """A room in which messages wait, and what is sent is kept."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.waiting = [json.dumps(each) for each in messages]
        self.sent: list[dict[str, Any]] = []

    async def recv(self) -> str:
        return self.waiting.pop(0)

    async def send(self, text: str, /) -> None:
        self.sent.append(json.loads(text))


async def test_a_valid_turn_is_answered() -> None:
    room = Given(LINE, CALL, REPLY)

    await Caller(room, "c1").turn(0)

    assert [each["event_type"] for each in room.sent] == [
        "conversation.respond",
        "conversation.tool_result",
    ]
    assert room.sent[1]["properties"]["output"] == {"note": "c1 0"}


@pytest.mark.parametrize(
    ("messages", "told"),
    [
        ((LINE, {**CALL, "seq": 3}), "c1 heard [3], expected [2]"),
        ((LINE, LINE), "c1 heard [1], expected [2]"),
        ((LINE, message(2, "Noted c1 0.")), "expected [('conversation.utterance', 'user: Turn 0.'"),
        ((LINE, CALL, message(3, "Noted c2 0.")), "replica: Noted c2 0."),
        ((message(1, "Turn 0.", role="user", name="c2"),), "c1 heard ['c2'], expected ['c1']"),
    ],
    ids=["lost", "twice", "out of order", "of another's turn", "of another conversation"],
)
async def test_a_message_that_is_not_where_it_must_be_is_told(
    messages: tuple[dict[str, Any], ...], told: str
) -> None:
    with pytest.raises(LoadError) as wrong:
        await Caller(Given(*messages), "c1").turn(0)

    assert told in str(wrong.value)


async def test_it_is_told_what_came_of_it() -> None:
    assert list(lines(200, 5, 2.0, Taken(seconds=0.0, megabytes=90.4, cpu=3.14159))) == [
        "200 conversations at once, 1000 turns, 3000 messages heard",
        "500 turns per second, in 2.00 s",
        "the server: 90 MB at most, 3.14 s of processor time",
        "nothing lost, nothing twice, nothing out of order",
    ]
