"""Writes the reference page of the options from their table."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_tavus.run.options.table import OPTIONS, Option

_HEAD = """\
# Options

Written by `pytest-tavus options`; a test keeps it current.

A flag beats its environment variable, which beats the ini key, which beats the default. A value
counts if it is present, so `0` is a value; an empty environment variable counts as absent. An
invalid value ends the run at once with exit code 4. Paths in a flag or a variable start from the
directory in which pytest was started, paths in the ini file from the directory of that file. A list
in a variable is separated by spaces or commas. A variable that begins with `PYTEST_TAVUS_` and
belongs to no option is refused.

The header of every run with scenarios shows the values in effect.
"""


def options_page() -> str:
    return "\n".join([_HEAD, *(line for option in OPTIONS for line in _section(option))])


def _section(option: Option) -> Iterator[str]:
    yield f"## {option.name}\n"
    yield f"{option.help}\n"
    yield "| | |\n|---|---|"
    yield from (f"| {label} | {value} |" for label, value in _rows(option))
    yield ""


def _rows(option: Option) -> Iterator[tuple[str, str]]:
    if "flag" in option.places:
        value = f"={option.metavar}"
        yield "flag", f"`{option.flag}{value if option.bare is None else f'[{value}]'}`"
    if "environment" in option.places:
        yield "variable", f"`{option.variable}`"
    yield "ini key", f"`{option.dest}`" + (", one value per line" if option.lines else "")
    yield "expects", option.reader.expects
    yield "default", _default(option)


def _default(option: Option) -> str:
    if isinstance(option.default, bool):
        return "`yes`" if option.default else "`no`"
    return "none" if option.default in (None, (), {}) else f"`{option.default}`"
