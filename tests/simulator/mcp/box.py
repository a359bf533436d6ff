"""Tool boxes to call, over an API stub or over an account with conversations."""

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
from tests.simulator.account.account import AccountClient
from tests.simulator.rooms.room import EPOCH, RoomServer, serve_rooms

QUICK = ToolTimeouts(turn=5, probe=5, settle=0.05)

DEFINITIONS = load_recorded_definitions()

RecordedRequest = tuple[str, str, dict[str, str], Any]
"""Method, path, query and body of a request."""


class RecordingApi(Api):
    """An API that records its requests."""

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.requests: list[RecordedRequest] = []
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
        self.requests.append((method, path, dict(query or {}), body))
        self.headers.append(dict(headers or {}))
        answer = self.stub_answer(method, path, body)
        if answer is not None:
            return answer
        return await super().call(method, path, query=query, body=body, headers=headers)

    def stub_answer(self, method: str, path: str, body: Any) -> ApiAnswer | None:
        """Return an answer in place of the account's own, or `None`."""
        return None


class StubApi(RecordingApi):
    """An API with the answers of a test, without an account."""

    def __init__(self, answer: Callable[[str, str, Any], ApiAnswer] | None = None) -> None:
        super().__init__(AccountClient(()).account)
        self.answer = answer

    def stub_answer(self, method: str, path: str, body: Any) -> ApiAnswer | None:
        return ApiAnswer(body={}) if self.answer is None else self.answer(method, path, body)


def answer_always(answer: ApiAnswer) -> Callable[[str, str, Any], ApiAnswer]:
    """Give the same answer to all requests."""

    def give(_method: str, _path: str, _body: Any) -> ApiAnswer:
        return answer

    return give


@dataclass(frozen=True, slots=True)
class ToolBoxFixture:
    """A tool box, its API, and the conversations behind the API."""

    box: ToolBox
    api: RecordingApi
    server: RoomServer

    async def call(self, tool: str, /, **arguments: Any) -> McpToolResult:
        return await self.box.call(tool, arguments)

    async def value(self, tool: str, /, **arguments: Any) -> Any:
        """Return the answer of a tool that must not refuse."""
        result = await self.call(tool, **arguments)
        assert result.error is None, f"{tool}: {result.error}"
        return result.value

    async def error(self, tool: str, /, **arguments: Any) -> str:
        """Return the refusal of a tool."""
        result = await self.call(tool, **arguments)
        assert result.error is not None, f"{tool} answered {result.value}"
        return result.error


@asynccontextmanager
async def open_toolbox(*scripts: Scenario, hosted: bool = False) -> AsyncGenerator[ToolBoxFixture]:
    """Open a tool box on an account with conversations."""
    async with serve_rooms(*scripts) as server:
        account = Account(
            ids=AccountIds(seed=1),
            now=lambda: EPOCH + server.clock.now(),
            live=server.conversations,
            scripts=server.scripts,
        )
        add_stock(account)
        api = RecordingApi(account)
        yield ToolBoxFixture(
            ToolBox(api, DEFINITIONS, hosted_names=hosted, timeouts=QUICK), api, server
        )
