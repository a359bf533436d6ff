"""Conversations of a server on a stopped clock, and a participant who joins them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pytest_tavus.clock import AdjustableClock
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.tool import ApiDelivery, Delivery, Tool
from pytest_tavus.handler.call.port import Handler
from pytest_tavus.handler.front import add_canned_answers
from pytest_tavus.scenario.values.model import (
    HandlerSpec,
    PlayedCall,
    PlayedLater,
    Plays,
    Scenario,
    Turn,
)
from pytest_tavus.simulator.rooms.brains import BrainOptions, BrainSource
from pytest_tavus.simulator.rooms.conversation import ServedConversation
from pytest_tavus.simulator.rooms.conversations import Conversations
from pytest_tavus.simulator.rooms.opening import EndReason, Opening, Timers
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.rooms.played import ScriptBook, ScriptOrder
from pytest_tavus.simulator.rooms.post_call import Filling, fill_with_defaults
from pytest_tavus.simulator.rooms.world import LiveContext, LiveTime, LiveWire
from pytest_tavus.spans import Loc, SourceSpan

SECONDS = 5
"""Seconds after which a test counts as stuck."""

EPOCH = 1_790_000_000.0
CONVERSATION_ID = "c0123456789abcdef"
CALLBACK_URL = "http://127.0.0.1:9/hook?token=s3cr3t"
END_REASON: EndReason = "end_conversation_endpoint_hit"


@dataclass(eq=False)
class RecordingParticipant:
    """Records the messages that it receives."""

    participant_id: str = "guest"
    received: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    dismissed: bool = False
    conversation: ServedConversation | None = None
    "The receiver of its messages."

    async def send(self, event_type: str, **properties: Any) -> None:
        """Send an app message."""
        assert self.conversation is not None
        message = build_app_message(
            event_type, self.conversation.opening.conversation_id, **properties
        )
        await self.conversation.receive(message, sender=self)

    async def say(self, text: str) -> None:
        """Say a line of the caller."""
        await self.send("respond", text=text)

    def deliver(self, message: Mapping[str, Any]) -> None:
        self.received.append(message)

    def dismiss(self) -> None:
        self.dismissed = True

    def of_type(self, event_type: str) -> list[Mapping[str, Any]]:
        """Return the received messages of one type."""
        return [each for each in self.received if each["event_type"] == event_type]

    def utterances(self) -> list[str]:
        """Return the words of the PAL."""
        utterances = self.of_type("conversation.utterance")
        found = [each["properties"] for each in utterances]
        return [each["speech"] for each in found if each["role"] == "replica"]

    def event_types(self) -> list[str]:
        return [each["event_type"] for each in self.received]

    def call_id(self, number: int = -1) -> str:
        """Return the id of a call of the PAL."""
        found: str = self.of_type("conversation.tool_call")[number]["properties"]["tool_call_id"]
        return found


@dataclass(eq=False)
class FakeCallbackTransport:
    """Records callbacks, after `failures` failed attempts."""

    delivered: list[tuple[str, dict[str, Any]]] = field(
        default_factory=list[tuple[str, dict[str, Any]]]
    )
    failures: int = 0
    hangs: bool = False
    "No callback ever arrives."

    async def send(self, url: str, body: bytes, *, within: float) -> str | None:
        assert within > 0
        await (asyncio.Event().wait() if self.hangs else asyncio.sleep(0))
        if self.failures:
            self.failures -= 1
            return "it answered 500 Internal Server Error"
        self.delivered.append((url, json.loads(body)))
        return None

    def event_types(self) -> list[str]:
        return [body["event_type"] for _, body in self.delivered]


@dataclass(eq=False)
class RoomServer:
    """The conversations of a server, and the parts that a test controls."""

    conversations: Conversations
    clock: AdjustableClock
    scripts: ScriptBook
    callbacks: FakeCallbackTransport

    async def open(self, pal: Pal | None = None, **opening: Any) -> ServedConversation:
        opening = {"conversation_id": CONVERSATION_ID, "chat": True, "pal_id": "p1", **opening}
        return await self.conversations.open(
            Opening(pal=pal or Pal(pal_name="Ada"), face_id="r1", **opening)
        )

    async def open_and_join(
        self, pal: Pal | None = None, **opening: Any
    ) -> tuple[ServedConversation, RecordingParticipant]:
        """Open a conversation and join it."""
        conversation = await self.open(pal, **opening)
        participant = RecordingParticipant(conversation=conversation)
        conversation.join(participant)
        return conversation, participant

    def opened(self) -> ServedConversation:
        """Return the conversation that was opened."""
        conversation = self.conversations.get(CONVERSATION_ID)
        assert conversation is not None
        return conversation


NO_HANDLER = add_canned_answers(HandlerSpec(at=()), None)
"""A handler without an answer."""


@asynccontextmanager
async def serve_rooms(
    *scripts: Scenario,
    options: LiveOptions | None = None,
    handler: Handler | None = None,
    brains: tuple[BrainSource, ...] = (),
    env: Mapping[str, str] | None = None,
    filling: Filling = fill_with_defaults,
    order: ScriptOrder = "strict",
) -> AsyncGenerator[RoomServer]:
    """Serve conversations on a stopped clock; no task may be left at the end."""
    before = asyncio.all_tasks()
    clock, book, post = AdjustableClock(running=False), ScriptBook(), FakeCallbackTransport()
    for script in scripts:
        book.add(script)
    live_context = LiveContext(
        seed=7,
        time=LiveTime(clock=clock, epoch=lambda: EPOCH + clock.now()),
        brain_options=BrainOptions(scripts=book, brains=brains, env=env or {}, script_order=order),
        wire=LiveWire(callbacks=post, handler=handler or NO_HANDLER, filling=filling),
        options=options or LiveOptions(),
    )
    conversations = Conversations(live_context)
    async with asyncio.timeout(SECONDS):
        try:
            yield RoomServer(conversations, clock, book, post)
        finally:
            await conversations.close()
        assert asyncio.all_tasks() == before


def build_app_message(
    event_type: str, conversation_id: str = CONVERSATION_ID, **properties: Any
) -> dict[str, Any]:
    """Return an app message in the form of a client."""
    return {
        "message_type": "conversation",
        "event_type": f"conversation.{event_type}",
        "conversation_id": conversation_id,
        "properties": properties,
    }


async def wait_until(condition: Callable[[], object]) -> None:
    """Let the other tasks run until the condition holds."""
    async with asyncio.timeout(SECONDS):
        while not condition():  # noqa: ASYNC110 - the others run meanwhile
            await asyncio.sleep(0)


async def run_pending_tasks() -> None:
    """Let all tasks run that do not wait for the clock."""
    for _ in range(50):
        await asyncio.sleep(0)


def turn(
    user: str,
    *calls: PlayedCall,
    says: str | None = None,
    on_error: str | None = None,
    later: str | None = None,
) -> Turn:
    """Return the script of a line; `later` is said 10 seconds after the turn."""
    unasked = None if later is None else PlayedLater(at=(), after=10, says=later)
    waves = (calls,) if calls else ()
    plays = Plays(at=(), calls=waves, says=says, on_error=on_error, later=unasked)
    return Turn(at=(), user=user, plays=plays)


def call(tool: str, **arguments: Any) -> PlayedCall:
    return PlayedCall(at=(), tool=tool, arguments=arguments)


class _Nowhere:
    path = "scenarios/test.yaml"

    def span(self, loc: Loc) -> SourceSpan:
        del loc
        return SourceSpan(path=self.path, line=1, column=1)


def script(*turns: Turn, name: str = "a script", pal: Pal | None = None) -> Scenario:
    """Return a scenario of one PAL, or without `pal` of every PAL."""
    where = _Nowhere()
    return Scenario(at=(), name=name, source=where, pal_source=where, pal=pal or Pal(), turns=turns)


def client_tool(name: str = "find", **fields: Any) -> Tool:
    """Return a tool over app messages; by default the PAL waits for its result."""
    fields = {"on_call": "silent", "on_resolve": "generate_response", **fields}
    return Tool(name=name, description="Finds a table.", **fields)


def api_tool(name: str = "find", *, secret: str | None = None, **fields: Any) -> Tool:
    """Return a tool over HTTP."""
    headers = {} if secret is None else {"X-Api-Key": secret}
    delivery = Delivery(api=ApiDelivery(url="https://api.example.com/find", headers=headers))
    fields = {"on_call": "silent", "on_resolve": "generate_response", **fields}
    if fields.get("trigger_type") == "post_call" or fields.get("origin", "llm") != "llm":
        fields = {**fields, "on_call": None, "on_resolve": None}
    return Tool(name=name, description="Finds a table.", delivery=delivery, **fields)


def pal(*tools: Tool, **fields: Any) -> Pal:
    return Pal(pal_name="Ada", tools=tools, **fields)


HELLO_SCRIPT = script(turn("Hi.", says="Hello."))
SHORT_TIMERS = Timers(
    max_call_duration=600, participant_left_timeout=10, participant_absent_timeout=60
)
