"""The API for MCP tools: called in process, with the injected faults and the journal of HTTP.

At Tavus, a tool of the MCP server calls the REST API over HTTP. So a fault on a path also strikes
the tools that use the path, and the journal records the requests of tools.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.account.front import Api
from pytest_tavus.simulator.account.requests.api import ApiAnswer
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.server.faults import InjectedFault, InjectedFaults, build_fault_answer
from pytest_tavus.simulator.server.oauth.terms import Note
from pytest_tavus.simulator.server.rest import PREFIX


class FaultyApi(Api):
    """The account's API for callers that are already authenticated."""

    def __init__(
        self,
        account: Account,
        *,
        faults: InjectedFaults,
        sleep: Callable[[float], Awaitable[None]],
        note: Note,
    ) -> None:
        """Apply `faults`, wait with `sleep`, and report each request to `note`."""
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
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiAnswer:
        """Answer a request from the account, or from a fault that strikes the request.

        Raises:
            ServiceError: a fault cuts the connection, or gives an answer that is not JSON.

        """
        request = {
            "method": method,
            "path": PREFIX + path,
            "query": dict(query or {}),
            "body": body,
        }
        fault = self._faults.match(method, PREFIX + path)
        if fault is not None and fault.delay:
            await self._sleep(fault.delay)
        if fault is None or fault.effect == "delay":
            answer = await super().call(method, path, query=query, body=body, headers=headers)
        elif fault.effect == "answer":
            status, fault_body = build_fault_answer(fault)
            answer = ApiAnswer(status=status, body=fault_body)
        else:
            self._note("mcp.request", {**request, "status": None})
            raise ServiceError(_describe_lost_answer(method, path, fault))
        self._note("mcp.request", {**request, "status": answer.status})
        return answer


def _describe_lost_answer(method: str, path: str, fault: InjectedFault) -> str:
    problem = "the connection was cut" if fault.effect == "drop" else "the answer is no JSON"
    return f"{method} {path} was not answered: {problem}, as a fault of the control plane demands"
