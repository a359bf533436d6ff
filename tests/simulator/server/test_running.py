"""A server starts, answers requests, and stops without leftovers."""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from pytest_tavus.errors import HarnessError, ScenarioError, ServiceError
from pytest_tavus.scenario.values.model import HandlerSpec
from pytest_tavus.simulator.server.faults import InjectedFault
from pytest_tavus.simulator.server.http.serving import bind
from pytest_tavus.simulator.server.options import ServerOptions
from pytest_tavus.simulator.server.running import ServerThread, run_server
from tests.simulator.server.served import PATIENCE, listening, open_conversation, wait_until

SHOP = "pal: {pal_name: Shop}\nname: hello\nturns: [{user: Hello?, plays: Hi., says: Hi}]\n"


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


@pytest.mark.asyncio
async def test_nothing_is_left_when_it_has_stopped() -> None:
    before = asyncio.all_tasks()
    async with listening() as server, httpx.AsyncClient(base_url=server.url) as http:
        conversation = await open_conversation(server.tavus)
        await http.get("/v2/pals", headers={"x-api-key": server.api_key})
        url = server.url

    assert asyncio.all_tasks() == before
    assert conversation.status == "ended"
    with (
        pytest.raises(ConnectionRefusedError),
        socket.create_connection(("127.0.0.1", port_of(url))),
    ):
        pass


@pytest.mark.asyncio
async def test_a_waiting_request_does_not_delay_the_stop() -> None:
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient() as http:
        async with listening(ServerOptions(clock="still")) as server:
            server.admin.faults.add(InjectedFault(path="/v2/pals", effect="delay", delay=60))
            asking = asyncio.create_task(http.get(f"{server.url}/v2/pals"))
            await wait_until(lambda: server.admin.clock.waiting)
        response = await asking

    assert response.status_code == 401


@pytest.mark.asyncio
async def test_it_listens_on_loopback_only() -> None:
    async with listening() as server:
        assert server.url.startswith("http://127.0.0.1:")


def test_a_port_that_is_taken_is_told() -> None:
    with bind(0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServiceError) as refused:
            ServerThread(ServerOptions(port=port), environ={}).start()

    assert str(refused.value) == (
        f"port {port} of 127.0.0.1 cannot be used: Address already in use; try --port 0"
    )


def test_a_thread_serves_tests_without_a_loop() -> None:
    thread = ServerThread(ServerOptions(seed=3), environ={})
    server = thread.start()
    response = httpx.get(f"{server.url}/v2/pals", headers={"x-api-key": server.api_key})
    thread.stop()
    thread.stop()

    assert response.status_code == 200
    assert not [one for one in threading.enumerate() if one.name == "tavus-server"]


def test_a_failure_to_start_reaches_the_caller() -> None:
    options = ServerOptions(scripts=(Path("nowhere.yaml"),))
    with pytest.raises(ScenarioError, match=r"nowhere\.yaml"):
        ServerThread(options, environ={}).start()


def test_a_thread_that_was_not_started_cannot_be_asked() -> None:
    async def nothing() -> None:
        """Do nothing."""

    with pytest.raises(HarnessError, match="it was not started"):
        ServerThread(ServerOptions(), environ={}).run(nothing())


def test_the_same_seed_gives_the_same_key_and_another_another() -> None:
    keys: list[str] = []
    for seed in (1, 1, 2):
        thread = ServerThread(ServerOptions(seed=seed), environ={})
        keys.append(thread.start().api_key)
        thread.stop()

    assert keys[0] == keys[1]
    assert keys[1] != keys[2]
    assert keys[0].startswith("tavus_sim_prod_")


def test_without_a_seed_the_key_is_another_at_each_start_and_ids_are_the_same(
    tmp_path: Path,
) -> None:
    (tmp_path / "shop.yaml").write_text(SHOP)
    options = ServerOptions(root=tmp_path, scripts=(Path("shop.yaml"),))
    keys, ids = set[str](), set[str]()
    for given in (options, options, replace(options, seed=0)):
        thread = ServerThread(given, environ={})
        server = thread.start()
        keys.add(server.api_key)
        ids.update(pal_id for pal_id, _ in server.pals)
        thread.stop()

    assert (len(keys), len(ids)) == (3, 1)


@pytest.mark.asyncio
async def test_scripts_that_name_two_handlers_are_refused(tmp_path: Path) -> None:
    home = tmp_path
    for name in ("one", "two"):
        (home / f"{name}.yaml").write_text(
            f"pal: {{pal_name: Shop}}\nhandler: {{url: 'http://127.0.0.1:1/{name}'}}\n"
            "turns: [{user: Hello?, calls: none}]\n"
        )
    options = ServerOptions(root=home, scripts=(Path("one.yaml"), Path("two.yaml")))
    with pytest.raises(ScenarioError, match="the scripts name different handlers"):
        async with run_server(options, environ={}):
            pass
    named = ServerOptions(
        root=home,
        scripts=options.scripts,
        handler=HandlerSpec(at=(), url="http://127.0.0.1:1"),
    )
    async with run_server(named, environ={}) as server:
        assert server.url


@pytest.mark.asyncio
async def test_an_answer_is_sent_without_delay() -> None:
    accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def met(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found = writer.get_extra_info("socket")
        accepted.set_result(found.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with bind(0) as bound:
        async with await asyncio.start_server(met, sock=bound):
            _, writer = await asyncio.open_connection(*bound.getsockname())
            async with asyncio.timeout(PATIENCE):
                assert await accepted
            writer.close()
            await writer.wait_closed()
