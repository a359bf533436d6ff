"""Recognizes scenario files, and points pytest's collection at them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from pytest_tavus.run.options.settings import Settings

_RULE = "*.yaml and *.yml are scenario files, but not *.pal.yaml nor names that begin with '_'"


_SCENARIOS = re.compile(r"""^\s*\{?\s*["']?(?:turns|scenarios)["']?\s*:""", re.MULTILINE)
"""A key that only scenario files have, at the beginning of a line, at any depth. A false match
costs a line of output; a missed file costs a test."""

_PREFIX_LENGTH = 65_536
"""Characters of a file that are searched for such a key."""


def is_scenario_file(path: Path) -> bool:
    """Decide by the name alone. Names of files that others include begin with ``_``."""
    name = path.name
    if path.suffix.lower() not in {".yaml", ".yml"} or name.startswith("_"):
        return False
    return not name.lower().endswith((".pal.yaml", ".pal.yml"))


def describe_unused_file(config: pytest.Config, settings: Settings) -> str | None:
    """Return a hint if pytest could not use a scenario file because the flag is missing."""
    if settings.scenarios_on:
        return None
    paths = (config.invocation_params.dir / arg.partition("::")[0] for arg in config.args)
    file = next((path for path in paths if is_scenario_file(path) and path.is_file()), None)
    if file is None:
        return None
    return f"hint: {file.name} is run as a scenario file with --tavus-scenarios"


def select(config: pytest.Config, settings: Settings) -> None:
    """Point pytest at the scenarios.

    If the command line has the flag and no path, pytest collects the scenarios alone. Otherwise
    they are added to the other tests, unless a path leads to them already. The reason: a flag in
    `addopts` or a variable must not remove a project's other tests from its run.

    A worker of pytest-xdist gets the command line of its controller and decides the same.

    Raises:
        pytest.UsageError: the path does not exist, or contains no scenario file.

    """
    _require_scenarios(settings)
    argument = f"{settings.scenarios}{settings.scenarios_item}"
    if config.args_source is not pytest.Config.ArgsSource.ARGS and _is_typed(config):
        config.args = [argument]
        config.args_source = pytest.Config.ArgsSource.ARGS
    elif not any(_leads_to_scenarios(config, settings, arg) for arg in config.args):
        config.args = [*config.args, argument]


def _is_typed(config: pytest.Config) -> bool:
    typed = config.invocation_params.args
    return any(str(word).partition("=")[0] == "--tavus-scenarios" for word in typed)


def _path(config: pytest.Config, argument: str) -> Path:
    return Path(os.path.normpath(config.invocation_params.dir / argument.partition("::")[0]))


def _leads_to_scenarios(config: pytest.Config, settings: Settings, argument: str) -> bool:
    path, scenarios = _path(config, argument), settings.scenarios
    return (
        path.is_relative_to(scenarios)
        or is_scenario_file(path)
        or (scenarios.is_relative_to(path) and not settings.scenarios_item)
    )


def _require_scenarios(settings: Settings) -> None:
    where = settings.scenarios
    if not where.exists():
        raise pytest.UsageError(_describe_missing(settings, "there is no such file or directory"))
    if next(_scenario_files(where), None) is None:
        raise pytest.UsageError(_describe_missing(settings, f"no scenario file is there: {_RULE}"))


def describe_empty_collection(settings: Settings) -> str:
    """Explain that the directory has scenario files, but pytest collected none of them."""
    what = "pytest collected no scenario file there: it ignores them, or it looked elsewhere"
    return _describe_missing(settings, what)


def describe_uncollected_files(
    config: pytest.Config, settings: Settings, collected: Collection[str]
) -> Iterator[str]:
    """Yield a line for each scenario file that pytest excluded, if the user asked for all."""
    where = settings.scenarios
    if not any(where.is_relative_to(_path(config, argument)) for argument in config.args):
        return
    for file in sorted(_scenario_files(where)) if collected else ():
        if str(file) not in collected:
            name = os.path.relpath(file, config.rootpath)
            yield f"  not collected {name}: norecursedirs, --ignore or a conftest.py excludes it"
    for file, why in _list_misnamed(where):
        yield f"  not collected {os.path.relpath(file, config.rootpath)}: {why}"


def _list_misnamed(where: Path) -> Iterator[tuple[Path, str]]:
    """Yield files with scenarios that `is_scenario_file` rejects by their names."""
    for file in sorted(_files(where)):
        name = file.name.lower()
        if name.endswith(".json"):
            why = "scenarios are written in YAML; a JSON file is one when it is named *.yaml"
        elif name.endswith((".pal.yaml", ".pal.yml")):
            why = "it has scenarios, and *.pal.yaml is the name of a PAL: rename it"
        else:
            continue
        if _SCENARIOS.search(_read_beginning(file)) is not None:
            yield file, why


def _read_beginning(file: Path) -> str:
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            return opened.read(_PREFIX_LENGTH)
    except OSError:
        return ""


def _describe_missing(settings: Settings, what: str) -> str:
    origin = settings.origins.get("scenarios", "the default")
    advice = "say where they are with --tavus-scenarios=PATH"
    if origin == "--tavus-scenarios":
        advice = (
            "the word after --tavus-scenarios is its PATH; to give pytest a path of its own, "
            "write it first: pytest tests --tavus-scenarios"
        )
    return f"no scenarios in {settings.scenarios} ({origin}): {what}\n    hint: {advice}"


def _scenario_files(where: Path) -> Iterator[Path]:
    return (file for file in _files(where) if is_scenario_file(file))


def _files(where: Path) -> Iterator[Path]:
    if where.is_file():
        yield where
        return
    for directory, below, names in os.walk(where):
        # Hidden directories hold caches and virtual environments, not a user's scenarios.
        below[:] = [name for name in below if not name.startswith(".")]
        yield from (Path(directory, name) for name in names)
