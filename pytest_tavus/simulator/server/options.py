"""What a simulated Tavus is started with. Values only: nothing is opened here."""

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
"""Other words that the official client takes for an environment [client]."""

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
"""Fields, what messages call them, and the least and the most that they can be."""


class ServerLimits(Struct, frozen=True, kw_only=True):
    """What one client may ask of the server. Beyond it the client hears why."""

    body_bytes: int = 4 * 2**20
    stranger_bytes: int = 2**16
    "A body of a request that names no known key; of any other, what does not count as large."

    bodies_bytes: int = 16 * 2**20
    "Large bodies of all requests together."

    path_bytes: int = 2048
    headers: int = 100
    header_seconds: float = 10
    "Until the head of a request must be there."

    body_seconds: float = 20
    "Until the body of a request must be there."

    idle_seconds: int = 30
    "How long a connection stays open between two requests."

    message_bytes: int = 2**20
    "One message into a room."

    messages_per_second: float = 200
    "Into a room, by one participant; twice as many may come at once."

    bytes_per_second: float = 4 * 2**20
    "Into a room, by one participant; twice as many may come at once."

    waiting_messages: int = 1024
    "Out of a room, for one participant who does not read them."

    waiting_bytes: int = 2**18
    "Out of a room, for one participant; one message alone may be longer."

    stall_seconds: float = 20
    "How long a participant may take to read one message."


class ServerOptions(Struct, frozen=True, kw_only=True):
    """Everything a server is started with.

    Raises:
        ScenarioError: the API key is not one of a simulator's, or of another environment; or a
            number is out of its range.

    """

    seed: int | None = None
    """Every id is made from it, and the API key. `None`: ids are those of seed 0, and the key is
    another at each start."""

    environment: Environment = "prod"
    "A key of one environment is refused by another [client]."

    api_key: str | None = None
    "`None`: made from the seed, without one from randomness."

    port: int = 0
    "0: any that is free."

    control: bool = False
    "The control plane is there."

    clock: ClockKind = "real"
    "``still``: no time passes until the control plane says so."

    account: AccountOptions = field(default_factory=AccountOptions)
    "What an account may do; where its rooms are is settled by the server."

    live: LiveOptions = field(default_factory=LiveOptions)
    "How conversations are held."

    handler: HandlerSpec | None = None
    """Who takes the calls of API tools, as in scenario files; `None`: the handler that the scripts
    name, else the tool's own URL where that is on this machine."""

    scripts: tuple[Path, ...] = ()
    "Scenario files that conversations are played from."

    script_order: ScriptOrder = "strict"
    "Which turn of a script answers a line that no script expects."

    model: ModelSettings | None = None
    "The language model that decides for every PAL; `None`: the scripts do."

    auto_approve: bool = False
    "OAuth: the portal agrees without asking anybody. Must be asked for."

    hosted_names: bool = False
    "MCP tools are named and chosen as Tavus's hosted server does [client]."

    cors: tuple[str, ...] = ()
    "Origins of pages that may call the server and read its answers."

    limits: ServerLimits = field(default_factory=ServerLimits)
    root: Path = field(default_factory=Path)
    "What relative paths are meant from."

    def __post_init__(self) -> None:
        if self.api_key is not None:
            _check_key(self.api_key, self.environment)
        for path, what, (least, most) in _RANGES:
            _check_range(what, attrgetter(path)(self), least, most)


def environment_of(word: str) -> Environment:
    """Return the environment that a word stands for, as the official client reads it [client].

    Raises:
        ScenarioError: for any other word.

    """
    name = _ALIASES.get(word.strip().lower(), word.strip().lower())
    if name in get_args(Environment):
        return cast("Environment", name)
    known = (*get_args(Environment), *_ALIASES)
    hint = did_you_mean(name, known)
    message = f"{word!r} is no environment of Tavus: expected one of {', '.join(known)}"
    raise ScenarioError(f"{message}; {hint}" if hint else message)


def _check_range(what: str, value: float | None, least: int, most: float) -> None:
    if value is None or (least <= value <= most and isfinite(value)):
        return
    expected = f"{least} or more" if most == inf else f"from {least} to {most}"
    message = f"{what} must be a number, {expected}, not {value}"
    raise ScenarioError(message)


def _check_key(key: str, environment: Environment) -> None:
    """Let only keys pass that could never be anybody's. What was given is not repeated."""
    match = _KEY.fullmatch(key)
    if match is None:
        message = (
            "the API key does not look like a simulated one, and a real key has no business here: "
            f"leave it out, or write 'tavus_sim_{environment}_' and 8 to 64 letters and digits"
        )
        raise ScenarioError(message)
    if match.group(1) != environment:
        message = (
            f"the API key is one of the environment {match.group(1)!r}, and the server is to be "
            f"{environment!r}: a key belongs to one environment"
        )
        raise ScenarioError(message)
