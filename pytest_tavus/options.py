"""Every option, in one table: flag, environment variable and ini key of a row share one name.

A flag beats the environment, which beats the ini file, which beats the default; presence decides,
never truth. Knows neither pytest nor what the options are good for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pytest_tavus.readers import NAMES, PAIRS, PATH, SECONDS, Reader, choice, whole_number

Place = Literal["flag", "environment", "ini"]

ENVIRONMENT_PREFIX = "PYTEST_TAVUS_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One row: everything there is to know of an option."""

    name: str
    "The field of :class:`Settings`. Flag, variable and ini key are made from it."

    reader: Reader
    "Turns the user's text into the value, and says what it expects."

    default: Any
    help: str
    metavar: str = "VALUE"
    places: frozenset[Place] = frozenset({"flag", "environment", "ini"})
    adds_up: bool = False
    "Every place adds to the list; none takes away what another one listed."

    lines: bool = False
    "In the ini file, one value a line."

    @property
    def flag(self) -> str:
        """The command line option."""
        return f"--tavus-{self.name.replace('_', '-')}"

    @property
    def dest(self) -> str:
        """The name under which pytest keeps the flag's value, and the ini key."""
        return f"tavus_{self.name}"

    @property
    def variable(self) -> str:
        """The environment variable. An empty one counts as absent."""
        return ENVIRONMENT_PREFIX + self.name.upper()


_INI: frozenset[Place] = frozenset({"ini"})

OPTIONS: tuple[Option, ...] = (
    Option(
        name="scenarios",
        reader=PATH,
        default="scenarios",
        metavar="PATH",
        help="Run the scenarios found under PATH. Without this flag, or its variable, no YAML "
        "file is touched; the ini key only says where they are. Write it with '='.",
    ),
    Option(
        name="session",
        reader=choice("sim"),
        default="sim",
        metavar="KIND",
        help="Who the PAL is: 'sim' is the simulated one.",
    ),
    Option(
        name="trace_dir",
        reader=PATH,
        default=None,
        metavar="DIR",
        help="Keep the trace of every scenario as a file in DIR.",
    ),
    Option(
        name="trace",
        reader=choice("all", "failed"),
        default="all",
        metavar="WHICH",
        help="Which traces --tavus-trace-dir keeps: 'all', or those of 'failed' scenarios.",
    ),
    Option(
        name="seed",
        reader=whole_number(),
        default=0,
        metavar="N",
        help="The number from which conversation and call ids are made.",
    ),
    Option(
        name="deadline",
        reader=SECONDS,
        default=60.0,
        metavar="SECONDS",
        help="The longest a scenario may take, where it sets no deadline of its own.",
    ),
    Option(
        name="redact",
        reader=NAMES,
        default=(),
        metavar="NAME",
        adds_up=True,
        lines=True,
        help="An environment variable whose value is a secret: it is replaced in traces and "
        "messages. May be repeated; adds to what the other places list.",
    ),
    Option(
        name="redact_headers",
        reader=NAMES,
        default=(),
        places=_INI,
        lines=True,
        help="HTTP headers whose values are secrets, besides those that always are.",
    ),
    Option(
        name="max_file_bytes",
        reader=whole_number(minimum=1),
        default=10_485_760,
        places=_INI,
        help="The largest scenario or PAL file that is read, in bytes.",
    ),
    Option(
        name="simulator",
        reader=PAIRS,
        default={},
        places=_INI,
        lines=True,
        help="Overrides of the simulated PAL's inferred behaviour, one 'key = value' a line, "
        "such as 'on_resolve.generate_response.timeout = nothing'.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every option, resolved. The fields are the rows of :data:`OPTIONS`."""

    scenarios: Path
    "Absolute: a directory or one file."

    scenarios_on: bool = False
    "Somebody asked for scenarios: by the flag or by the environment variable."

    scenarios_item: str = ""
    "What followed the file in the flag's PATH: ``::name of a scenario``."

    session: str = "sim"
    trace_dir: Path | None = None
    trace: Literal["all", "failed"] = "all"
    seed: int = 0
    deadline: float = 60.0
    "Seconds."

    redact: tuple[str, ...] = ()
    "Names of environment variables."

    redact_headers: tuple[str, ...] = ()
    max_file_bytes: int = 10_485_760
    simulator: Mapping[str, str] = field(default_factory=dict[str, str])
    origins: Mapping[str, str] = field(default_factory=dict[str, str])
    "Where each value was given, by the name of its row; a default is not listed."
