"""A server's conversations on a clock that stands still, and somebody to join them."""

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
"""How long anything in these tests may take before it counts as stuck."""

EPOCH = 1_790_000_000.0
ID = "c0123456789abcdef"
URL = "http://127.0.0.1:9/hook?token=s3cr3t"
END: EndReason = "end_conversation_endpoint_hit"


@dataclass(eq=False)
class Guest:
    """Somebody in the room, who writes down what is heard."""

    participant_id: str = "guest"
    heard: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    dismissed: bool = False
    conversation: ServedConversation | None = None
    "Where messages are sent to."

    async def send(self, event_type: str, **properties: Any) -> None:
        """Send an app message."""
        assert self.conversation is not None
        message = said(event_type, self.conversation.opening.conversation_id, **properties)
        await self.conversation.receive(message, sender=self)

    async def say(self, text: str) -> None:
        """Say a line of the caller."""
        await self.send("respond", text=text)

    def deliver(self, message: Mapping[str, Any]) -> None:
        self.heard.append(message)

    def dismiss(self) -> None:
        self.dismissed = True

    def of(self, event_type: str) -> list[Mapping[str, Any]]:
        """The messages of one type."""
        return [each for each in self.heard if each["event_type"] == event_type]

    def spoken(self) -> list[str]:
        """What the PAL said aloud."""
        utterances = self.of("conversation.utterance")
        found = [each["properties"] for each in utterances]
        return [each["speech"] for each in found if each["role"] == "replica"]

    def types(self) -> list[str]:
        return [each["event_type"] for each in self.heard]

    def call_id(self, number: int = -1) -> str:
        """The id of a call that was made."""
        found: str = self.of("conversation.tool_call")[number]["properties"]["tool_call_id"]
        return found


@dataclass(eq=False)
class Post:
    """Takes callbacks, and fails as often as it is told to."""

    taken: list[tuple[str, dict[str, Any]]] = field(
        default_factory=list[tuple[str, dict[str, Any]]]
    )
    failures: int = 0
    stuck: bool = False
    "Nothing ever arrives."

    async def send(self, url: str, body: bytes, *, within: float) -> str | None:
        assert within > 0
        await (asyncio.Event().wait() if self.stuck else asyncio.sleep(0))
        if self.failures:
            self.failures -= 1
            return "it answered 500 Internal Server Error"
        self.taken.append((url, json.loads(body)))
        return None

    def types(self) -> list[str]:
        return [body["event_type"] for _, body in self.taken]


@dataclass(eq=False)
class House:
    """A server's conversations, with everything of them in reach of a test."""

    conversations: Conversations
    clock: AdjustableClock
    scripts: ScriptBook
    post: Post

    async def open(self, pal: Pal | None = None, **opening: Any) -> ServedConversation:
        opening = {"conversation_id": ID, "chat": True, "pal_id": "p1", **opening}
        return await self.conversations.open(
            Opening(pal=pal or Pal(pal_name="Ada"), face_id="r1", **opening)
        )

    async def joined(
        self, pal: Pal | None = None, **opening: Any
    ) -> tuple[ServedConversation, Guest]:
        """Open a conversation and join it."""
        conversation = await self.open(pal, **opening)
        guest = Guest(conversation=conversation)
        conversation.join(guest)
        return conversation, guest

    def held(self) -> ServedConversation:
        """Return the conversation that was opened."""
        conversation = self.conversations.get(ID)
        assert conversation is not None
        return conversation


NOBODY = add_canned_answers(HandlerSpec(at=()), None)
"""A handler that takes no call."""


@asynccontextmanager
async def house(
    *scripts: Scenario,
    options: LiveOptions | None = None,
    handler: Handler | None = None,
    brains: tuple[BrainSource, ...] = (),
    env: Mapping[str, str] | None = None,
    filling: Filling = fill_with_defaults,
    order: ScriptOrder = "strict",
) -> AsyncGenerator[House]:
    """Serve conversations on a clock that stands still; nothing may be left behind."""
    before = asyncio.all_tasks()
    clock, book, post = AdjustableClock(running=False), ScriptBook(), Post()
    for script in scripts:
        book.add(script)
    live_context = LiveContext(
        seed=7,
        time=LiveTime(clock=clock, epoch=lambda: EPOCH + clock.now()),
        brain_options=BrainOptions(scripts=book, brains=brains, env=env or {}, script_order=order),
        wire=LiveWire(callbacks=post, handler=handler or NOBODY, filling=filling),
        options=options or LiveOptions(),
    )
    conversations = Conversations(live_context)
    async with asyncio.timeout(SECONDS):
        try:
            yield House(conversations, clock, book, post)
        finally:
            await conversations.close()
        assert asyncio.all_tasks() == before


def said(event_type: str, conversation_id: str = ID, **properties: Any) -> dict[str, Any]:
    """An app message, as a client sends it."""
    return {
        "message_type": "conversation",
        "event_type": f"conversation.{event_type}",
        "conversation_id": conversation_id,
        "properties": properties,
    }


async def until(condition: Callable[[], object]) -> None:
    """Let everything else go on until something is so."""
    async with asyncio.timeout(SECONDS):
        while not condition():  # noqa: ASYNC110 - the others run meanwhile
            await asyncio.sleep(0)


async def settled() -> None:
    """Let everything go on that can go on without time."""
    for _ in range(50):
        await asyncio.sleep(0)


def turn(
    user: str,
    *calls: PlayedCall,
    says: str | None = None,
    on_error: str | None = None,
    later: str | None = None,
) -> Turn:
    """What is played for a line; `later` is said 10 seconds after."""
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
    """A scenario; of every PAL unless one is named."""
    where = _Nowhere()
    return Scenario(at=(), name=name, source=where, pal_source=where, pal=pal or Pal(), turns=turns)


def client_tool(name: str = "find", **fields: Any) -> Tool:
    """A tool that is delivered as an app message; its result is waited for."""
    fields = {"on_call": "silent", "on_resolve": "generate_response", **fields}
    return Tool(name=name, description="Finds a table.", **fields)


def api_tool(name: str = "find", *, secret: str | None = None, **fields: Any) -> Tool:
    """A tool that is delivered over HTTP."""
    headers = {} if secret is None else {"X-Api-Key": secret}
    delivery = Delivery(api=ApiDelivery(url="https://api.example.com/find", headers=headers))
    fields = {"on_call": "silent", "on_resolve": "generate_response", **fields}
    if fields.get("trigger_type") == "post_call" or fields.get("origin", "llm") != "llm":
        fields = {**fields, "on_call": None, "on_resolve": None}
    return Tool(name=name, description="Finds a table.", delivery=delivery, **fields)


def pal(*tools: Tool, **fields: Any) -> Pal:
    return Pal(pal_name="Ada", tools=tools, **fields)


HELLO = script(turn("Hi.", says="Hello."))
BRIEF = Timers(max_call_duration=600, participant_left_timeout=10, participant_absent_timeout=60)
