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
        help="Run the scenarios under PATH. Without this flag or its variable, no YAML file is "
        "read; the ini key only sets the path. Write the flag with '='.",
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
        help="Write the trace of every scenario to a file in DIR.",
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
        help="The seed of conversation and call ids and, if it is given, of the API key of "
        "tavus_server.",
    ),
    Option(
        name="deadline",
        reader=SECONDS,
        default=60.0,
        metavar="SECONDS",
        help="The longest time of a scenario that sets no deadline of its own.",
    ),
    Option(
        name="concurrency",
        reader=number_or("auto"),
        default=1,
        metavar="N",
        help="The most concurrent conversations of a process; 'auto' is 1 if all handlers are "
        "applications in this process, and 8 otherwise.",
    ),
    Option(
        name="max_in_flight",
        reader=whole_number(minimum=1),
        default=None,
        metavar="N",
        help="The most concurrent conversations over all workers of pytest-xdist.",
    ),
    Option(
        name="max_starts",
        reader=whole_number(minimum=1),
        default=None,
        metavar="N",
        help="The most conversations that start in one second, over all workers.",
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
        help="The total time that the conversations of a run may be open, over all workers. A "
        "scenario beyond that is not run and fails.",
    ),
    Option(
        name="run_deadline",
        reader=SECONDS,
        default=None,
        metavar="SECONDS",
        help="The time after the start of the run at which open conversations are ended and no "
        "further conversation starts. A scenario beyond that is not run and fails.",
    ),
    Option(
        name="plan",
        reader=SWITCH,
        default=False,
        metavar="yes|no",
        bare="yes",
        help="Print the plan of the run, without setting up a fixture or opening a conversation.",
    ),
    Option(
        name="results",
        reader=PATH,
        default=None,
        metavar="FILE",
        help="Write the result of every scenario to FILE, one per line; 'pytest-tavus merge' joins "
        "the parts of a split run.",
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
        help="A host that tools may call; '*.example.com' includes all subdomains. Without a port, "
        "every port is allowed. May be repeated. A tool with another host is an error.",
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
        help="Overrides of the simulated PAL's inferred behaviour, one 'key = value' per line, "
        "such as 'on_resolve.generate_response.timeout = nothing'.",
    ),
)
