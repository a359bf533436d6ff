"""Refuses placeholders without a value: `{row.x}`, `{env.X}` and `{saved.x}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from msgspec import Struct

from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.scenario.rules.rule import RuleContext, list_expected_calls
from pytest_tavus.scenario.text.plain import is_dict, is_list, is_tuple
from pytest_tavus.scenario.values.model import CallGroup
from pytest_tavus.scenario.values.templates import placeholders, root
from pytest_tavus.spans import Loc


class PlaceholderUse(Struct, frozen=True):
    """A placeholder and the path of the text that uses it."""

    at: Loc
    path: str
    "Without braces."


def collect_placeholders(value: object, at: Loc) -> tuple[PlaceholderUse, ...]:
    found: list[PlaceholderUse] = []
    _collect(value, at, found)
    return tuple(found)


def _collect(value: object, at: Loc, found: list[PlaceholderUse]) -> None:
    if isinstance(value, str):
        if "{" in value:
            found.extend(PlaceholderUse(at, path) for path in placeholders(value))
    elif is_dict(value):
        for key, item in value.items():
            # Most values are text without a placeholder and need no path.
            if "{" in item if isinstance(item, str) else isinstance(item, (dict, list, Matcher)):
                _collect(item, (*at, key), found)
    elif is_list(value):
        for index, item in enumerate(value):
            _collect(item, (*at, index), found)
    elif isinstance(value, Matcher):
        inner: list[PlaceholderUse] = []
        payload = value.payload
        _collect(list(payload) if is_tuple(payload) else payload, (), inner)
        found.extend(PlaceholderUse(at, use.path) for use in inner)


def check_placeholder_values(ruled: RuleContext, uses: Iterable[PlaceholderUse]) -> None:
    """Refuse `{env.X}` for a variable that `env` does not name, and `{row.x}` without rows."""
    for use in uses:
        kind, _, name = use.path.partition(".")
        if kind == "row":
            message = f"{{{use.path}}} reads a row, and there are none"
            ruled.complain(use.at, message, "write parametrize: with a list of rows")
        elif kind == "env" and name not in ruled.scenario.env:
            message = f"the environment variable {name!r} is not among those under env"
            hint = did_you_mean(name, ruled.scenario.env) or f"write env: [{name}]"
            ruled.complain(use.at, message, hint)


def check_saved_values(ruled: RuleContext, uses: Iterable[PlaceholderUse]) -> None:
    """Refuse `{saved.x}` for a value that nothing saves, or that a later turn saves.

    A turn can read the values that its own calls save, except in the caller's line. An expected
    call can read such a value only if another call can save the value before.
    """
    saved_uses = [use for use in uses if use.path.startswith("saved.")]
    if not saved_uses:
        return
    first: dict[str, int] = {}
    for turn in ruled.scenario.turns:
        calls = (name for call in list_expected_calls(turn.calls) for name in call.save)
        for name in (*turn.save, *calls):
            first.setdefault(name, cast("int", turn.at[-1]))
    for use in saved_uses:
        _check(ruled, use, first)


def _check(ruled: RuleContext, use: PlaceholderUse, first: Mapping[str, int]) -> None:
    name = root(use.path.removeprefix("saved."))
    if name not in first:
        hint = did_you_mean(name, first) or f"write save: {{{name}: result.<path>}} on a call"
        ruled.complain(use.at, f"nothing is saved as {name!r}", hint)
        return
    inside = use.at[len(ruled.scenario.at) :]
    if inside[:1] != ("turns",):
        return
    turn = cast("int", inside[1])
    message = f"{{{use.path}}} is used before {name!r} is saved"
    if first[name] > turn or (first[name] == turn and inside[2:] == ("user",)):
        ruled.complain(use.at, message, "a turn can use what earlier turns save")
    elif first[name] == turn and inside[2:3] == ("calls",):
        group = ruled.scenario.turns[turn].calls
        if group is not None and not _can_be_saved_before(group, name, use.at):
            hint = "a call can use what earlier calls and earlier turns save"
            ruled.complain(use.at, message, hint)


def _can_be_saved_before(group: CallGroup, name: str, reader: Loc) -> bool:
    """Tell whether another call, whose answer may come before the reader, saves a value."""
    for member in group.members:
        reads = reader[: len(member.at)] == member.at
        if isinstance(member, CallGroup):
            if _can_be_saved_before(member, name, reader):
                return True
        elif name in member.save and not reads:
            return True
        if reads and group.ordered:
            return False  # the members behind the reader come later
    return False
