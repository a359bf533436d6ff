"""Every option, in one table: flag, environment variable and ini key of a row share one name.

A flag beats the environment, which beats the ini file, which beats the default; presence decides,
never truth. Knows neither pytest nor what the options are good for.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from pytest_tavus.option import ENVIRONMENT_PREFIX, Option, Place
from pytest_tavus.readers import (
    HOSTS,
    NAMES,
    PAIRS,
    PATH,
    SECONDS,
    SWITCH,
    choice,
    number_or,
    whole_number,
)

__all__ = ["ENVIRONMENT_PREFIX", "OPTIONS", "Option", "Place", "Settings"]

_INI: frozenset[Place] = frozenset({"ini"})

OPTIONS: tuple[Option, ...] = (
    Option(
        name="scenarios",
        reader=PATH,
        default="scenarios",
        metavar="PATH",
        bare="",
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
        help="The number from which conversation and call ids are made; where it is given, the API "
        "key of tavus_server too.",
    ),
    Option(
        name="deadline",
        reader=SECONDS,
        default=60.0,
        metavar="SECONDS",
        help="The longest a scenario may take, where it sets no deadline of its own.",
    ),
    Option(
        name="concurrency",
        reader=number_or("auto"),
        default=1,
        metavar="N",
        help="The most conversations that a process holds at once; 'auto' is 1 where all handlers "
        "are applications in this process, and 8 otherwise.",
    ),
    Option(
        name="max_in_flight",
        reader=whole_number(minimum=1),
        default=None,
        metavar="N",
        help="The most conversations at once over all workers of pytest-xdist.",
    ),
    Option(
        name="max_starts",
        reader=whole_number(minimum=1),
        default=None,
        metavar="N",
        help="The most conversations that are opened in a second, over all workers.",
    ),
    Option(
        name="max_conversations",
        reader=whole_number(minimum=1),
        default=None,
        metavar="N",
        help="The most conversations that a run opens, over all workers. A scenario beyond them is "
        "not run and fails.",
    ),
    Option(
        name="max_connected",
        reader=SECONDS,
        default=None,
        metavar="SECONDS",
        help="The longest that all conversations of a run may be open together, over all workers. "
        "A scenario beyond that is not run and fails.",
    ),
    Option(
        name="run_deadline",
        reader=SECONDS,
        default=None,
        metavar="SECONDS",
        help="The time from the beginning of the run after which no conversation is opened and "
        "open ones are ended. A scenario beyond that is not run and fails.",
    ),
    Option(
        name="plan",
        reader=SWITCH,
        default=False,
        metavar="yes|no",
        bare="yes",
        help="Say what would run, and how, without setting up a fixture or opening a conversation.",
    ),
    Option(
        name="results",
        reader=PATH,
        default=None,
        metavar="FILE",
        help="Write what came of every scenario to FILE, one a line: 'pytest-tavus merge' joins "
        "the parts of a run that was split.",
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
        name="hosts",
        reader=HOSTS,
        default=(),
        metavar="HOST",
        lines=True,
        help="A host that tools may call, '*.example.com' with all below it; without a port, at "
        "any. May be repeated. A tool with another host is an error.",
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


class Settings(Struct, frozen=True, kw_only=True):
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

    concurrency: int | Literal["auto"] = 1
    max_in_flight: int | None = None
    max_starts: int | None = None
    "A second."

    max_conversations: int | None = None
    max_connected: float | None = None
    "Seconds."

    run_deadline: float | None = None
    "Seconds."

    plan: bool = False
    results: Path | None = None
    redact: tuple[str, ...] = ()
    "Names of environment variables."

    redact_headers: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    "Empty: tools may call any."

    max_file_bytes: int = 10_485_760
    simulator: Mapping[str, str] = field(default_factory=dict[str, str])
    origins: Mapping[str, str] = field(default_factory=dict[str, str])
    "Where each value was given, by the name of its row; a default is not listed."
