"""The value of the fixture `tavus_server`: a simulated Tavus in a thread, with admin actions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_tavus.errors import ScenarioError, ServiceError, did_you_mean
from pytest_tavus.scenario.load.parse import load_scenarios, parse_inline
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.simulator.account.requests.api import ApiRefusal
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.server.control.admin import LoadedScenario, collect_env
from pytest_tavus.simulator.server.faults import InjectedFault
from pytest_tavus.simulator.server.options import ServerOptions
from pytest_tavus.simulator.server.running import ServerThread


def server_options(values: Mapping[str, Any]) -> ServerOptions:
    """Build options from their fields by name.

    Raises:
        ScenarioError: `ServerOptions` has no field of a name.

    """
    known = list(ServerOptions.__struct_fields__)
    for name in values:
        if name not in known:
            hint = did_you_mean(name, known) or f"one of: {', '.join(known)}"
            message = f"a server has no option {name!r}; {hint}"
            raise ScenarioError(message)
    return ServerOptions(**values)


class TavusServer:
    """A running simulated Tavus."""

    def __init__(self, options: ServerOptions, *, environ: Mapping[str, str]) -> None:
        self._options = options
        self._environ = environ
        self._thread = ServerThread(options, environ=environ)
        self._server = self._thread.start()
        self.url = self._server.url
        """``http://127.0.0.1:PORT``, without a slash at its end."""
        self.api_key = self._server.api_key
        """A key that the server accepts."""
        self.environ = self._server.environ
        """The environment variables that point a client of Tavus at this server."""

    def load(self, scenario: str | Path | Mapping[str, object]) -> list[str]:
        """Add a scenario file, or a scenario as data, as a script; return the ids of its PALs.

        Raises:
            ScenarioError: the scenario is invalid.
            ServiceError: the account refuses the PAL of the scenario.

        """
        root, admin = self._options.root, self._server.admin
        found: tuple[Scenario, ...]
        if isinstance(scenario, Mapping):
            found = (parse_inline(scenario, name="loaded", limits=admin.limits),)
        else:
            found = load_scenarios(root / scenario, root=root, limits=admin.limits)

        async def add() -> list[LoadedScenario]:
            admin.allow(collect_env(found, self._environ))
            return await admin.add(found)

        loaded = self._thread.run(add())
        return list(dict.fromkeys(row["pal_id"] for row in loaded))

    def reset(self, *, seed: int | None = None) -> None:
        """Restore the initial state; another `seed` gives other ids."""
        self._thread.run(self._server.admin.reset(seed=seed))

    def journal(self) -> list[dict[str, Any]]:
        """Return the latest requests, oldest first, with secrets masked."""

        async def read() -> list[dict[str, Any]]:
            rows: list[dict[str, Any]] = self._server.admin.journal.as_json()["data"]
            return rows

        return self._thread.run(read())

    def fail(self, path: str, **fault: object) -> str:
        """Inject a fault for a path and return its id; keywords are the fields of `InjectedFault`.

        Raises:
            ScenarioError: the fault is invalid.

        """

        async def add() -> str:
            try:
                return self._server.admin.faults.add(
                    read_body(InjectedFault, {"path": path, **fault})
                )
            except ApiRefusal as refusal:
                raise ScenarioError(refusal.body["error"]) from None

        return self._thread.run(add())

    def advance(self, seconds: float) -> None:
        """Advance the server's clock at once; waits that end before the new time end too."""
        self._thread.run(self._server.admin.clock.advance(seconds))

    def conversation(self, conversation_id: str) -> dict[str, Any]:
        """Return the record of a conversation, as `GET /_simulator/conversations/{name}` does.

        Raises:
            ServiceError: no conversation has that id.

        """

        async def read() -> dict[str, Any] | None:
            return self._server.admin.conversation(conversation_id)

        found = self._thread.run(read())
        if found is None:
            message = f"there is no conversation {conversation_id!r}"
            raise ServiceError(message)
        return found

    def state(self) -> dict[str, Any]:
        """Return every table of the account, with secrets masked."""

        async def read() -> dict[str, Any]:
            return self._server.admin.state()

        return self._thread.run(read())

    def close(self) -> None:
        self._thread.stop()
