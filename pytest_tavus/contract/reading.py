"""Reads a body into a value, and describes every problem of shape and rule in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

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


def shape_problems(error: ShapeError, body: object) -> Iterator[RuleProblem]:
    """Yield the problems of a refused body, each with its path in the author's spelling."""
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
    value = refusal.found
    if json_object(value) is not None:
        return "a mapping"
    if json_list(value) is not None:
        return "a list"
    # A message must not show a secret, so it names the kind of a value that may be secret.
    hidden = plan_of(refusal.owner).hidden
    if (refusal.loc and refusal.loc[-1] in hidden) or _is_secret(refusal.loc):
        return name_kind(value, other="something else")
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _is_secret(loc: Loc) -> bool:
    # Under these keys, a misplaced key can be a secret as well as a value.
    return not {"auth", "headers", "query_params", "layers"}.isdisjoint(loc)


def _suggest_word(refusal: Refusal) -> str | None:
    word = refusal.found
    if not isinstance(word, str):
        return None
    # Some words are in upper case, as the methods of a request.
    return did_you_mean(word, refusal.known) or did_you_mean(word.upper(), refusal.known)


def _original_path(body: object, loc: Loc) -> Loc:
    # The shape reads the present spelling, but the loader finds lines by the author's spelling.
    old = {new: old for old, new in ALIASES.items()}
    path: list[str | int] = []
    here = body
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
    """The value of a body with its problems."""

    value: M | None
    "`None` if the body does not have the shape."

    problems: tuple[RuleProblem, ...] = ()
    "Every problem, first the problems of shape. A caller must not use a value with a problem."


def read(
    model: type[M], body: object, *, rules: Callable[[M], Iterable[RuleProblem]]
) -> Reading[M]:
    """Read a body from JSON data, and apply the rules if the body has the shape."""
    try:
        value = model.from_json(body)
    except ShapeError as error:
        return Reading(value=None, problems=tuple(shape_problems(error, body)))
    return Reading(value=value, problems=tuple(rules(value)))


def read_pal(body: object) -> Reading[Pal]:
    """Read a PAL from JSON data.

    If the PAL does not have the shape, the rules still apply to its well-formed tools. So the
    author sees the problems of those tools without a second run.
    """
    reading = read(Pal, body, rules=problems)
    if reading.value is not None:
        return reading
    return Reading(value=None, problems=(*reading.problems, *_well_formed_tool_problems(body)))


def _well_formed_tool_problems(body: object) -> Iterator[RuleProblem]:
    tools = json_list((json_object(body) or {}).get("tools")) or ()
    for index, written in enumerate(tools):
        try:
            tool = Tool.from_json(written)
        except ShapeError:
            continue
        yield from tool_problems(tool, ("tools", index))
