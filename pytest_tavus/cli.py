"""The command ``pytest-tavus``: what can be asked for without a test run."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version

Command = Callable[[argparse.Namespace], str]
"""Takes the parsed command line and returns what is printed."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 0, or 2 where the command line is wrong."""
    parsed = _parser().parse_args(argv)
    command: Command = parsed.command
    sys.stdout.write(command(parsed))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pytest-tavus", description="Tools beside the plugin.")
    parser.add_argument("--version", action="version", version=f"pytest-tavus {_version()}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, command, summary in (
        ("schema", _schema, "print the JSON Schema of scenario files, for editors"),
        ("options", _options, "print the reference of all options, as Markdown"),
    ):
        commands.add_parser(name, help=summary, description=summary).set_defaults(command=command)
    return parser


def _version() -> str:
    try:
        return version("pytest-tavus")
    except PackageNotFoundError:
        return "(not installed)"


def _schema(_: argparse.Namespace) -> str:
    from pytest_tavus.scenario.schema import json_schema

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _options(_: argparse.Namespace) -> str:
    from pytest_tavus.reference import options_page

    return options_page()
