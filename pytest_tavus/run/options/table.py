"""Every option, in one table: flag, environment variable and ini key of a row share one name.

Every run of pytest loads this module, so it imports the standard library only. Knows neither
pytest nor the purpose of an option.
"""

from __future__ import annotations

from typing import Literal

from pytest_tavus.run.options.readers import (
    HOSTS,
    NAMES,
    PAIRS,
    PATH,
    SECONDS,
    SWITCH,
    OptionValue,
    Reader,
    TableRow,
    choice,
    number_or,
    whole_number,
)

Place = Literal["flag", "environment", "ini"]

ENVIRONMENT_PREFIX = "PYTEST_TAVUS_"


class Option(TableRow):
    """One row of the table."""

    name: str
    "The field of the settings. Flag, variable and ini key are derived from it."

    reader: Reader
    default: OptionValue
    help: str
    metavar: str = "VALUE"
    places: frozenset[Place] = frozenset({"flag", "environment", "ini"})
    adds_up: bool = False
    "Whether the value is the union of the lists in all places."

    lines: bool = False
    "Whether the ini file has one value per line."

    bare: str | None = None
    "The value of a flag without text; `None` if the flag requires a text."

    @property
    def flag(self) -> str:
        return f"--tavus-{self.name.replace('_', '-')}"

    @property
    def dest(self) -> str:
        """The ini key, and the name of the flag's value in pytest."""
        return f"tavus_{self.name}"

    @property
    def variable(self) -> str:
        """An empty environment variable counts as absent."""
        return ENVIRONMENT_PREFIX + self.name.upper()


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
