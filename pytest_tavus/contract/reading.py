"""From a body to a value of Tavus's, with every problem of shape and rule, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast, get_args

from msgspec import Struct
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.pal.pal import ALIASES, Pal
from pytest_tavus.contract.pal.rules import problems, tool_problems
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import did_you_mean
from pytest_tavus.spans import Loc

_EXPECTED: Mapping[str, str] = MappingProxyType(
    {
        "string_type": "text",
        "bool_type": "true or false",
        "float_type": "a number",
        "int_type": "a whole number",
        "list_type": "a list",
        "dict_type": "a mapping",
        "model_type": "a mapping",
        "model_attributes_type": "a mapping",
    }
)

_BOUNDS: Mapping[str, str] = MappingProxyType(
    {
        "greater_than_equal": "at least",
        "greater_than": "more than",
        "less_than_equal": "at most",
        "less_than": "less than",
    }
)

_KINDS: Mapping[type[object], str] = MappingProxyType(
    {str: "text", bool: "true or false", int: "a number", float: "a number"}
)
_AUTH_TYPES = "none, bearer, basic, api_key, oauth2_client_credentials, hmac"


def shape_problems(
    error: ValidationError, body: Any, *, model: type[BaseModel]
) -> Iterator[RuleProblem]:
    """Yield the problems of a body that `model` refused, each with its path as written."""
    for detail in error.errors(include_url=False):
        loc = _as_written(body, detail["loc"])
        owner = _model_at(model, detail["loc"][:-1])
        message, hint = _told(detail, owner)
        yield RuleProblem(loc=loc, message=message, hint=hint, rule="shape")


def _told(detail: ErrorDetails, owner: type[BaseModel] | None) -> tuple[str, str | None]:
    key = detail["loc"][-1] if detail["loc"] else ""
    context = detail.get("ctx", {})
    told: tuple[str, str | None]
    match detail["type"]:
        case "missing":
            told = f"{key!r} is missing", None
        case "invalid_key":
            told = f"expected a text key, found {key!r}", None
        case "extra_forbidden":
            shown = "" if _is_secret(detail["loc"][:-1]) else f" {key!r}"
            told = f"unknown key{shown}", _known_key(str(key), owner)
        case "union_tag_not_found":
            told = "'type' is missing", f"one of: {_AUTH_TYPES}"
        case "union_tag_invalid":
            told = f"'type' is not a known one: expected {_AUTH_TYPES}", None
        case "literal_error":
            expected = context["expected"]
            told = f"expected {expected}, found {_found(detail, owner)}", _close(detail, expected)
        case kind if kind in _BOUNDS:
            limit = context.get("ge", context.get("gt", context.get("le", context.get("lt"))))
            told = f"expected {_BOUNDS[kind]} {limit:g}, found {_found(detail, owner)}", None
        case kind if kind in _EXPECTED:
            told = f"expected {_EXPECTED[kind]}, found {_found(detail, owner)}", None
        case _:
            told = detail["msg"], None
    return told


def _found(detail: ErrorDetails, owner: type[BaseModel] | None) -> str:
    """Describe what was written: its value where it is short and no secret, else its kind."""
    value: Any = detail["input"]
    if json_object(value) is not None:
        return "a mapping"
    if json_list(value) is not None:
        return "a list"
    field = owner.model_fields.get(str(detail["loc"][-1])) if owner and detail["loc"] else None
    if (field is not None and not field.repr) or _is_secret(detail["loc"]):
        return _KINDS.get(cast("type[object]", type(value)), "something else")
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _is_secret(loc: Loc) -> bool:
    """Tell whether what stands at this path may be a secret, be it a value or a slip for a key."""
    return not {"auth", "headers", "query_params", "layers"}.isdisjoint(loc)


def _known_key(key: str, owner: type[BaseModel] | None) -> str | None:
    known = tuple(owner.model_fields) if owner is not None else ()
    return did_you_mean(key, known) or (f"one of: {', '.join(known)}" if known else None)


def _close(detail: ErrorDetails, expected: str) -> str | None:
    value = detail["input"]
    words = [word.strip("' ") for word in expected.replace(" or ", ", ").split(",")]
    if not isinstance(value, str):
        return None
    return did_you_mean(value, words) or did_you_mean(value.upper(), words)


def _as_written(body: Any, loc: Loc) -> Loc:
    """Return the path without union tags, with older spellings where those were written."""
    old = {new: old for old, new in ALIASES.items()}
    path: list[str | int] = []
    here: Any = body
    for place, step in enumerate(loc):
        mapping, items = json_object(here), json_list(here)
        if mapping is not None and step not in mapping and old.get(str(step)) in mapping:
            step = old[str(step)]  # noqa: PLW2901 - the same step, as the author spelled it
        elif mapping is not None and step not in mapping and place < len(loc) - 1:
            continue
        path.append(step)
        if mapping is not None:
            here = mapping.get(str(step))
        elif items is not None and isinstance(step, int):
            here = items[step]
    return tuple(path)


def _model_at(model: type[BaseModel], loc: Loc) -> type[BaseModel] | None:
    """Return the model of the object at a path; `None` where that is free data."""
    here: type[BaseModel] | None = model
    choices: tuple[type[BaseModel], ...] = ()
    for step in loc:
        if isinstance(step, int):
            continue
        if here is not None and step in here.model_fields:
            choices = tuple(_models_in(here.model_fields[step].annotation))
            here = choices[0] if len(choices) == 1 else None
        else:
            here = next((each for each in choices if _tag_of(each) == step), None)
    return here


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _tag_of(model: type[BaseModel]) -> object:
    field = model.model_fields.get("type")
    return field.default if field is not None else None


M = TypeVar("M", bound=BaseModel)


class Reading(Struct, Generic[M], frozen=True, kw_only=True):
    """What came of reading a body."""

    value: M | None
    "`None` where the body does not have the shape."

    problems: tuple[RuleProblem, ...] = ()
    "Every problem, those of shape first. A value with a problem is to be looked at, not used."


def read(model: type[M], body: Any, *, rules: Callable[[M], Iterable[RuleProblem]]) -> Reading[M]:
    """Read a body from JSON data, and hold what has the shape to the rules."""
    try:
        value = model.model_validate(body)
    except ValidationError as error:
        return Reading(value=None, problems=tuple(shape_problems(error, body, model=model)))
    return Reading(value=value, problems=tuple(rules(value)))


def read_pal(body: Any) -> Reading[Pal]:
    """Read a PAL from JSON data.

    Where the shape is wrong somewhere, the tools that are well formed are still held to the rules,
    so that their problems need no second run to be seen.
    """
    reading = read(Pal, body, rules=problems)
    if reading.value is not None:
        return reading
    return Reading(value=None, problems=(*reading.problems, *_of_sound_tools(body)))


def _of_sound_tools(body: Any) -> Iterator[RuleProblem]:
    tools = json_list((json_object(body) or {}).get("tools")) or ()
    for index, written in enumerate(tools):
        try:
            tool = Tool.model_validate(written)
        except ValidationError:
            continue
        yield from tool_problems(tool, ("tools", index))
