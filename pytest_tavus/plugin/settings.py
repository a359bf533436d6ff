"""The options as pytest knows them: declares them, and reads what was given.

Every run of pytest loads this module, so it imports what settles the options only when their
values are asked for. No other module talks to pytest's option machinery.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal

import pytest

from pytest_tavus.run.options.table import ENVIRONMENT_PREFIX, OPTIONS, Option

if TYPE_CHECKING:
    from pytest_tavus.run.options.settings import OptionSources, Settings


def add_options(parser: pytest.Parser) -> None:
    """Declare every row to pytest."""
    group = parser.getgroup("tavus", "Tavus scenarios")
    for option in OPTIONS:
        if "flag" in option.places:
            group.addoption(option.flag, **_flag_arguments(option))
        kind: Literal["linelist", "string"] = "linelist" if option.lines else "string"
        parser.addini(option.dest, option.help, type=kind, default=None)


def _flag_arguments(option: Option) -> dict[str, Any]:
    shape: dict[str, Any] = {}
    if option.bare is not None:
        shape = {"nargs": "?", "const": option.bare}
    if option.lines:
        shape = {"action": "append"}
    shape.update(dest=option.dest, metavar=option.metavar, default=None, help=option.help)
    return shape


def has_any_option(config: pytest.Config) -> bool:
    """Tell whether the user gave an option; a run without one has nothing to read."""
    if any(name.startswith(ENVIRONMENT_PREFIX) for name in os.environ):
        return True
    keys = [option.dest for option in OPTIONS]
    try:
        given = [config.getoption(key, None) for key in keys] + [config.getini(key) for key in keys]
    except TypeError:  # a typed value in a TOML file, which is refused when it is read
        return True
    return any(value is not None for value in given)


def read_settings(config: pytest.Config) -> Settings:
    """Resolve every option of this run.

    Raises:
        pytest.UsageError: for a value that is not valid, wherever it was given.

    """
    from pytest_tavus.errors import ScenarioError
    from pytest_tavus.run.options.settings import resolve_settings

    try:
        return resolve_settings(_sources(config))
    except ScenarioError as error:
        raise pytest.UsageError(str(error)) from None
    except TypeError as error:  # a typed value in a TOML file where text belongs
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
