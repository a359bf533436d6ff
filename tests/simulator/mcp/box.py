"""Tool boxes to call: on an account that only answers, and on one that really holds things."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.simulator.account.front import Api
from pytest_tavus.simulator.account.requests.api import ApiAnswer
from pytest_tavus.simulator.account.store.account import Account, AccountIds
from pytest_tavus.simulator.account.store.stock import add_stock
from pytest_tavus.simulator.mcp.client import ToolTimeouts
from pytest_tavus.simulator.mcp.hosted import load_recorded_definitions
from pytest_tavus.simulator.mcp.toolbox import McpToolResult, ToolBox
from tests.simulator.account.account import Desk
from tests.simulator.rooms.room import EPOCH, House, house

QUICK = ToolTimeouts(turn=5, probe=5, settle=0.05)

DEFINITIONS = load_recorded_definitions()

Asked = tuple[str, str, dict[str, str], Any]
"""Method, path, query and body of a request."""


class Listening(Api):
    """An API that remembers what it was asked."""

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.asked: list[Asked] = []
        self.headers: list[dict[str, str]] = []

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiAnswer:
        self.asked.append((method, path, dict(query or {}), body))
        self.headers.append(dict(headers or {}))
        told = self.told(method, path, body)
        if told is not None:
            return told
        return await super().call(method, path, query=query, body=body, headers=headers)

    def told(self, method: str, path: str, body: Any) -> ApiAnswer | None:
        """Return an answer in place of the account's own; here there is none."""
        return None


class Answering(Listening):
    """An API that answers what a test tells it to, and asks nobody."""

    def __init__(self, answer: Callable[[str, str, Any], ApiAnswer] | None = None) -> None:
        super().__init__(Desk(()).account)
        self.answer = answer

    def told(self, method: str, path: str, body: Any) -> ApiAnswer | None:
        return ApiAnswer(body={}) if self.answer is None else self.answer(method, path, body)


def always(answer: ApiAnswer) -> Callable[[str, str, Any], ApiAnswer]:
    """Answer everything alike."""

    def give(_method: str, _path: str, _body: Any) -> ApiAnswer:
        return answer

    return give


@dataclass(frozen=True, slots=True)
class Bench:
    """A box, the API it asks, and the conversations behind it."""

    box: ToolBox
    api: Listening
    house: House

    async def call(self, tool: str, /, **arguments: Any) -> McpToolResult:
        return await self.box.call(tool, arguments)

    async def value(self, tool: str, /, **arguments: Any) -> Any:
        """Call a tool that must do what it was asked."""
        result = await self.call(tool, **arguments)
        assert result.error is None, f"{tool}: {result.error}"
        return result.value

    async def error(self, tool: str, /, **arguments: Any) -> str:
        """Call a tool that must refuse."""
        result = await self.call(tool, **arguments)
        assert result.error is not None, f"{tool} answered {result.value}"
        return result.error


@asynccontextmanager
async def bench(*scripts: Scenario, hosted: bool = False) -> AsyncGenerator[Bench]:
    """Open an account with its conversations, and a box on it."""
    async with house(*scripts) as open_house:
        account = Account(
            ids=AccountIds(seed=1),
            now=lambda: EPOCH + open_house.clock.now(),
            live=open_house.conversations,
            scripts=open_house.scripts,
        )
        add_stock(account)
        api = Listening(account)
        yield Bench(ToolBox(api, DEFINITIONS, hosted_names=hosted, timeouts=QUICK), api, open_house)
