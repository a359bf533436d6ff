"""The official clients and others' MCP clients, each in an environment of its own, and a Tavus."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from pytest_tavus.simulator.server.fixture import TavusServer
from pytest_tavus.simulator.server.options import ServerOptions
from tests.conformance.environments import Environment, Environments, IndexUnreachableError
from tests.conformance.furnished import SEED, Account
from tests.conformance.processes import clean
from tests.conformance.speakers import Speaker, over_http, over_stdio
from tests.conformance.terminal import Terminal

pytest.register_assert_rewrite("tests.conformance.walks_pals", "tests.conformance.walks_resources")

KEPT_IN = "CONFORMANCE_ENVIRONMENTS"
"""The variable that names the directory in which the environments are kept between runs."""


@pytest.fixture(scope="session")
def environments(pytestconfig: pytest.Config) -> Environments:
    """Return where environments come from, or skip what needs one."""
    if not pytestconfig.getoption("--conformance"):
        pytest.skip("the clients of others are only run with --conformance")
    kept = os.environ.get(KEPT_IN)
    cache = pytestconfig.cache
    assert cache is not None
    directory = Path(kept) if kept else cache.mkdir("conformance")
    return Environments(directory.absolute(), environ=os.environ)


def _got(environments: Environments, requirement: str) -> Environment:
    try:
        return environments.get(requirement)
    except IndexUnreachableError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def official(environments: Environments) -> Environment:
    """The official client: joins rooms."""
    return _got(environments, "tavus-cli==0.11.0")


@pytest.fixture(scope="session")
def earlier(environments: Environments) -> Environment:
    """The last official client that chats over the HTTP bridge."""
    return _got(environments, "tavus-cli==0.3.2")


@pytest.fixture(scope="session")
def earlier_sdk(environments: Environments) -> Environment:
    """The MCP SDK of the era of handshakes."""
    return _got(environments, "mcp==1.30.0")


@pytest.fixture(scope="session")
def fastmcp(environments: Environments) -> Environment:
    """The other widespread MCP library."""
    return _got(environments, "fastmcp==4.1.2")


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """A loop in a thread, for clients that live as long as a session of tests."""
    with start_blocking_portal() as opened:
        yield opened


@pytest.fixture(scope="session")
def still(official: Environment) -> Iterator[TavusServer]:
    """A simulated Tavus in which no time passes by itself, so that answers repeat."""
    server = TavusServer(ServerOptions(seed=SEED, control=True, clock="still"), environ={})
    yield server
    server.close()


@pytest.fixture(scope="session")
def account(still: TavusServer) -> Iterator[Account]:
    """Its account, to be furnished."""
    opened = Account(still)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def their_tools(
    portal: BlockingPortal,
    official: Environment,
    still: TavusServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Speaker]:
    """The official MCP server over stdio, on that account."""
    home = tmp_path_factory.mktemp("stdio")
    env = clean(home, still.environ)
    with over_stdio(portal, official.program("tavus-mcp"), env=env, home=home) as speaker:
        yield speaker


@pytest.fixture(scope="session")
def our_tools(portal: BlockingPortal, still: TavusServer) -> Iterator[Speaker]:
    """The simulated Tavus's own MCP server, on the same account."""
    with over_http(portal, f"{still.url}/mcp", key=still.api_key) as speaker:
        yield speaker


@pytest.fixture(scope="session")
def running() -> Iterator[TavusServer]:
    """A simulated Tavus in which time passes, and whose portal agrees to everything."""
    server = TavusServer(ServerOptions(seed=SEED, control=True, auto_approve=True), environ={})
    yield server
    server.close()


@pytest.fixture
def tavus(running: TavusServer) -> TavusServer:
    """The same, with an account as at the start."""
    running.reset(seed=SEED)
    return running


@pytest.fixture
def terminal(official: Environment, tavus: TavusServer, tmp_path: Path) -> Terminal:
    """A shell in which the official client is pointed at it."""
    return Terminal(official, home=tmp_path, given=tavus.environ)
