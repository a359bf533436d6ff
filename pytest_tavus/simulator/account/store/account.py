"""What a simulated Tavus account holds: tables of JSON records, and conversations in progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pytest_tavus.simulator.account.requests.api import ApiRefusal
from pytest_tavus.simulator.account.store.alarm import Alarm
from pytest_tavus.simulator.account.store.callbacks import Callbacks, NoCallbacks
from pytest_tavus.simulator.account.store.ids import AccountIds
from pytest_tavus.simulator.account.store.options import AccountOptions
from pytest_tavus.simulator.rooms.port import LiveConversations
from pytest_tavus.simulator.rooms.scripts import ScriptBook

TABLES = (
    "pals",
    "tools",
    "skills",
    "objectives",
    "guardrails",
    "documents",
    "pronunciation_dictionaries",
    "faces",
    "voices",
    "deployments",
    "builders",
    "conversations",
    "memory_stores",
)


class Table:
    """The objects of one kind in Tavus's own field names, secrets included, the oldest first."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, Any]] = {}

    def add(self, key: str, data: dict[str, Any]) -> dict[str, Any]:
        """Keep a new object and return it."""
        self._rows[key] = data
        return data

    def get(self, key: str) -> dict[str, Any] | None:
        """Return an object; `None` where there is none."""
        return self._rows.get(key)

    def require(self, key: str, refusal: ApiRefusal) -> dict[str, Any]:
        """Return an object.

        Raises:
            ApiRefusal: `refusal`, where there is none.

        """
        row = self._rows.get(key)
        if row is None:
            raise refusal
        return row

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield every object, the oldest first."""
        return iter(self._rows.values())

    def replace(self, key: str, data: dict[str, Any]) -> dict[str, Any]:
        """Put other data in an object's place and return them."""
        self._rows[key] = data
        return data

    def delete(self, key: str) -> bool:
        """Forget an object, whose id is never given again; return whether it was there."""
        return self._rows.pop(key, None) is not None

    def clear(self) -> None:
        """Forget everything."""
        self._rows.clear()


class Account:
    """One account of one environment. Everything that operations read and change."""

    def __init__(
        self,
        *,
        ids: AccountIds,
        now: Callable[[], float],
        live: LiveConversations,
        scripts: ScriptBook,
        options: AccountOptions | None = None,
    ) -> None:
        self.options = AccountOptions() if options is None else options
        "Whoever serves the account puts others here, once it knows its own address."
        self.callbacks: Callbacks = NoCallbacks()
        "Whoever serves the account puts a sender here."
        self.alarm: Alarm | None = None
        "Whoever serves the account puts one here, so that documents become ready by themselves."
        self.ids = ids
        self.live = live
        self.scripts = scripts
        self.tables: Mapping[str, Table] = {name: Table() for name in TABLES}
        self._now = now

    def __getitem__(self, table: str) -> Table:
        return self.tables[table]

    def epoch(self) -> float:
        """Return the seconds since 1970, by the account's clock."""
        return self._now()

    def timestamp(self) -> str:
        """Return the time as Tavus writes it: ISO 8601 in UTC, with microseconds."""
        moment = datetime.fromtimestamp(self._now(), tz=UTC)
        return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
