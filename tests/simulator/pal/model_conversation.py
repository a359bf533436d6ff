"""A conversation with a model behind a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.simulator.pal.llm import Model, ModelSettings, open_model
from tests.simulator.pal.endpoint import Answer, Endpoint, serving
from tests.simulator.pal.samples import SECONDS, ConversationFixture, tool

KEY = "sk-0123456789abcdef"


class ModelConversation:
    """A conversation, and the endpoint of its model."""

    def __init__(self, model: Model, pal: Pal, endpoint: Endpoint) -> None:
        self.model = model
        self.brain = model.brain(pal)
        self.fixture = ConversationFixture(brain=self.brain, pal=pal)
        self.endpoint = endpoint

    async def hear(self, text: str = "A table for two.") -> list[str]:
        """Say a line, and return the events of its turn."""
        self.fixture.recorder.turn += 1
        async with asyncio.timeout(SECONDS):
            await self.fixture.conversation.hear(text)
        return self.fixture.list_events(turn=self.fixture.recorder.turn)

    def sent_messages(self, number: int = -1) -> list[dict[str, Any]]:
        """Return the messages of a request."""
        found: list[dict[str, Any]] = self.endpoint.requests[number].body["messages"]
        return found

    def last_results(self) -> list[str]:
        """Return the results of calls in the last request."""
        return [each["content"] for each in self.sent_messages() if each["role"] == "tool"]


@asynccontextmanager
async def open_model_conversation(
    *answers: Answer, pal: Pal | None = None, **settings: Any
) -> AsyncGenerator[ModelConversation, None]:
    pal = pal or build_pal(tool())
    async with serving(*answers) as endpoint:
        chosen: dict[str, Any] = {"base_url": endpoint.base_url, "model": "small", **settings}
        model = open_model(ModelSettings(**chosen), {"KEY": KEY})
        try:
            yield ModelConversation(model, pal, endpoint)
        finally:
            await model.close()


def build_pal(*tools: Tool, **more: Any) -> Pal:
    return Pal(system_prompt="You find tables.", tools=tools, **more)


def call(call_id: str, arguments: str = '{"guests": 2}', name: str = "find") -> dict[str, Any]:
    """Return a call in the form of a chat message."""
    function = {"name": name, "arguments": arguments}
    return {"id": call_id, "type": "function", "function": function}
