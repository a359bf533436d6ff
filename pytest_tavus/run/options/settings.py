"""Resolves the options of one run from flags, environment variables and the ini file.

A flag beats the environment, which beats the ini file, which beats the default. A value counts if
it is present, even if it is false. Knows neither pytest nor the purpose of an option.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct, field

from pytest_tavus.errors import Problem, ScenarioError, did_you_mean, find_closest
from pytest_tavus.run.options.readers import OptionSource, OptionValue, Reader, UnreadableError
from pytest_tavus.run.options.table import ENVIRONMENT_PREFIX, OPTIONS, Option


class Settings(Struct, frozen=True, kw_only=True):
    """Every option, resolved. The fields are the rows of ``table.OPTIONS``."""

    scenarios: Path
    "Absolute: a directory or one file."

    scenarios_on: bool = False
    "Whether the flag or the environment variable asks for scenarios."

    scenarios_item: str = ""
    "The rest of the flag's PATH after the file: ``::name of a scenario``."

    session: str = "sim"
    trace_dir: Path | None = None
    trace: Literal["all", "failed"] = "all"
    seed: int = 0
    deadline: float = 60.0
    "Seconds."

    concurrency: int | Literal["auto"] = 1
    max_in_flight: int | None = None
    max_starts: int | None = None
    "Per second."

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
    "If empty, tools may call every host."

    max_file_bytes: int = 10_485_760
    simulator: Mapping[str, str] = field(default_factory=dict[str, str])
    origins: Mapping[str, str] = field(default_factory=dict[str, str])
    "The place of each value, by the name of its row, without the defaults."


class OptionSources(Struct, frozen=True, kw_only=True):
    """The texts that the user wrote, by place, and the directories of relative paths."""

    flags: Mapping[str, str | Sequence[str] | None]
    environment: Mapping[str, str]
    ini: Mapping[str, str | Sequence[str] | None]
    invocation_dir: Path
    ini_dir: Path
    ini_name: str = "the ini file"


def resolve_settings(sources: OptionSources) -> Settings:
    """Choose, read and check every value.

    Raises:
        ScenarioError: for an invalid value, or a variable of no option.

    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for option in OPTIONS:
        given = _collect_sources(option, sources)
        if given:
            origins[option.name] = ", ".join(source.place for source in given)
        values[option.name] = _value(option, given, sources)
    on = sources.flags.get("scenarios") is not None or bool(_variable("scenarios", sources))
    if on:  # a stray variable must not stop a run without scenarios
        _refuse_unknown_variables(sources.environment)
    where, item = _split_item(values.pop("scenarios"))
    return Settings(
        scenarios=where, scenarios_on=on, scenarios_item=item, origins=origins, **values
    )


def _collect_sources(option: Option, sources: OptionSources) -> list[OptionSource]:
    """Return the places of an option, the strongest first; all of them only if it adds up."""
    flag = sources.flags.get(option.name)
    if option.name == "scenarios" and not flag:
        flag = None  # a flag without PATH turns scenarios on; another place gives the path
    places = [
        (option.flag, flag, sources.invocation_dir),
        (option.variable, _variable(option.name, sources), sources.invocation_dir),
        (f"{option.dest} in {sources.ini_name}", sources.ini.get(option.name), sources.ini_dir),
    ]
    given = [
        OptionSource(
            place=place, texts=(texts,) if isinstance(texts, str) else tuple(texts), start=start
        )
        for place, texts, start in places
        if texts is not None
    ]
    return given if option.adds_up else given[:1]


def _variable(name: str, sources: OptionSources) -> str | Sequence[str] | None:
    option = next(option for option in OPTIONS if option.name == name)
    text = sources.environment.get(option.variable, "")
    if not text or "environment" not in option.places:
        return None
    return tuple(text.replace(",", " ").split()) if option.lines else text


def _value(option: Option, given: Sequence[OptionSource], sources: OptionSources) -> OptionValue:
    if not given:
        default = option.default
        return sources.ini_dir / str(default) if option.name == "scenarios" else default
    values = [_read(option.reader, source) for source in given]
    if not option.adds_up:
        return values[0]
    lists = [value for value in values if isinstance(value, tuple)]
    return tuple(dict.fromkeys(name for names in lists for name in names))


def _read(reader: Reader, source: OptionSource) -> OptionValue:
    try:
        return reader.convert(source)
    except UnreadableError as error:
        message = f"{source.place}: got {error.text!r}, expected {reader.expects}"
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
            closest = find_closest(own, [each.removeprefix(ENVIRONMENT_PREFIX) for each in known])
            hint = f"they are {', '.join(known)}"
            if closest is not None:
                hint = f"did you mean {ENVIRONMENT_PREFIX}{closest}?"
            raise ScenarioError(Problem(message=message, hint=hint))


_UNSET: tuple[object, ...] = (None, ())


def header_line(settings: Settings) -> str:
    """Format the effective values and their places for pytest's session header."""
    parts: list[str] = []
    for option in OPTIONS:
        value = getattr(settings, option.name)
        unset = value is False or value in _UNSET
        origin = settings.origins.get(option.name)
        if origin is not None:
            parts.append(f"{option.name}={_format_value(value)} ({origin})")
        elif not unset and "flag" in option.places:
            parts.append(f"{option.name}={_format_value(value)}")
    return f"tavus: {', '.join(parts)}"


def _format_value(value: OptionValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {text}" for key, text in value.items()) + "}"
    if isinstance(value, Path):
        return os.path.relpath(value)
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value)
