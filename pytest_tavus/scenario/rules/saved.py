"""Placeholders that are filled before or during play: `{row.x}`, `{env.X}`, `{saved.x}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from msgspec import Struct

from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.scenario.rules.rule import RuleContext, list_expected_calls
from pytest_tavus.scenario.text.plain import is_dict, is_list, is_tuple
from pytest_tavus.scenario.values.model import CallGroup
from pytest_tavus.scenario.values.templates import placeholders, root
from pytest_tavus.spans import Loc


class PlaceholderUse(Struct, frozen=True):
    """A placeholder where it is used."""

    at: Loc
    path: str
    "Without braces."


def collect_placeholders(value: Any, at: Loc) -> tuple[PlaceholderUse, ...]:
    """Return every placeholder in the texts of a value."""
    found: list[PlaceholderUse] = []
    _collect(value, at, found)
    return tuple(found)


def _collect(value: Any, at: Loc, found: list[PlaceholderUse]) -> None:
    if isinstance(value, str):
        if "{" in value:
            found.extend(PlaceholderUse(at, path) for path in placeholders(value))
    elif is_dict(value):
        for key, item in value.items():
            # Most values are text without a placeholder: no path is made for them.
            if "{" in item if isinstance(item, str) else isinstance(item, (dict, list, Matcher)):
                _collect(item, (*at, key), found)
    elif is_list(value):
        for index, item in enumerate(value):
            _collect(item, (*at, index), found)
    elif isinstance(value, Matcher):
        inner: list[PlaceholderUse] = []
        payload = value.payload
        _collect(list(payload) if is_tuple(payload) else payload, (), inner)
        found.extend(PlaceholderUse(at, one.path) for one in inner)


def check_placeholder_values(ruled: RuleContext, placed: Iterable[PlaceholderUse]) -> None:
    """Refuse `{env.X}` for a variable that `env` does not name, and `{row.x}` without rows."""
    for one in placed:
        kind, _, name = one.path.partition(".")
        if kind == "row":
            message = f"{{{one.path}}} reads a row, and there are none"
            ruled.complain(one.at, message, "write parametrize: with a list of rows")
        elif kind == "env" and name not in ruled.scenario.env:
            message = f"the environment variable {name!r} is not among those under env"
            hint = did_you_mean(name, ruled.scenario.env) or f"write env: [{name}]"
            ruled.complain(one.at, message, hint)


def check_saved_values(ruled: RuleContext, placed: Iterable[PlaceholderUse]) -> None:
    """Refuse `{saved.x}` for what is never saved, or saved only later.

    What a turn's calls leave behind can be read in the same turn, but not in the caller's line,
    and not by an expected call that no other one can leave it to.
    """
    asking = [one for one in placed if one.path.startswith("saved.")]
    if not asking:
        return
    first: dict[str, int] = {}
    for turn in ruled.scenario.turns:
        calls = (name for call in list_expected_calls(turn.calls) for name in call.save)
        for name in (*turn.save, *calls):
            first.setdefault(name, cast("int", turn.at[-1]))
    for one in asking:
        _check(ruled, one, first)


def _check(ruled: RuleContext, one: PlaceholderUse, first: Mapping[str, int]) -> None:
    name = root(one.path.removeprefix("saved."))
    if name not in first:
        hint = did_you_mean(name, first) or f"write save: {{{name}: result.<path>}} on a call"
        ruled.complain(one.at, f"nothing is saved as {name!r}", hint)
        return
    inside = one.at[len(ruled.scenario.at) :]
    if inside[:1] != ("turns",):
        return
    turn = cast("int", inside[1])
    message = f"{{{one.path}}} is used before {name!r} is saved"
    if first[name] > turn or (first[name] == turn and inside[2:] == ("user",)):
        ruled.complain(one.at, message, "a turn can use what earlier turns save")
    elif first[name] == turn and inside[2:3] == ("calls",):
        group = ruled.scenario.turns[turn].calls
        if group is not None and not _can_be_saved_before(group, name, one.at):
            hint = "a call can use what earlier calls and earlier turns save"
            ruled.complain(one.at, message, hint)


def _can_be_saved_before(group: CallGroup, name: str, reader: Loc) -> bool:
    """Tell whether another call that may be answered before the reader saves a value."""
    for member in group.members:
        reads = reader[: len(member.at)] == member.at
        if isinstance(member, CallGroup):
            if _can_be_saved_before(member, name, reader):
                return True
        elif name in member.save and not reads:
            return True
        if reads and group.ordered:
            return False  # what stands behind the reader comes later
    return False
