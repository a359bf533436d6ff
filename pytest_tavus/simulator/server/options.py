"""The options of a simulated Tavus, with their ranges. Values only: nothing is opened here."""

from __future__ import annotations

import re
from math import inf, isfinite
from operator import attrgetter
from pathlib import Path
from typing import Literal, cast, get_args

from msgspec import Struct, field

from pytest_tavus.errors import ScenarioError, did_you_mean
from pytest_tavus.scenario.values.model import HandlerSpec
from pytest_tavus.simulator.account.keys import Environment
from pytest_tavus.simulator.account.store.account import AccountOptions
from pytest_tavus.simulator.pal.llm import ModelSettings
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.rooms.played import ScriptOrder

ClockKind = Literal["real", "still"]

_ALIASES = {
    "test_db": "test",
    "dev": "test",
    "local": "test",
    "stage": "stg",
    "staging": "stg",
    "production": "prod",
}
"""Other names of environments that the official client accepts [client]."""

_KEY = re.compile(r"tavus_sim_(prod|stg|test)_[A-Za-z0-9]{8,64}")

_RANGES: tuple[tuple[str, str, tuple[int, float]], ...] = (
    ("port", "the port", (0, 65_535)),
    ("account.concurrency_limit", "the limit of conversations at the same time", (1, inf)),
    ("account.document_seconds", "the seconds until a document is ready", (0, inf)),
    ("account.training_seconds", "the seconds until a training is done", (0, inf)),
    ("live.participants", "the number of participants", (0, inf)),
    ("live.conversation_bytes", "the bytes of a conversation", (1, inf)),
    ("live.open_calls", "the number of open calls", (1, inf)),
    ("live.waiting_lines", "the number of waiting lines", (0, inf)),
    ("live.callbacks.attempts", "the number of attempts of a callback", (1, inf)),
    ("live.callbacks.copies", "the number of copies of a callback", (1, inf)),
)
"""Fields, their names in messages, and their ranges."""


class ServerLimits(Struct, frozen=True, kw_only=True):
    """What one client may demand of the server. The refusal of more gives the reason."""

    body_bytes: int = 4 * 2**20
    stranger_bytes: int = 2**16
    "The longest body without a valid key; with a valid key, bodies above this length are large."

    bodies_bytes: int = 16 * 2**20
    "The large bodies of all requests together."

    path_bytes: int = 2048
    headers: int = 100
    header_seconds: float = 10
    "How long a client may take to send the head of a request."

    body_seconds: float = 20
    "How long a client may take to send the body of a request."

    idle_seconds: int = 30
    "How long a connection stays open between two requests."

    message_bytes: int = 2**20
    "The longest message into a room."

    messages_per_second: float = 200
    "Into a room, by one participant; bursts may hold twice as many."

    bytes_per_second: float = 4 * 2**20
    "Into a room, by one participant; bursts may hold twice as many."

    waiting_messages: int = 1024
    "Messages that wait for one participant who does not read."

    waiting_bytes: int = 2**18
    "Bytes that wait for one participant; a single message may be longer."

    stall_seconds: float = 20
    "How long a participant may take to read one message."


class ServerOptions(Struct, frozen=True, kw_only=True):
    """All options of one server.

    Raises:
        ScenarioError: the API key is no simulated key or belongs to another environment, or a
            number is out of its range.

    """

    seed: int | None = None
    """The ids and the API key are made from the seed. `None`: ids are those of seed 0, and the key
    is new at each start."""

    environment: Environment = "prod"
    "An environment refuses the keys of other environments [client]."

    api_key: str | None = None
    "`None`: made from the seed, or at random without a seed."

    port: int = 0
    "0: any free port."

    control: bool = False
    "Whether the server opens the control plane."

    clock: ClockKind = "real"
    "``still``: no time passes until the control plane says so."

    account: AccountOptions = field(default_factory=AccountOptions)
    "The server overwrites `room_url` with its own address."

    live: LiveOptions = field(default_factory=LiveOptions)

    handler: HandlerSpec | None = None
    """The handler of API tools, as in scenario files. `None`: the handler that the scripts name,
    or else the tool's own URL if the URL is on this machine."""

    scripts: tuple[Path, ...] = ()
    "Scenario files, from which the PALs play conversations."

    script_order: ScriptOrder = "strict"
    "Which turn of a script answers a line that no script expects."

    model: ModelSettings | None = None
    "The language model that decides for every PAL; `None`: the scripts decide."

    auto_approve: bool = False
    "OAuth: the portal approves without a question."

    hosted_names: bool = False
    "MCP tools have the names and the selection of Tavus's hosted server [client]."

    cors: tuple[str, ...] = ()
    "Origins of the pages that may call the server and read its answers."

    limits: ServerLimits = field(default_factory=ServerLimits)
    root: Path = field(default_factory=Path)
    "The base of relative paths."

    def __post_init__(self) -> None:
        if self.api_key is not None:
            _check_key(self.api_key, self.environment)
        for path, name, (least, most) in _RANGES:
            _check_range(name, attrgetter(path)(self), least, most)


def environment_of(word: str) -> Environment:
    """Return the environment of a name or an alias, as the official client reads it [client].

    Raises:
        ScenarioError: Tavus has no environment of that name.

    """
    name = _ALIASES.get(word.strip().lower(), word.strip().lower())
    if name in get_args(Environment):
        return cast("Environment", name)
    known = (*get_args(Environment), *_ALIASES)
    hint = did_you_mean(name, known)
    message = f"{word!r} is no environment of Tavus: expected one of {', '.join(known)}"
    raise ScenarioError(f"{message}; {hint}" if hint else message)


def _check_range(name: str, value: float | None, least: int, most: float) -> None:
    if value is None or (least <= value <= most and isfinite(value)):
        return
    expected = f"{least} or more" if most == inf else f"from {least} to {most}"
    message = f"{name} must be a number, {expected}, not {value}"
    raise ScenarioError(message)


def _check_key(key: str, environment: Environment) -> None:
    """Refuse a key that could be real. The messages do not repeat the key."""
    match = _KEY.fullmatch(key)
    if match is None:
        message = (
            "the API key does not look like a simulated key, and a real key must not be used here: "
            f"leave it out, or write 'tavus_sim_{environment}_' and 8 to 64 letters and digits"
        )
        raise ScenarioError(message)
    if match.group(1) != environment:
        message = (
            f"the API key belongs to the environment {match.group(1)!r}, and the server runs as "
            f"{environment!r}: use a key of the same environment"
        )
        raise ScenarioError(message)
