"""A simulated Tavus account: tables of JSON records, ids, alarms, callbacks and options."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

from pytest_tavus.clock import Clock
from pytest_tavus.contract.body import Json
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
    """Conversations at the same time; `None` is no limit. Tavus has one for each plan; its number
    is not told by the API, its refusal is [wild]."""

    room_url: str = "https://tavus.daily.co"
    "What a `conversation_url` begins with; the id of the conversation is its last step."

    any_face: bool = True
    """Any id is taken for that of a face. `False`: only those of the account, as at Tavus, which
    knows faces that a simulated account was never told of."""

    plain_names: bool = False
    "Punctuation is taken out of a PAL's name [wild]."

    wrapped_pal: bool = False
    """One PAL is answered as ``{"data": [...]}``, as openapi.yaml shows it [doc]; the official
    client reads it flat [client]."""

    document_seconds: float = 0
    "How long a document takes until it is ready, half of it waiting [inferred]."

    training_seconds: float = 0
    "How long a face is trained, which is hours at Tavus, and a voice, which is minutes [doc]."

    local_tools: bool = False
    "The URL of a tool may be a plain one of this machine, ``http://``; Tavus refuses it [doc]."


class AccountIds:
    """Gives ids by kind. A kind's ids do not depend on how many of another kind were given."""

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self._counts: Counter[str] = Counter()

    def new(self, prefix: str, *, length: int = 12) -> str:
        """Return `prefix` and that many hex digits, such as ``p1abc173c0433`` for a PAL."""
        return prefix + self._digest(prefix)[:length]

    def uuid(self, kind: str) -> str:
        """Return a UUID of version 4."""
        d = self._digest(kind)
        variant = "89ab"[int(d[16], 16) % 4]
        return f"{d[:8]}-{d[8:12]}-4{d[13:16]}-{variant}{d[17:20]}-{d[20:]}"

    def reset(self, *, seed: int | None = None) -> None:
        """Begin anew: the ids that were given will be given again; with `seed`, others."""
        self._seed = self._seed if seed is None else seed
        self._counts.clear()

    def _digest(self, kind: str) -> str:
        self._counts[kind] += 1
        material = f"{self._seed}\0{kind}\0{self._counts[kind]}".encode()
        return hashlib.blake2b(material, digest_size=16).hexdigest()


class Callbacks(Protocol):
    """Whoever sends callbacks."""

    def send(self, url: str, body: Json) -> None:
        """Send a body to a `callback_url`. Returns at once, and never raises."""
        ...


class NoCallbacks:
    """Sends nothing: for an account that nobody listens to."""

    def send(self, url: str, body: Json) -> None:
        """Do nothing."""


class Alarm:
    """Rings by the server's clock. Without one, an account learns of time when it is asked."""

    def __init__(self, clock: Clock) -> None:
        """Wait on `clock`; whoever makes one silences it in the end."""
        self._clock = clock
        self._tasks = Tasks()

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something once so many seconds have passed. Returns at once."""
        self._tasks.spawn(self._ring(seconds, action))

    async def cancel(self) -> None:
        await self._tasks.cancel()

    async def _ring(self, seconds: float, action: Callable[[], None]) -> None:
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
        self._now = now
        self.pals = Table[Json]()
        self.tools = Table[Json]()
        self.skills = Table[Json]()
        self.objectives = Table[Json]()
        self.guardrails = Table[Json]()
        self.pronunciation_dictionaries = Table[Json]()
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
        return {name: value for name, value in vars(self).items() if isinstance(value, Table)}

    def epoch(self) -> float:
        """Return the seconds since 1970, by the account's clock."""
        return self._now()

    def timestamp(self) -> str:
        """Return the time as Tavus writes it: ISO 8601 in UTC, with microseconds."""
        moment = datetime.fromtimestamp(self._now(), tz=UTC)
        return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
