"""The options of one run, settled from what the user gave in three places.

A flag beats the environment, which beats the ini file, which beats the default; presence decides,
never truth. Knows neither pytest nor what the options are good for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

from msgspec import Struct, field

from pytest_tavus.errors import Problem, ScenarioError, did_you_mean, find_closest
from pytest_tavus.run.options.readers import OptionSource, Reader, UnreadableError
from pytest_tavus.run.options.table import ENVIRONMENT_PREFIX, OPTIONS, Option


class Settings(Struct, frozen=True, kw_only=True):
    """Every option, resolved. The fields are the rows of ``option.OPTIONS``."""

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


class OptionSources(Struct, frozen=True, kw_only=True):
    """What the user gave, as text, in each place; and the directories that paths start from."""

    flags: Mapping[str, str | Sequence[str] | None]
    environment: Mapping[str, str]
    ini: Mapping[str, str | Sequence[str] | None]
    invocation_dir: Path
    ini_dir: Path
    ini_name: str = "the ini file"


def resolve_settings(sources: OptionSources) -> Settings:
    """Choose, read and check every value. Pure: the same sources give the same settings.

    Raises:
        ScenarioError: for a value that is not valid, or a variable that is no option's.

    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for option in OPTIONS:
        given = _collect_sources(option, sources)
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


def _collect_sources(option: Option, sources: OptionSources) -> list[OptionSource]:
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
        OptionSource(
            place=place, texts=(texts,) if isinstance(texts, str) else tuple(texts), start=start
        )
        for place, texts, start in found
        if texts is not None
    ]
    return given if option.adds_up else given[:1]


def _variable(name: str, sources: OptionSources) -> str | Sequence[str] | None:
    option = next(option for option in OPTIONS if option.name == name)
    text = sources.environment.get(option.variable, "")
    if not text or "environment" not in option.places:
        return None
    return tuple(text.replace(",", " ").split()) if option.lines else text


def _value(option: Option, given: Sequence[OptionSource], sources: OptionSources) -> Any:
    if not given:
        default = option.default
        return sources.ini_dir / default if option.name == "scenarios" else default
    read = [_read(option.reader, one) for one in given]
    if not option.adds_up:
        return read[0]
    return tuple(dict.fromkeys(name for listed in read for name in listed))


def _read(reader: Reader, given: OptionSource) -> Any:
    try:
        return reader.convert(given)
    except UnreadableError as error:
        message = f"{given.place}: got {error.text!r}, expected {reader.expects}"
        hint = did_you_mean(error.text, reader.words)
        raise ScenarioError(Problem(message=message, hint=hint)) from None


def _split_item(where: Path) -> tuple[Path, str]:
    file, separator, item = str(where).partition("::")
    return Path(os.path.normpath(file)), separator + item


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    known = [option.variable for option in OPTIONS if "environment" in option.places]
    for name in sorted(environment):
        if name.startswith(ENVIRONMENT_PREFIX) and name not in known:
            message = f"{name} is not a variable of pytest-tavus"
            own = name.removeprefix(ENVIRONMENT_PREFIX)
            near = find_closest(own, [one.removeprefix(ENVIRONMENT_PREFIX) for one in known])
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
            shown.append(f"{option.name}={_format_value(value)}{_origin(settings, option.name)}")
    return f"tavus: {', '.join(shown)}"


def _origin(settings: Settings, name: str) -> str:
    origin = settings.origins.get(name)
    return f" ({origin})" if origin is not None else ""


def _format_value(value: Any) -> str:
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
