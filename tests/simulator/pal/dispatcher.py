"""A dispatcher with a fake handler, which records its events and answers."""

from __future__ import annotations

import asyncio
from typing import Any

from pytest_tavus.clock import ManualClock
from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.scenario.values.model import ClientAnswer
from pytest_tavus.simulator.pal.client import ClientTools
from pytest_tavus.simulator.pal.conversation import ConversationContext, PalRules
from pytest_tavus.simulator.pal.dispatch import Wire, WireDispatcher
from pytest_tavus.simulator.pal.ids import Ids
from pytest_tavus.simulator.pal.speech import Lines
from pytest_tavus.trace.events import ToolCalled, ToolResolved
from pytest_tavus.trace.log import Recorder
from tests.simulator.pal.fake_handler import AnswerCall, FakeHandler
from tests.simulator.pal.samples import SECONDS


class RecordingDispatcher:
    """A dispatcher with its handler, client tools and recorder."""

    def __init__(self, answer_call: AnswerCall, *answers: ClientAnswer) -> None:
        clock = ManualClock()
        self.recorder = Recorder(now=clock.now)
        self.handler = FakeHandler(answer_call)
        self.answered: list[tuple[str, str]] = []
        self._dispatcher = WireDispatcher(
            Wire(
                handler=self.handler,
                client=ClientTools(answers={"find": answers} if answers else {}, load=self._load),
                profile=DeliveryProfile(),
            ),
            ConversationContext(
                recorder=self.recorder,
                clock=clock,
                ids=Ids(seed=0, name="a bench"),
                rules=PalRules(behaviour=Behaviour(), lines=Lines()),
            ),
            conversation_id="c1",
            on_answer=lambda call, answer, by: self.answered.append((call.call_id, answer)),
        )

    async def dispatch(
        self, tool: Tool | None, arguments: str = '{"guests": 2}', *, call_id: str = "t1"
    ) -> ToolResolved:
        call = ToolCalled(
            call_id=call_id, name="find", arguments=arguments, channel="api", inference_id="i1"
        )
        async with asyncio.timeout(SECONDS):
            return await self._dispatcher.dispatch(tool, call, turn=3)

    def recorded(self) -> list[str]:
        return [type(entry.event).__name__ for entry in self.recorder.trace()]

    @staticmethod
    def _load(import_string: str) -> Any:
        raise AssertionError(import_string)


def api_tool(**api: Any) -> Tool:
    return Tool.from_json(
        {
            "name": "find",
            "description": "Finds a table.",
            "delivery": {"api": {"url": "https://shop.example/find", **api}},
        }
    )
