"""What can be done to a simulated Tavus from behind: emptied, given scripts, looked at.

The control plane does it over HTTP, and a fixture does it in process. Knows no HTTP.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

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
"""What messages call a scenario that came as text."""


class Scripts(Struct, frozen=True, kw_only=True):
    """What a server plays, and with what."""

    scripts: tuple[Scenario, ...]
    "What it was begun with, and begins with again at every reset."

    handler_slot: HandlerSlot
    env: dict[str, str]
    "What scripts may read as ``{env.NAME}``; the values are secrets. Grows with later scripts."


class Admin:
    """Everything of one server that its clients do not see."""

    def __init__(
        self,
        account: Account,
        live: Conversations,
        *,
        repertoire: Scripts,
        clock: ServerClock,
        journal: Journal,
    ) -> None:
        """Stand behind an account, whose conversations are `live`."""
        self.account = account
        self.live = live
        self.clock = clock
        self.journal = journal
        self.faults = InjectedFaults()
        self.malformed: Counter[str] = Counter()
        """How many frames could not be taken, by conversation."""
        self.on_reset: list[Callable[[], None]] = []
        """Ends what was issued: keys, tokens. Called at every `reset`."""
        self._scripts = repertoire
        self._seeder = PalSeeder(account)

    async def reset(self, *, seed: int | None = None) -> None:
        """Make everything as it is at the start; with `seed`, with other ids.

        Raises:
            ServiceError: a script's PAL cannot be brought into the account.

        """
        await self.live.close()
        if self.account.alarm is not None:
            await self.account.alarm.cancel()
        if seed is not None:
            self.account.ids.reset(seed=seed)
        reset_account(self.account)
        for end in self.on_reset:
            end()
        self.clock.restart()
        self.account.scripts.clear()
        self.faults.clear()
        self.malformed.clear()
        self.journal.clear()
        self._seeder.clear()
        await self.add(self._scripts.scripts)

    async def load_text(self, text: str) -> list[dict[str, Any]]:
        """Take scenarios as the text of a file; its PAL is written out in it, or in the account.

        Raises:
            ScenarioError: the text cannot be understood.
            ServiceError: its PAL cannot be brought into the account.

        """
        # In a thread: of a file with thousands of turns nobody else shall have to wait for the end.
        found = await asyncio.to_thread(_load_posted_text, text, limits=self._limits_over_http())
        return await self._add_over_http(found)

    async def load_data(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Take one scenario as JSON data. Raises as `load_text` does."""
        limits = self._limits_over_http()
        return await self._add_over_http([parse_inline(data, name="posted", limits=limits)])

    @property
    def limits(self) -> FileLimits:
        """What a scenario may be that the owner of the server loads."""
        return FileLimits(local_tools=self.account.options.local_tools)

    def _limits_over_http(self) -> FileLimits:
        """Whoever sends a scenario must not learn what is in the files of whoever serves."""
        return replace(self.limits, other_files=False)

    async def add(self, scenarios: Sequence[Scenario]) -> list[dict[str, Any]]:
        """Offer scenarios as scripts, and return what each is called and whose it is.

        Raises:
            HandlerError: the handler that one of them names does not start.
            ScenarioError: they name another handler than scripts before them.
            ServiceError: a PAL cannot be brought into the account.

        """
        for spec in _handlers(scenarios):
            await self._scripts.handler_slot.ensure_started(spec)
        return await self._add_scenarios(scenarios)

    async def _add_over_http(self, scenarios: Sequence[Scenario]) -> list[dict[str, Any]]:
        for spec in _handlers(scenarios):
            await self._scripts.handler_slot.ensure_started_over_http(spec)
        return await self._add_scenarios(scenarios)

    async def _add_scenarios(self, scenarios: Sequence[Scenario]) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        for scenario in scenarios:
            pal_id = await self._seeder.add(scenario.pal)
            self.account.scripts.add(scenario)
            told.append({"name": scenario.name, "pal_id": pal_id})
        return told

    def allow(self, env: Mapping[str, str]) -> None:
        """Let scripts read these variables as well. Not over HTTP: a client may not choose them."""
        self._scripts.env.update(env)
        self.journal.know(*env.values())

    def conversation(self, conversation_id: str) -> dict[str, Any] | None:
        """Return all that has happened in a conversation, without secrets: calls and answers too.

        `warnings` are about what was allowed and is probably not meant.
        """
        found = self.live.get(conversation_id)
        if found is None:
            return None
        told: dict[str, Any] = self.journal.redact(_conversation_as_json(found))
        return told

    def state(self) -> dict[str, Any]:
        """Return all that the account holds, without its secrets."""
        tables = {name: list(table.rows()) for name, table in self.account.tables.items()}
        found: dict[str, Any] = self.journal.redact(tables)
        return {
            "clock": {"kind": self.clock.kind, "now": self.clock.now()},
            "active_conversations": self.live.count_active(),
            "malformed_frames": dict(self.malformed),
            "tables": found,
        }


def _conversation_as_json(conversation: ServedConversation) -> dict[str, Any]:
    return {
        "conversation_id": conversation.opening.conversation_id,
        "status": conversation.status,
        "warnings": list(conversation.warnings),
        "trace": [json.loads(encode_entry(entry)) for entry in conversation.trace()],
    }


def collect_env(scripts: Iterable[Scenario], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that scripts read as ``{env.NAME}``, where they are set."""
    names = {name for scenario in scripts for name in scenario.env}
    return {name: environ[name] for name in names if name in environ}


def _load_posted_text(text: str, *, limits: FileLimits) -> tuple[Scenario, ...]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / POSTED
        path.write_text(text, encoding="utf-8")
        return load_scenarios(path, root=Path(directory), limits=limits)


def _handlers(scenarios: Iterable[Scenario]) -> list[HandlerSpec]:
    return [scenario.handler for scenario in scenarios if scenario.handler is not None]
