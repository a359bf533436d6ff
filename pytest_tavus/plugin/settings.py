"""Declares the options to pytest and reads their values from it. No other module does either.

Every run of pytest loads this module, so it imports `settings` only if the user gave an option.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

import pytest

from pytest_tavus.run.options.table import ENVIRONMENT_PREFIX, OPTIONS, Option

if TYPE_CHECKING:
    from pytest_tavus.run.options.settings import OptionSources, Settings


def add_options(parser: pytest.Parser) -> None:
    group = parser.getgroup("tavus", "Tavus scenarios")
    for option in OPTIONS:
        if "flag" in option.places:
            group.addoption(option.flag, **_flag_arguments(option))
        kind: Literal["linelist", "string"] = "linelist" if option.lines else "string"
        parser.addini(option.dest, option.help, type=kind, default=None)


def _flag_arguments(option: Option) -> dict[str, object]:
    arguments: dict[str, object] = {}
    if option.bare is not None:
        arguments = {"nargs": "?", "const": option.bare}
    if option.lines:
        arguments = {"action": "append"}
    return arguments | {
        "dest": option.dest,
        "metavar": option.metavar,
        "default": None,
        "help": option.help,
    }


def has_any_option(config: pytest.Config) -> bool:
    """Tell whether the user gave an option in any place."""
    if any(name.startswith(ENVIRONMENT_PREFIX) for name in os.environ):
        return True
    keys = [option.dest for option in OPTIONS]
    try:
        values = [
            *(config.getoption(key, None) for key in keys),
            *(config.getini(key) for key in keys),
        ]
    except TypeError:  # a typed value in a TOML file; `read_settings` refuses it
        return True
    return any(value is not None for value in values)


def read_settings(config: pytest.Config) -> Settings:
    """Resolve every option of this run.

    Raises:
        pytest.UsageError: for an invalid value in any place.

    """
    from pytest_tavus.errors import ScenarioError
    from pytest_tavus.run.options.settings import resolve_settings

    try:
        return resolve_settings(_sources(config))
    # pytest raises a TypeError for a typed value in a TOML file if the option expects text.
    except (ScenarioError, TypeError) as error:
        raise pytest.UsageError(str(error)) from None


def _sources(config: pytest.Config) -> OptionSources:
    from pytest_tavus.run.options.settings import OptionSources

    ini_file = config.inipath
    return OptionSources(
        flags={option.name: config.getoption(option.dest, None) for option in OPTIONS},
        environment=os.environ,
        ini={option.name: config.getini(option.dest) for option in OPTIONS},
        invocation_dir=config.invocation_params.dir,
        ini_dir=config.rootpath if ini_file is None else ini_file.parent,
        ini_name="the ini file" if ini_file is None else ini_file.name,
    )
