"""Injected faults: which requests they strike, how often, and the answer of the client."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from pytest_tavus.contract.refusal import ShapeError
from pytest_tavus.simulator.server.faults import InjectedFault, InjectedFaults
from pytest_tavus.simulator.server.options import ServerOptions
from tests.simulator.server.served import listening, served, wait_until


def fault(**written: Any) -> InjectedFault:
    return InjectedFault.from_json(written)


@pytest.mark.parametrize(
    ("pattern", "path", "strikes"),
    [
        ("/v2/pals", "/v2/pals", True),
        ("/v2/pals", "/v2/pals/", True),
        ("/v2/pals/", "/v2/pals", True),
        ("/v2/pals", "/v2/pals/p1", False),
        ("/v2/pals/{pal_id}", "/v2/pals/p1", True),
        ("/v2/pals/{pal_id}", "/v2/pals/p1/tools", False),
        ("/v2/pals/{pal_id}/tools", "/v2/pals/p1/tools/", True),
        ("/v2/*", "/v2/pals/p1/tools", True),
        ("/v2/*", "/mcp", False),
        ("/v2/a.c", "/v2/abc", False),
    ],
)
def test_a_path_strikes_what_it_names(pattern: str, path: str, *, strikes: bool) -> None:
    assert fault(path=pattern).matches("GET", path) is strikes


@pytest.mark.parametrize(("method", "strikes"), [("*", True), ("post", True), ("GET", False)])
def test_a_fault_strikes_its_method_only(method: str, *, strikes: bool) -> None:
    assert fault(path="/v2/pals", method=method).matches("POST", "/v2/pals") is strikes


def test_a_fault_skips_then_strikes_its_times_then_ends() -> None:
    faults = InjectedFaults()
    key = faults.add(fault(path="/v2/pals", skip=1, times=2))

    met = [faults.match("GET", "/v2/pals") is not None for _ in range(5)]

    assert met == [False, True, True, False, False]
    assert faults.as_json()[0]["fault_id"] == key
    assert faults.as_json()[0]["struck"] == 2


def test_the_first_fault_that_fits_strikes() -> None:
    faults = InjectedFaults()
    faults.add(fault(path="/v2/pals", times=1, status=503))
    faults.add(fault(path="/v2/*", status=502))

    found = [faults.match("GET", "/v2/pals") for _ in range(2)]

    assert [each and each.status for each in found] == [503, 502]


def test_a_removed_fault_does_not_strike() -> None:
    faults = InjectedFaults()
    key = faults.add(fault(path="/v2/pals"))

    assert faults.remove(key)
    assert not faults.remove(key)
    assert faults.match("GET", "/v2/pals") is None


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({"path": "v2/pals"}, "that begins with a slash, such as '/v2/pals', found 'v2/pals'"),
        ({"path": "/_simulator"}, "cannot strike the control plane, and '/_simulator' is below"),
        ({"path": "/_simulator/*"}, "cannot strike the control plane, and '/_simulator/\\*'"),
        ({"path": "/v2", "method": "FETCH"}, "expected one of .*, OPTIONS, found 'FETCH'"),
        ({"path": "/v2", "effect": "delay"}, "the effect 'delay' needs a 'delay' in seconds"),
        ({"path": "/v2", "effect": "explode"}, "'answer', 'malformed', 'drop' or 'delay'"),
        ({"path": "/v2", "status": 99}, "at least 200"),
    ],
)
def test_an_invalid_fault_is_refused(written: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ShapeError, match=sentence):
        fault(**written)


@pytest.mark.asyncio
async def test_a_fault_on_the_control_plane_is_refused_and_one_on_everything_else_strikes() -> None:
    async with served() as server:
        asked = {"path": "/_simulator/journal", "status": 503}
        refused = await server.http.post("/_simulator/faults", json=asked)
        taken = await server.http.post("/_simulator/faults", json={"path": "/*", "status": 503})
        listed = await server.http.get("/_simulator/faults")
        struck = await server.http.get("/v2/pals")

    assert refused.status_code == 400
    assert "a fault cannot strike the control plane" in refused.json()["error"]
    assert [taken.status_code, listed.status_code, struck.status_code] == [200, 200, 503]
    assert len(listed.json()["data"]) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("written", "status", "body"),
    [
        ({}, 500, '{"error":"this 500 was scripted with the control plane"}'),
        ({"status": 429, "body": {"message": "slow down"}}, 429, '{"message":"slow down"}'),
        ({"effect": "malformed"}, 200, '{"data": [{"unfinished":'),
        ({"effect": "malformed", "status": 502}, 502, '{"data": [{"unfinished":'),
    ],
)
async def test_an_answer_is_replaced(written: dict[str, Any], status: int, body: str) -> None:
    async with served() as server:
        server.tavus.admin.faults.add(fault(path="/v2/pals", times=1, **written))
        struck = await server.http.get("/v2/pals")
        spared = await server.http.get("/v2/pals")

    assert (struck.status_code, struck.text) == (status, body)
    assert spared.status_code == 200


@pytest.mark.asyncio
async def test_a_delay_ends_by_the_clock_and_then_the_api_answers() -> None:
    async with served(ServerOptions(clock="still")) as server:
        server.tavus.admin.faults.add(fault(path="/v2/pals", effect="delay", delay=30))
        asking = asyncio.create_task(server.http.get("/v2/pals"))
        await wait_until(lambda: server.tavus.admin.clock.waiting == 1)
        await server.tavus.admin.clock.advance(29)
        waiting = not asking.done()
        await server.tavus.admin.clock.advance(1)
        response = await asyncio.wait_for(asking, 10)

    assert waiting
    assert response.status_code == 200


@pytest.mark.asyncio
async def test_a_dropped_connection_gets_no_answer() -> None:
    async with listening() as server, httpx.AsyncClient(base_url=server.url) as http:
        http.headers["x-api-key"] = server.api_key
        server.admin.faults.add(fault(path="/v2/pals", effect="drop", times=1))
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            await http.get("/v2/pals")
        assert (await http.get("/v2/pals")).status_code == 200
        assert [entry.status for entry in server.admin.journal] == [None, 200]


@pytest.mark.asyncio
async def test_in_process_a_dropped_connection_is_an_error_of_the_client() -> None:
    async with served() as server:
        server.tavus.admin.faults.add(fault(path="/v2/pals", effect="drop"))
        with pytest.raises(ConnectionResetError, match="the simulator cut the connection"):
            await server.http.get("/v2/pals")


@pytest.mark.asyncio
async def test_no_fault_strikes_the_control_plane() -> None:
    async with served() as server:
        server.tavus.admin.faults.add(fault(path="/*"))

        assert (await server.http.get("/_simulator/clock")).status_code == 200
        assert (await server.http.get("/v2/pals")).status_code == 500
