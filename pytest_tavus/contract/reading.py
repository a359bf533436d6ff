"""From a body to a value of Tavus's, with every problem of shape and rule, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from msgspec import Struct

from pytest_tavus.contract.body import Body, json_list, json_object
from pytest_tavus.contract.pal.pal import ALIASES, Pal
from pytest_tavus.contract.pal.rules import problems, tool_problems
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.reader import plan_of
from pytest_tavus.contract.refusal import Refusal, ShapeError, name_kind
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import did_you_mean
from pytest_tavus.spans import Loc


def shape_problems(error: ShapeError, body: Any) -> Iterator[RuleProblem]:
    """Yield the problems of a body that was refused, each with its path as written."""
    for refusal in error.refusals:
        message, hint = _describe_refusal(refusal)
        loc = _original_path(body, refusal.loc)
        yield RuleProblem(loc=loc, message=message, hint=hint, rule="shape")


def _describe_refusal(refusal: Refusal) -> tuple[str, str | None]:  # noqa: PLR0911 - one for each kind
    key = refusal.loc[-1] if refusal.loc else ""
    known = ", ".join(refusal.known)
    expected = f"expected {refusal.expected}"
    match refusal.kind:
        case "missing key":
            return f"{key!r} is missing", None
        case "unknown key":
            shown = "" if _is_secret(refusal.loc[:-1]) else f" {key!r}"
            hint = f"one of: {known}" if known else None
            return f"unknown key{shown}", did_you_mean(str(key), refusal.known) or hint
        case "key":
            return f"expected a text key, found {key!r}", None
        case "no tag":
            return "'type' is missing", f"one of: {known}"
        case "tag":
            return f"'type' is not a known one: expected {known}", None
        case "word":
            return f"{expected}, found {_describe_value(refusal)}", _suggest_word(refusal)
        case "bound":
            return f"{expected} {refusal.limit:g}, found {_describe_value(refusal)}", None
        case "kind":
            return f"{expected}, found {_describe_value(refusal)}", None
        case "other":
            return refusal.message, None


def _describe_value(refusal: Refusal) -> str:
    """Describe what was written: its value where it is short and no secret, else its kind."""
    value: Any = refusal.found
    if json_object(value) is not None:
        return "a mapping"
    if json_list(value) is not None:
        return "a list"
    hidden = plan_of(refusal.owner).hidden
    if (refusal.loc and refusal.loc[-1] in hidden) or _is_secret(refusal.loc):
        return name_kind(value, other="something else")
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _is_secret(loc: Loc) -> bool:
    """Tell whether what stands at this path may be a secret, be it a value or a slip for a key."""
    return not {"auth", "headers", "query_params", "layers"}.isdisjoint(loc)


def _suggest_word(refusal: Refusal) -> str | None:
    word = refusal.found
    if not isinstance(word, str):
        return None
    return did_you_mean(word, refusal.known) or did_you_mean(word.upper(), refusal.known)


def _original_path(body: Any, loc: Loc) -> Loc:
    """Return the path with older spellings where those were written."""
    old = {new: old for old, new in ALIASES.items()}
    path: list[str | int] = []
    here: Any = body
    for step in loc:
        mapping, items = json_object(here), json_list(here)
        if mapping is not None and step not in mapping and old.get(str(step)) in mapping:
            step = old[str(step)]  # noqa: PLW2901 - the same step, as the author spelled it
        path.append(step)
        if mapping is not None:
            here = mapping.get(str(step))
        elif items is not None and isinstance(step, int):
            here = items[step]
    return tuple(path)


M = TypeVar("M", bound=Body)


class Reading(Struct, Generic[M], frozen=True, kw_only=True):
    """What came of reading a body."""

    value: M | None
    "`None` where the body does not have the shape."

    problems: tuple[RuleProblem, ...] = ()
    "Every problem, those of shape first. A value with a problem is to be looked at, not used."


def read(model: type[M], body: Any, *, rules: Callable[[M], Iterable[RuleProblem]]) -> Reading[M]:
    """Read a body from JSON data, and hold what has the shape to the rules."""
    try:
        value = model.from_json(body)
    except ShapeError as error:
        return Reading(value=None, problems=tuple(shape_problems(error, body)))
    return Reading(value=value, problems=tuple(rules(value)))


def read_pal(body: Any) -> Reading[Pal]:
    """Read a PAL from JSON data.

    Where the shape is wrong somewhere, the tools that are well formed are still held to the rules,
    so that their problems need no second run to be seen.
    """
    reading = read(Pal, body, rules=problems)
    if reading.value is not None:
        return reading
    return Reading(value=None, problems=(*reading.problems, *_well_formed_tool_problems(body)))


def _well_formed_tool_problems(body: Any) -> Iterator[RuleProblem]:
    tools = json_list((json_object(body) or {}).get("tools")) or ()
    for index, written in enumerate(tools):
        try:
            tool = Tool.from_json(written)
        except ShapeError:
            continue
        yield from tool_problems(tool, ("tools", index))
