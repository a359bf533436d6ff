"""The admin interface of a simulated Tavus: reset it, load scripts, inspect its state.

The control plane offers it over HTTP, and a fixture offers it in process. Knows no HTTP.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.json_data import JsonObject
from pytest_tavus.scenario.load.parse import load_scenarios, parse_inline
from pytest_tavus.scenario.text.limits import FileLimits
from pytest_tavus.scenario.values.model import HandlerSpec, Scenario
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.stock import reset_account
from pytest_tavus.simulator.rooms.conversation import ServedConversation
from pytest_tavus.simulator.rooms.conversations import Conversations
from pytest_tavus.simulator.server.control.handler_slot import HandlerSlot
from pytest_tavus.simulator.server.control.seeding import PalSeeder
from pytest_tavus.simulator.server.control.time import ServerClock
from pytest_tavus.simulator.server.faults import InjectedFaults
from pytest_tavus.simulator.server.journal.journal import Journal
from pytest_tavus.trace.codec import encode_entry

POSTED = "posted.yaml"
"""The file name in messages about a scenario that was posted as text."""


class Scripts(Struct, frozen=True, kw_only=True):
    """The scripts of a server, their handler and their variables."""

    scripts: tuple[Scenario, ...]
    "The scripts of the server's options, which every reset loads again."

    handler_slot: HandlerSlot
    env: dict[str, str]
    "The variables that scripts read as ``{env.NAME}``; the values are secrets. `allow` adds some."


class LoadedScenario(TypedDict):
    """A scenario that was loaded as a script, and the PAL that plays it."""

    name: str
    pal_id: str


class Admin:
    """Actions on one server that its clients cannot perform through Tavus's API."""

    def __init__(
        self,
        account: Account,
        live: Conversations,
        *,
        scripts: Scripts,
        clock: ServerClock,
        journal: Journal,
    ) -> None:
        self.account = account
        self.live = live
        self.clock = clock
        self.journal = journal
        self.faults = InjectedFaults()
        self.malformed: Counter[str] = Counter()
        """The number of refused frames, by conversation."""
        self.on_reset: list[Callable[[], None]] = []
        """Callbacks that revoke issued keys and tokens."""
        self._scripts = scripts
        self._seeder = PalSeeder(account)

    async def reset(self, *, seed: int | None = None) -> None:
        """Restore the initial state; another `seed` gives other ids.

        Raises:
            ServiceError: the account refuses the PAL of a script.

        """
        await self.live.close()
        if self.account.alarm is not None:
            await self.account.alarm.cancel()
        if seed is not None:
            self.account.ids.reset(seed=seed)
        reset_account(self.account)
        for revoke in self.on_reset:
            revoke()
        self.clock.restart()
        self.account.scripts.clear()
        self.faults.clear()
        self.malformed.clear()
        self.journal.clear()
        self._seeder.clear()
        await self.add(self._scripts.scripts)

    async def load_text(self, text: str) -> list[LoadedScenario]:
        """Load scenarios from the text of a file. The text or the account must define the PAL.

        Raises:
            ScenarioError: the text is invalid.
            ServiceError: the account refuses the PAL.

        """
        # In a thread, because a file with thousands of turns would block the loop.
        scenarios = await asyncio.to_thread(
            _load_posted_text, text, limits=self._limits_over_http()
        )
        return await self._add_over_http(scenarios)

    async def load_data(self, data: Mapping[str, object]) -> list[LoadedScenario]:
        """Load one scenario from JSON data. Raises the errors of `load_text`."""
        limits = self._limits_over_http()
        return await self._add_over_http([parse_inline(data, name="posted", limits=limits)])

    @property
    def limits(self) -> FileLimits:
        """The limits of scenarios that the owner of the server loads."""
        return FileLimits(local_tools=self.account.options.local_tools)

    def _limits_over_http(self) -> FileLimits:
        # A client that posts a scenario must not read files of the server's owner.
        return replace(self.limits, other_files=False)

    async def add(self, scenarios: Sequence[Scenario]) -> list[LoadedScenario]:
        """Add scenarios as scripts, with their PALs and their handler.

        Raises:
            HandlerError: the handler of a scenario does not start.
            ScenarioError: a scenario names another handler than the scripts before it.
            ServiceError: the account refuses a PAL.

        """
        for spec in _handlers(scenarios):
            await self._scripts.handler_slot.ensure_started(spec)
        return await self._add_scenarios(scenarios)

    async def _add_over_http(self, scenarios: Sequence[Scenario]) -> list[LoadedScenario]:
        for spec in _handlers(scenarios):
            await self._scripts.handler_slot.ensure_started_over_http(spec)
        return await self._add_scenarios(scenarios)

    async def _add_scenarios(self, scenarios: Sequence[Scenario]) -> list[LoadedScenario]:
        loaded: list[LoadedScenario] = []
        for scenario in scenarios:
            pal_id = await self._seeder.add(scenario.pal)
            self.account.scripts.add(scenario)
            loaded.append({"name": scenario.name, "pal_id": pal_id})
        return loaded

    def allow(self, env: Mapping[str, str]) -> None:
        """Let scripts read more variables."""
        # Not offered over HTTP, where a client could choose any variable of the server's owner.
        self._scripts.env.update(env)
        self.journal.know(*env.values())

    def conversation(self, conversation_id: str) -> JsonObject | None:
        """Return the trace of a conversation, with secrets masked; `None` for an unknown id.

        `warnings` name actions that are permitted and probably a mistake.
        """
        found = self.live.get(conversation_id)
        if found is None:
            return None
        return self.journal.redact(_conversation_as_json(found))

    def state(self) -> JsonObject:
        """Return every table of the account, with secrets masked."""
        tables: dict[str, object] = {
            name: list(table.rows()) for name, table in self.account.tables.items()
        }
        return {
            "clock": {"kind": self.clock.kind, "now": self.clock.now()},
            "active_conversations": self.live.count_active(),
            "malformed_frames": dict(self.malformed),
            "tables": self.journal.redact(tables),
        }


def _conversation_as_json(conversation: ServedConversation) -> dict[str, object]:
    return {
        "conversation_id": conversation.opening.conversation_id,
        "status": conversation.status,
        "warnings": list(conversation.warnings),
        "trace": [json.loads(encode_entry(entry)) for entry in conversation.trace()],
    }


def collect_env(scripts: Iterable[Scenario], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that scripts read as ``{env.NAME}``, except those that are not set."""
    names = {name for scenario in scripts for name in scenario.env}
    return {name: environ[name] for name in names if name in environ}


def _load_posted_text(text: str, *, limits: FileLimits) -> tuple[Scenario, ...]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / POSTED
        path.write_text(text, encoding="utf-8")
        return load_scenarios(path, root=Path(directory), limits=limits)


def _handlers(scenarios: Iterable[Scenario]) -> list[HandlerSpec]:
    return [scenario.handler for scenario in scenarios if scenario.handler is not None]
