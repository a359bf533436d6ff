"""A conversation with a model at the other end of a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.simulator.pal.llm import Model, ModelSettings, open_model
from tests.simulator.pal.endpoint import Answer, Endpoint, serving
from tests.simulator.pal.samples import SECONDS, Scene, tool

KEY = "sk-0123456789abcdef"


class Talk:
    """A conversation with a model at the other end of a socket."""

    def __init__(self, model: Model, pal: Pal, endpoint: Endpoint) -> None:
        self.model = model
        self.brain = model.brain(pal)
        self.scene = Scene(brain=self.brain, pal=pal)
        self.endpoint = endpoint

    async def hear(self, text: str = "A table for two.") -> list[str]:
        """Say a line and return what happened then."""
        self.scene.recorder.turn += 1
        async with asyncio.timeout(SECONDS):
            await self.scene.conversation.hear(text)
        return self.scene.told(turn=self.scene.recorder.turn)

    def told(self, number: int = -1) -> list[dict[str, Any]]:
        """Return the messages of a request."""
        found: list[dict[str, Any]] = self.endpoint.asked[number].body["messages"]
        return found

    def last_answers(self) -> list[str]:
        """Return what the model was told last of the calls."""
        return [each["content"] for each in self.told() if each["role"] == "tool"]


@asynccontextmanager
async def talk(
    *answers: Answer, pal: Pal | None = None, **settings: Any
) -> AsyncGenerator[Talk, None]:
    pal = pal or a_pal(tool())
    async with serving(*answers) as endpoint:
        chosen: dict[str, Any] = {"base_url": endpoint.base_url, "model": "small", **settings}
        model = open_model(ModelSettings(**chosen), {"KEY": KEY})
        try:
            yield Talk(model, pal, endpoint)
        finally:
            await model.close()


def a_pal(*tools: Tool, **more: Any) -> Pal:
    return Pal(system_prompt="You find tables.", tools=tools, **more)


def call(call_id: str, arguments: str = '{"guests": 2}', name: str = "find") -> dict[str, Any]:
    """Return a call as the model is told of it."""
    function = {"name": name, "arguments": arguments}
    return {"id": call_id, "type": "function", "function": function}
