"""Documents of a served account become ready by its clock, without a request."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.store.account import AccountOptions
from pytest_tavus.simulator.server.options import ServerOptions
from tests.simulator.server.served import InProcessServer, served

pytestmark = pytest.mark.asyncio

OPTIONS = ServerOptions(control=True, clock="still", account=AccountOptions(document_seconds=60))


def statuses(server: InProcessServer) -> list[str]:
    """Look at the records, which asks the API for nothing."""
    return [row["status"] for row in server.tavus.site.account.documents.rows()]


async def made(server: InProcessServer) -> None:
    body: dict[str, Any] = {"document_url": "https://example.com/guide.pdf"}
    assert (await server.http.post("/v2/documents", json=body)).status_code == 200


async def advance(server: InProcessServer, seconds: float) -> None:
    path = "/_simulator/clock/advance"
    assert (await server.http.post(path, json={"seconds": seconds})).status_code == 200


async def test_a_document_becomes_ready_without_a_request() -> None:
    async with served(OPTIONS) as server:
        await made(server)
        seen = [statuses(server)]
        for _ in range(2):
            await advance(server, 30)
            seen.append(statuses(server))

    assert seen == [["started"], ["processing"], ["ready"]]


async def test_a_reset_cancels_pending_documents() -> None:
    async with served(OPTIONS) as server:
        await made(server)
        assert (await server.http.post("/_simulator/reset")).is_success
        waiting = (await server.http.get("/_simulator/clock")).json()["waiting"]
        await made(server)
        await advance(server, 60)
        assert (waiting, statuses(server)) == (0, ["ready"])
