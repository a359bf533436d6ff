"""The command `pytest-tavus`: subcommands that need no test run.

Each subcommand imports its wing when it runs, so that `--version` stays quick. The wing decides
options and behaviour; this module parses the command line and prints.
Add a subcommand here: its parser and a function that returns text or an exit code.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pytest_tavus.simulator.server.extra import (
    describe_missing_extra,
    find_missing_package,
    require_all,
)
from pytest_tavus.simulator.server.flags import add_flags

Command = Callable[[argparse.Namespace], str | int]
"""Returns the text to print, or an exit code if the command has printed its output itself."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or 1 if a server does not start.

    `merge` returns the exit code of the joined run. A wrong command line exits with 2.
    """
    parsed = _parser().parse_args(argv)
    command: Command = parsed.command
    output = command(parsed)
    if isinstance(output, int):
        return output
    sys.stdout.write(output)
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
    summary = "join the parts of a run that was split into one report and one exit code"
    _configure_merge(commands.add_parser("merge", help=summary, description=summary))
    summary = "serve a simulated Tavus on this machine, for any client of Tavus"
    serve = commands.add_parser(
        "serve",
        help=summary,
        description=summary,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_flags(serve)
    serve.set_defaults(command=_serve)
    return parser


def _configure_merge(merge: argparse.ArgumentParser) -> None:
    merge.add_argument(
        "parts",
        metavar="PART",
        nargs="+",
        type=Path,
        help="a directory with results.jsonl and traces, or a file that --tavus-results wrote",
    )
    merge.add_argument("--junit", metavar="FILE", type=Path, help="write one JUnit file")
    merge.add_argument("--trace-dir", metavar="DIR", type=Path, help="copy all traces to DIR")
    merge.add_argument("--results", metavar="FILE", type=Path, help="write one file of results")
    merge.set_defaults(command=_merge)


def _merge(parsed: argparse.Namespace) -> int:
    from pytest_tavus.report import merge

    parts, problems = merge.read_parts(parsed.parts)
    code = merge.exit_code(parts, problems)
    copied = None
    if parsed.trace_dir is not None:
        copied = merge.copy_traces(parsed.parts, parsed.trace_dir)
        parts = merge.with_traces(parts, copied)
    if parsed.junit is not None:
        merge.write_junit(parsed.junit, parts)
    if parsed.results is not None:
        merge.write_results(parsed.results, parts, code)
    lines = list(merge.report(parts, problems))
    if copied is not None:
        lines.append(f"traces: {parsed.trace_dir} ({len(copied)})")
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return code


def _version() -> str:
    try:
        return version("pytest-tavus")
    except PackageNotFoundError:
        return "(not installed)"


def _schema(_: argparse.Namespace) -> str:
    from pytest_tavus.scenario.language.schema import json_schema

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _options(_: argparse.Namespace) -> str:
    from pytest_tavus.run.options.page import options_page

    return options_page()


def _serve(parsed: argparse.Namespace) -> int:
    try:
        require_all()
        from pytest_tavus.simulator.server.command import serve
    except ModuleNotFoundError as error:
        package = find_missing_package(error)
        if package is None:
            raise
        sys.stderr.write(describe_missing_extra("pytest-tavus serve", package) + "\n")
        return 1
    return serve(parsed)
