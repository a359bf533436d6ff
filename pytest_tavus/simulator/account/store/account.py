"""A simulated Tavus account: tables of records, ids, alarms, callbacks and options."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

from pytest_tavus.clock import Clock
from pytest_tavus.contract.body import JsonDict
from pytest_tavus.simulator.account.requests.api import ApiRefusal
from pytest_tavus.simulator.account.store.rows import (
    BuilderRow,
    ConversationRow,
    DeploymentRow,
    DocumentRow,
    FaceRow,
    MemoryStoreRow,
    VoiceRow,
)
from pytest_tavus.simulator.rooms.played import ScriptBook
from pytest_tavus.simulator.rooms.port import LiveConversations
from pytest_tavus.simulator.rooms.tasks import Tasks

Row = TypeVar("Row", bound=Mapping[str, object])


class AccountOptions(Struct, frozen=True, kw_only=True):
    """The switches of one account."""

    concurrency_limit: int | None = None
    """The most concurrent conversations; `None` is no limit. Tavus has a limit per plan, which the
    API does not tell; its refusal is [wild]."""

    room_url: str = "https://tavus.daily.co"
    "The start of each `conversation_url`; the id of the conversation follows."

    any_face: bool = True
    """Accept any id as a face id, because Tavus knows faces that a simulated account does not.
    `False` accepts only faces of the account, as Tavus does."""

    plain_names: bool = False
    "Remove punctuation from the names of PALs [wild]."

    wrapped_pal: bool = False
    """Answer a single PAL as ``{"data": [...]}``, as in openapi.yaml [doc]; the official client
    reads it flat [client]."""

    document_seconds: float = 0
    "Seconds until a document is ready; it waits for the first half of them [inferred]."

    training_seconds: float = 0
    "Seconds to train a face or a voice; Tavus takes hours for a face, minutes for a voice [doc]."

    local_tools: bool = False
    "Accept tools with an ``http://`` URL on this machine; Tavus refuses them [doc]."


class AccountIds:
    """Generates ids from a seed. The ids of one kind do not depend on those of another kind."""

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self._counts: Counter[str] = Counter()

    def new(self, prefix: str, *, length: int = 12) -> str:
        """Return `prefix` and that many hex digits, such as ``p1abc173c0433`` for a PAL."""
        return prefix + self._digest(prefix)[:length]

    def uuid(self, kind: str) -> str:
        d = self._digest(kind)
        variant = "89ab"[int(d[16], 16) % 4]
        return f"{d[:8]}-{d[8:12]}-4{d[13:16]}-{variant}{d[17:20]}-{d[20:]}"

    def reset(self, *, seed: int | None = None) -> None:
        """Start over: the same ids come again, or others with a new `seed`."""
        self._seed = self._seed if seed is None else seed
        self._counts.clear()

    def _digest(self, kind: str) -> str:
        self._counts[kind] += 1
        # The separators keep different inputs from joining into the same text.
        material = f"{self._seed}\0{kind}\0{self._counts[kind]}".encode()
        return hashlib.blake2b(material, digest_size=16).hexdigest()


class Callbacks(Protocol):
    """Sends callbacks."""

    def send(self, url: str, body: JsonDict) -> None:
        """Send a body to a `callback_url` in the background. Never raises."""
        ...


class NoCallbacks:
    """Sends nothing."""

    def send(self, url: str, body: JsonDict) -> None:
        """Drop the callback."""


class Alarm:
    """A timer on the server's clock. An account without one checks the time at each request."""

    def __init__(self, clock: Clock) -> None:
        """Wait on `clock`. The owner calls :meth:`cancel` in the end."""
        self._clock = clock
        self._tasks = Tasks()

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        """Schedule an action. Returns at once."""
        self._tasks.spawn(self._run_later(seconds, action))

    async def cancel(self) -> None:
        await self._tasks.cancel()

    async def _run_later(self, seconds: float, action: Callable[[], None]) -> None:
        await self._clock.sleep(seconds)
        action()


class Table(Generic[Row]):
    """The records of one kind in Tavus's own field names, secrets included, the oldest first."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}

    def put(self, key: str, row: Row) -> Row:
        """Add a record, or replace the record of this key in its place."""
        self._rows[key] = row
        return row

    def get(self, key: str) -> Row | None:
        return self._rows.get(key)

    def require(self, key: str, refusal: ApiRefusal) -> Row:
        """Return a record; raise `refusal` if there is none."""
        row = self._rows.get(key)
        if row is None:
            raise refusal
        return row

    def rows(self) -> Iterator[Row]:
        """Yield every record, the oldest first."""
        return iter(self._rows.values())

    def delete(self, key: str) -> None:
        self._rows.pop(key, None)

    def clear(self) -> None:
        self._rows.clear()


class Account:
    """One account of one environment: everything that operations read and change."""

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
        "The server replaces them once it knows its own address."
        self.callbacks: Callbacks = NoCallbacks()
        "The server sets a real sender."
        self.alarm: Alarm | None = None
        "The server sets one, so that documents become ready without a request."
        self.ids = ids
        self.live = live
        self.scripts = scripts
        self._now = now
        self.pals = Table[JsonDict]()
        self.tools = Table[JsonDict]()
        self.skills = Table[JsonDict]()
        self.objectives = Table[JsonDict]()
        self.guardrails = Table[JsonDict]()
        self.pronunciation_dictionaries = Table[JsonDict]()
        self.documents = Table[DocumentRow]()
        self.faces = Table[FaceRow]()
        self.voices = Table[VoiceRow]()
        self.deployments = Table[DeploymentRow]()
        self.builders = Table[BuilderRow]()
        self.conversations = Table[ConversationRow]()
        self.memory_stores = Table[MemoryStoreRow]()

    @property
    def tables(self) -> Mapping[str, Table[Any]]:
        """Every table by its name."""
        tables: dict[str, Table[Any]] = {
            name: value for name, value in vars(self).items() if isinstance(value, Table)
        }
        return tables

    def epoch(self) -> float:
        """Return the time of the account's clock in seconds since 1970."""
        return self._now()

    def timestamp(self) -> str:
        """Return the time in Tavus's format: ISO 8601 in UTC, with microseconds."""
        moment = datetime.fromtimestamp(self._now(), tz=UTC)
        # Tavus writes Z where isoformat writes +00:00.
        return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
