"""What the fixture `tavus_server` gives: a simulated Tavus in a thread, and the way behind it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_tavus.errors import ScenarioError, ServiceError, did_you_mean
from pytest_tavus.scenario.load.parse import load_scenarios, parse_inline
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.simulator.account.requests.api import ApiRefusal
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.server.control.admin import collect_env
from pytest_tavus.simulator.server.faults import InjectedFault
from pytest_tavus.simulator.server.options import ServerOptions
from pytest_tavus.simulator.server.running import ServerThread


def server_options(given: Mapping[str, Any]) -> ServerOptions:
    """Return options from their fields by name.

    Raises:
        ScenarioError: there is no such field.

    """
    known = list(ServerOptions.__struct_fields__)
    for name in given:
        if name not in known:
            hint = did_you_mean(name, known) or f"one of: {', '.join(known)}"
            message = f"a server has no option {name!r}; {hint}"
            raise ScenarioError(message)
    return ServerOptions(**given)


class TavusServer:
    """A running simulated Tavus."""

    def __init__(self, options: ServerOptions, *, environ: Mapping[str, str]) -> None:
        self._options = options
        self._environ = environ
        self._thread = ServerThread(options, environ=environ)
        self._server = self._thread.start()
        self.url = self._server.url
        """Its address: ``http://127.0.0.1:PORT``."""
        self.api_key = self._server.api_key
        """A key it takes."""
        self.environ = self._server.environ
        """The environment variables that point a client here."""

    def load(self, scenario: str | Path | Mapping[str, Any]) -> list[str]:
        """Offer a scenario file, or a scenario as data, as a script; return the ids of its PALs.

        Raises:
            ScenarioError: it cannot be understood.
            ServiceError: its PAL cannot be brought into the account.

        """
        root, admin = self._options.root, self._server.admin
        found: tuple[Scenario, ...]
        if isinstance(scenario, Mapping):
            found = (parse_inline(scenario, name="loaded", limits=admin.limits),)
        else:
            found = load_scenarios(root / scenario, root=root, limits=admin.limits)

        async def add() -> list[dict[str, Any]]:
            admin.allow(collect_env(found, self._environ))
            return await admin.add(found)

        told = self._thread.run(add())
        return list(dict.fromkeys(row["pal_id"] for row in told))

    def reset(self, *, seed: int | None = None) -> None:
        """Make everything as it was at the start; with `seed`, with other ids."""
        self._thread.run(self._server.admin.reset(seed=seed))

    def journal(self) -> list[dict[str, Any]]:
        """Return the last requests, the oldest first, without secrets."""

        async def read() -> list[dict[str, Any]]:
            rows: list[dict[str, Any]] = self._server.admin.journal.as_json()["data"]
            return rows

        return self._thread.run(read())

    def fail(self, path: str, **fault: Any) -> str:
        """Let requests for a path go wrong: `status`, `effect`, `delay`, `times`, `method`, `body`.

        Raises:
            ScenarioError: there is no such fault.

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
        """Let this much of the server's time pass at once."""
        self._thread.run(self._server.admin.clock.advance(seconds))

    def conversation(self, conversation_id: str) -> dict[str, Any]:
        """Return all that has happened in a conversation, as `GET /conversations/{name}` does.

        Raises:
            ServiceError: there is none of that id.

        """

        async def read() -> dict[str, Any] | None:
            return self._server.admin.conversation(conversation_id)

        found = self._thread.run(read())
        if found is None:
            message = f"there is no conversation {conversation_id!r}"
            raise ServiceError(message)
        return found

    def state(self) -> dict[str, Any]:
        """Return all that the account holds, without its secrets."""

        async def read() -> dict[str, Any]:
            return self._server.admin.state()

        return self._thread.run(read())

    def close(self) -> None:
        """Stop it."""
        self._thread.stop()
