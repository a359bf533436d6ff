"""Placeholders that are filled before or during play: `{row.x}`, `{env.X}`, `{saved.x}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.matchers import Matcher
from pytest_tavus.scenario.rule import Ruled, expected_calls
from pytest_tavus.scenario.templates import placeholders, root
from pytest_tavus.spans import Loc


def texts(value: Any, at: Loc) -> Iterator[tuple[Loc, str]]:
    """Yield every text in a value that may hold a placeholder, with its path."""
    if isinstance(value, str):
        if "{" in value:
            yield at, value
    elif isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            yield from texts(item, (*at, key))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(cast("list[Any]", value)):
            yield from texts(item, (*at, index))
    elif isinstance(value, Matcher):
        yield from ((at, text) for _, text in texts(value.payload, at))


def known_values(ruled: Ruled, data: Mapping[str, Any], at: Loc) -> None:
    """Refuse `{env.X}` for a variable that `env` does not name, and `{row.x}` without rows."""
    for here, text in texts(data, at):
        for placeholder in placeholders(text):
            name = placeholder.partition(".")[2]
            if root(placeholder) == "row":
                message = f"{{{placeholder}}} reads a row, and there are none"
                ruled.complain(here, message, "write parametrize: with a list of rows")
            elif root(placeholder) == "env" and name not in ruled.scenario.env:
                message = f"the environment variable {name!r} is not among those under env"
                hint = did_you_mean(name, ruled.scenario.env) or f"write env: [{name}]"
                ruled.complain(here, message, hint)


def saved_before_used(ruled: Ruled, data: Mapping[str, Any], at: Loc) -> None:
    """Refuse `{saved.x}` for what is never saved, or saved only later.

    What a turn's calls leave behind can be read in the same turn, but not in the caller's line.
    """
    used = [
        (here, placeholder)
        for here, text in texts(data.get("turns"), (*at, "turns"))
        for placeholder in placeholders(text)
        if root(placeholder) == "saved"
    ]
    if not used:
        return
    first: dict[str, int] = {}
    for turn in ruled.scenario.turns:
        calls = (name for call in expected_calls(turn.calls) for name in call.save)
        for name in (*turn.save, *calls):
            first.setdefault(name, cast("int", turn.at[-1]))
    for here, placeholder in used:
        _check(ruled, here, placeholder, first, depth=len(at) + 1)


def _check(
    ruled: Ruled, here: Loc, placeholder: str, first: Mapping[str, int], *, depth: int
) -> None:
    name = placeholder.partition(".")[2].partition(".")[0].partition("[")[0]
    turn = cast("int", here[depth])
    if name not in first:
        hint = did_you_mean(name, first) or f"write save: {{{name}: result.<path>}} on a call"
        ruled.complain(here, f"nothing is saved as {name!r}", hint)
    elif first[name] > turn or (first[name] == turn and here[depth + 1 :] == ("user",)):
        message = f"{{{placeholder}}} is used before {name!r} is saved"
        ruled.complain(here, message, "a turn can use what earlier turns save")
