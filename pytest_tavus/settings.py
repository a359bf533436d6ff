"""From what the user gave, in three places, to the settings of this run.

The only module that talks to pytest's option machinery.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

import pytest
from msgspec import Struct

from pytest_tavus.errors import Problem, ScenarioError, closest
from pytest_tavus.options import ENVIRONMENT_PREFIX, OPTIONS, Option, Settings
from pytest_tavus.readers import Given


class Sources(Struct, frozen=True, kw_only=True):
    """What the user gave, as text, in each place; and the directories that paths start from."""

    flags: Mapping[str, str | Sequence[str] | None]
    environment: Mapping[str, str]
    ini: Mapping[str, str | Sequence[str] | None]
    invocation_dir: Path
    ini_dir: Path
    ini_name: str = "the ini file"


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


def read_settings(config: pytest.Config) -> Settings:
    """Resolve every option of this run.

    Raises:
        pytest.UsageError: for a value that is not valid, wherever it was given.

    """
    try:
        return settle(_sources(config))
    except ScenarioError as error:
        raise pytest.UsageError(str(error)) from None
    except TypeError as error:  # a typed value in a TOML file where text belongs
        raise pytest.UsageError(str(error)) from None


def _sources(config: pytest.Config) -> Sources:
    ini_file = config.inipath
    return Sources(
        flags={option.name: config.getoption(option.dest, None) for option in OPTIONS},
        environment=os.environ,
        ini={option.name: config.getini(option.dest) for option in OPTIONS},
        invocation_dir=config.invocation_params.dir,
        ini_dir=config.rootpath if ini_file is None else ini_file.parent,
        ini_name="the ini file" if ini_file is None else ini_file.name,
    )


def settle(sources: Sources) -> Settings:
    """Choose, read and check every value. Pure: the same sources give the same settings.

    Raises:
        ScenarioError: for a value that is not valid, or a variable that is no option's.

    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for option in OPTIONS:
        given = _given(option, sources)
        if given:
            origins[option.name] = ", ".join(one.place for one in given)
        values[option.name] = _value(option, given, sources)
    on = sources.flags.get("scenarios") is not None or bool(_variable("scenarios", sources))
    if on:  # what is none of ours must not trouble a run that does not ask for us
        _refuse_unknown_variables(sources.environment)
    where, item = _split_item(values.pop("scenarios"))
    return Settings(
        scenarios=where, scenarios_on=on, scenarios_item=item, origins=origins, **values
    )


def _given(option: Option, sources: Sources) -> list[Given]:
    """Return where the option was given, the strongest place first; only that one as a rule."""
    flag = sources.flags.get(option.name)
    if option.name == "scenarios" and not flag:
        flag = None  # the flag alone turns them on and leaves the place to others
    found = [
        (option.flag, flag, sources.invocation_dir),
        (option.variable, _variable(option.name, sources), sources.invocation_dir),
        (f"{option.dest} in {sources.ini_name}", sources.ini.get(option.name), sources.ini_dir),
    ]
    given = [
        Given(place=place, texts=(texts,) if isinstance(texts, str) else tuple(texts), start=start)
        for place, texts, start in found
        if texts is not None
    ]
    return given if option.adds_up else given[:1]


def _variable(name: str, sources: Sources) -> str | Sequence[str] | None:
    option = next(option for option in OPTIONS if option.name == name)
    text = sources.environment.get(option.variable, "")
    if not text or "environment" not in option.places:
        return None
    return tuple(text.replace(",", " ").split()) if option.lines else text


def _value(option: Option, given: Sequence[Given], sources: Sources) -> Any:
    if not given:
        default = option.default
        return sources.ini_dir / default if option.name == "scenarios" else default
    read = [option.reader.read(one) for one in given]
    if not option.adds_up:
        return read[0]
    return tuple(dict.fromkeys(name for listed in read for name in listed))


def _split_item(where: Path) -> tuple[Path, str]:
    file, separator, item = str(where).partition("::")
    return Path(os.path.normpath(file)), separator + item


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    known = [option.variable for option in OPTIONS if "environment" in option.places]
    for name in sorted(environment):
        if name.startswith(ENVIRONMENT_PREFIX) and name not in known:
            message = f"{name} is not a variable of pytest-tavus"
            own = name.removeprefix(ENVIRONMENT_PREFIX)
            near = closest(own, [one.removeprefix(ENVIRONMENT_PREFIX) for one in known])
            meant = None if near is None else f"did you mean {ENVIRONMENT_PREFIX}{near}?"
            hint = meant or f"they are {', '.join(known)}"
            raise ScenarioError(Problem(message=message, hint=hint))


_UNSET: tuple[object, ...] = (None, ())


def header_line(settings: Settings) -> str:
    """Write the effective values for the session header, with where they were given."""
    shown: list[str] = []
    for option in OPTIONS:
        value = getattr(settings, option.name)
        unset = value is False or value in _UNSET
        if option.name in settings.origins or (not unset and "flag" in option.places):
            shown.append(f"{option.name}={_shown(value)}{_origin(settings, option.name)}")
    return f"tavus: {', '.join(shown)}"


def _origin(settings: Settings, name: str) -> str:
    origin = settings.origins.get(name)
    return f" ({origin})" if origin is not None else ""


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, str]", value)
        return "{" + ", ".join(f"{key} = {word}" for key, word in pairs.items()) + "}"
    if isinstance(value, Path):
        return os.path.relpath(value)
    if isinstance(value, tuple):
        return ",".join(cast("tuple[str, ...]", value))
    return str(value)
