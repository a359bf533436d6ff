"""The API as the MCP tools reach it: in process, and yet with the faults and the journal of all.

At Tavus a tool of the MCP server asks the REST API over HTTP. So a fault that was set for a path
strikes a tool too, and the journal notes what a tool has asked for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.account.front import Api
from pytest_tavus.simulator.account.requests.api import ApiAnswer
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.server.faults import InjectedFault, InjectedFaults, build_fault_answer
from pytest_tavus.simulator.server.oauth.terms import Note
from pytest_tavus.simulator.server.rest import PREFIX


class FaultyApi(Api):
    """The API of one account, for who was let in already."""

    def __init__(
        self,
        account: Account,
        *,
        faults: InjectedFaults,
        sleep: Callable[[float], Awaitable[None]],
        note: Note,
    ) -> None:
        """Let `faults` strike, wait with `sleep`, and tell `note` of each request."""
        super().__init__(account)
        self._faults = faults
        self._sleep = sleep
        self._note = note

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiAnswer:
        """Answer a request, as it was asked or as a fault says.

        Raises:
            ServiceError: a fault has it that there is no answer, or none that can be read.

        """
        asked = {"method": method, "path": PREFIX + path, "query": dict(query or {}), "body": body}
        fault = self._faults.match(method, PREFIX + path)
        if fault is not None and fault.delay:
            await self._sleep(fault.delay)
        if fault is None or fault.effect == "delay":
            answer = await super().call(method, path, query=query, body=body, headers=headers)
        elif fault.effect == "answer":
            status, said = build_fault_answer(fault)
            answer = ApiAnswer(status=status, body=said)
        else:
            self._note("mcp.request", {**asked, "status": None})
            raise ServiceError(_describe_lost_answer(method, path, fault))
        self._note("mcp.request", {**asked, "status": answer.status})
        return answer


def _describe_lost_answer(method: str, path: str, fault: InjectedFault) -> str:
    trouble = "the connection was cut" if fault.effect == "drop" else "the answer is no JSON"
    return f"{method} {path} was not answered: {trouble}, as the control plane has it"
