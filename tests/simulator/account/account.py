"""An account with an API client, and fake conversations that record their lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pytest_tavus.simulator.account.front import Api
from pytest_tavus.simulator.account.keys import ApiKeys
from pytest_tavus.simulator.account.requests.api import ApiAnswer
from pytest_tavus.simulator.account.resource import Route
from pytest_tavus.simulator.account.store.account import Account, AccountIds
from pytest_tavus.simulator.account.table import ROUTES
from pytest_tavus.simulator.rooms.opening import EndReason, Opening
from pytest_tavus.simulator.rooms.played import ScriptBook
from pytest_tavus.simulator.rooms.port import LiveConversation, Participant, Reply

NOON = 1_790_000_000.0
"""2026-09-21, 14:13:20 in UTC."""


@dataclass
class FakeConversation:
    """A conversation that replies with the reversed line."""

    opening: Opening
    status: Literal["active", "ended"] = "active"
    shutdown_reason: EndReason | None = None
    said: list[str] = field(default_factory=list[str])

    def join(self, participant: Participant) -> None:
        raise NotImplementedError

    def leave(self, participant: Participant) -> None:
        raise NotImplementedError

    async def receive(self, message: Mapping[str, Any], *, sender: Participant) -> None:
        raise NotImplementedError

    async def respond(self, text: str, *, within: float) -> Reply:
        self.said.append(text)
        return Reply(status="ready", text=text[::-1]) if within else Reply(status="pending")

    def reply(self) -> Reply:
        return Reply(status="ready", text=self.said[-1][::-1] if self.said else "")

    def events(self) -> list[dict[str, Any]]:
        return [{"event_type": "system.replica_joined", "timestamp": "2026-09-21T14:13:20Z"}]


class FakeConversations:
    """All fake conversations of an account."""

    def __init__(self) -> None:
        self.all: dict[str, FakeConversation] = {}

    async def open(self, opening: Opening) -> LiveConversation:
        conversation = FakeConversation(opening)
        self.all[opening.conversation_id] = conversation
        return conversation

    def get(self, conversation_id: str) -> LiveConversation | None:
        return self.all.get(conversation_id)

    def count_active(self) -> int:
        return sum(one.status == "active" for one in self.all.values())

    async def end(self, conversation_id: str, reason: EndReason) -> None:
        conversation = self.all[conversation_id]
        conversation.status = "ended"
        conversation.shutdown_reason = conversation.shutdown_reason or reason

    async def close(self) -> None:
        self.all.clear()


class AccountClient:
    """An account, its API, and short ways to send requests."""

    def __init__(
        self, routes: Iterable[Route] = ROUTES, *, keys: ApiKeys | None = None, seed: int = 1
    ) -> None:
        self.live = FakeConversations()
        self.time = NOON
        self.account = Account(
            ids=AccountIds(seed=seed), now=lambda: self.time, live=self.live, scripts=ScriptBook()
        )
        self.api = Api(self.account, routes, keys=keys)

    async def send(self, line: str, body: Any = None, **query: str) -> ApiAnswer:
        """Send a request: ``await client.send("POST /pals", {...})``."""
        method, _, path = line.partition(" ")
        return await self.api.call(method, path, query=query, body=body)

    async def fetch(self, line: str, body: Any = None, **query: str) -> Any:
        """Send a request that must succeed, and return the body of the answer."""
        answer = await self.send(line, body, **query)
        assert answer.status < 300, answer
        return answer.body

    async def refusal(self, line: str, body: Any = None, **query: str) -> tuple[int, Any]:
        """Send a request that must be refused, and return status and body."""
        answer = await self.send(line, body, **query)
        assert answer.status >= 300, answer
        return answer.status, answer.body
