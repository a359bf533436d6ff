"""A running server: on the caller's event loop, or in a thread with its own loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import TypeVar

from msgspec import Struct

from pytest_tavus.errors import HarnessError
from pytest_tavus.simulator.server.compose import (
    ServerContext,
    SimulatedTavus,
    open_simulated_tavus,
)
from pytest_tavus.simulator.server.control.admin import Admin
from pytest_tavus.simulator.server.environment import variables
from pytest_tavus.simulator.server.http.connection import Connections
from pytest_tavus.simulator.server.http.serving import bind, serve_app
from pytest_tavus.simulator.server.options import ServerOptions

T = TypeVar("T")

START_SECONDS = 60.0
STOP_SECONDS = 15.0


class RunningServer(Struct, frozen=True, kw_only=True):
    """The address, the key and the admin interface of a server that accepts requests."""

    tavus: SimulatedTavus

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``, without a slash at its end."""
        return self.tavus.site.base_url

    @property
    def api_key(self) -> str:
        """The configured key, or else the generated key."""
        return self.tavus.keys.first

    @property
    def environ(self) -> dict[str, str]:
        """The environment variables that point a client of Tavus at this server."""
        environment = self.tavus.site.options.environment
        return variables(self.url, api_key=self.api_key, environment=environment)

    @property
    def pals(self) -> list[tuple[str, str]]:
        """The id and the name of each PAL in the account: at the start, the PALs of the scripts."""
        rows = self.tavus.site.account.pals.rows()
        return [(row["pal_id"], row["pal_name"]) for row in rows]

    @property
    def admin(self) -> Admin:
        return self.tavus.admin


@asynccontextmanager
async def run_server(
    options: ServerOptions, *, environ: Mapping[str, str]
) -> AsyncGenerator[RunningServer]:
    """Run a server on this loop until the context ends.

    Raises:
        ScenarioError: a script, the handler or the model cannot be used.
        HandlerError: the handler does not start.
        ServiceError: the port cannot be used.

    """
    connections = Connections(options.limits)
    with bind(options.port) as bound:
        base_url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        context = ServerContext(base_url=base_url, environ=environ, hang_up=connections.hang_up)
        async with (
            open_simulated_tavus(options, context) as tavus,
            serve_app(tavus.app, bound, connections),
        ):
            try:
                yield RunningServer(tavus=tavus)
            finally:
                await tavus.end_pending_work()


class ServerThread:
    """A server on its own loop, for tests that have no loop or that block theirs."""

    def __init__(self, options: ServerOptions, *, environ: Mapping[str, str]) -> None:
        self._options = options
        self._environ = environ
        self._ready: Future[RunningServer] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._main, name="tavus-server", daemon=True)

    def start(self) -> RunningServer:
        """Return when the server accepts requests. Raises the errors of `run_server`."""
        self._thread.start()
        return self._ready.result(timeout=START_SECONDS)

    def run(self, work: Coroutine[object, None, T]) -> T:
        """Run a coroutine on the server's loop and wait for its result."""
        if self._loop is None:
            work.close()
            raise HarnessError("the server's thread has no loop: it was not started")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def stop(self) -> None:
        """Return when the thread has ended. A second call does nothing.

        Raises:
            HarnessError: the thread did not end within `STOP_SECONDS`.

        """
        if self._loop is not None and self._stop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.is_alive():
            self._thread.join(timeout=STOP_SECONDS)
        if self._thread.is_alive():
            message = f"the server did not stop within {STOP_SECONDS:g} s"
            raise HarnessError(message)

    def _main(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with run_server(self._options, environ=self._environ) as server:
            self._ready.set_result(server)
            await self._stop.wait()
