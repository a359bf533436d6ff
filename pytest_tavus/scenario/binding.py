"""Plain data to the models of the language, every refusal in our own words and at its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, cast, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.matchers import Matcher
from pytest_tavus.matching.text import describe
from pytest_tavus.scenario.shapes import mapping
from pytest_tavus.spans import Loc

M = TypeVar("M", bound=BaseModel)

_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One thing that a model refuses."""

    loc: Loc
    message: str
    hint: str | None = None
    key: bool = False
    "It is the key that is wrong, not its value."


def bind(model: type[M], data: Any, *, secret: bool = False) -> tuple[M | None, list[Refusal]]:
    """Make a model of data.

    What is refused is left out and the rest is bound, so that what remains can be checked too;
    the model is `None` where nothing useful remains. With `secret`, values are not shown.
    """
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    refusals = [_refusal(model, detail, secret=secret) for detail in details]
    for _ in range(8):
        rest = _without(data, [_clean(detail["loc"]) for detail in details])
        if rest is None:
            break
        data = rest
        try:
            return model.model_validate(data), refusals
        except ValidationError as error:
            details = error.errors(include_url=False)
    return None, refusals


def _refusal(model: type[BaseModel], detail: ErrorDetails, *, secret: bool) -> Refusal:
    loc = _clean(detail["loc"])
    kind = detail["type"]
    found = detail["input"]
    context: dict[str, Any] = detail.get("ctx", {})
    if kind == "language":
        return Refusal(loc=loc, message=context["sentence"], hint=context["hint"])
    if kind == "extra_forbidden":
        return _unknown_key(model, loc)
    name = _name(loc) or _called(model)
    if kind == "missing":
        part = _called(_part_at(model, loc[:-1]))
        return Refusal(loc=loc, message=f"{part} needs the key {loc[-1]!r}")
    if kind in _WANTED:
        return _wrong_kind(loc, _WANTED[kind], found, secret=secret)
    shown = "" if secret else f", not {describe(found)}"
    if kind == "literal_error":
        known = context["expected"].replace(" or ", ", ").replace("'", "")
        hint = did_you_mean(found, known.split(", ")) if isinstance(found, str) else None
        return Refusal(loc=loc, message=f"{name} is one of: {known}{shown}", hint=hint)
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return Refusal(loc=loc, message=f"{name} is {words} {context[bound]}{shown}")
    return Refusal(loc=loc, message=f"{name}: {detail['msg']}")


def _unknown_key(model: type[BaseModel], loc: Loc) -> Refusal:
    part = _part_at(model, loc[:-1])
    known = [field.alias or name for name, field in part.model_fields.items()]
    hint = did_you_mean(str(loc[-1]), known) or getattr(part, "hint", None)
    return Refusal(
        loc=loc,
        message=f"unknown key {loc[-1]!r} in {_called(part)}",
        hint=hint or f"the keys of {_called(part)} are: {', '.join(known)}",
        key=True,
    )


def _wrong_kind(loc: Loc, wanted: str, found: Any, *, secret: bool) -> Refusal:
    name = _name(loc) or "this"
    if isinstance(found, Matcher):
        return Refusal(
            loc=loc,
            message=f"the matcher {found!r} cannot stand here: {name} is {wanted}",
            hint="matchers stand where values are compared, such as arguments and result",
        )
    shown = "a value of another kind" if secret else describe(found)
    quote = wanted == "text" and isinstance(found, (int, float)) and not secret
    return Refusal(
        loc=loc,
        message=f"{name} is {wanted}, not {shown}",
        hint=f'quote it: "{str(found).lower()}"' if quote else None,
    )


def _name(loc: Loc) -> str:
    """Name a value by its key; an item of a list by the list."""
    for index, step in enumerate(reversed(loc)):
        if isinstance(step, str):
            return step if index == 0 else f"each of {step}"
    return ""


def _called(part: type[BaseModel]) -> str:
    """Name a mapping, with its article."""
    own = getattr(part, "part", None)
    return own if isinstance(own, str) else f"the {part.__name__}"


def _clean(loc: tuple[int | str, ...]) -> Loc:
    """Take out the steps with which pydantic names a branch."""
    return tuple(step for step in loc if isinstance(step, int) or not step.startswith("<"))


def _part_at(model: type[BaseModel], loc: Loc) -> type[BaseModel]:
    """Return the innermost model on a path."""
    part = model
    for step in loc:
        fields = {field.alias or name: field for name, field in part.model_fields.items()}
        if isinstance(step, str) and step in fields:
            inner = list(_models(fields[step].annotation))
            part = next((one for one in inner), part)
    return part


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for inner in get_args(annotation):
        yield from _models(inner)


def _without(data: Any, locs: list[Loc]) -> Any:
    """Return data without the mapping entries in which something is refused."""
    for loc in locs:
        for length in range(len(loc), 0, -1):
            if isinstance(loc[length - 1], str) and _has(data, loc[:length]):
                data = _dropped(data, loc[:length])
                break
        else:
            if not any(_has(data, loc[:length]) for length in range(1, len(loc))):
                return None
    return data


def _has(data: Any, loc: Loc) -> bool:
    for step in loc:
        entries = mapping(data)
        if entries is not None and step in entries:
            data = entries[step]  # type: ignore[index]  # a key that is there
        elif isinstance(data, list) and isinstance(step, int):
            items = cast("list[Any]", data)
            if step >= len(items):
                return False
            data = items[step]
        else:
            return False
    return True


def _dropped(data: Any, loc: Loc) -> Any:
    """Return data without the entry at a path. An item of a list cannot go: its list does."""
    step, rest = loc[0], loc[1:]
    if isinstance(data, list):
        items = list(cast("list[Any]", data))
        items[cast("int", step)] = _dropped(items[cast("int", step)], rest)
        return items
    entries = dict(cast("dict[str, Any]", data))
    if rest:
        entries[cast("str", step)] = _dropped(entries[cast("str", step)], rest)
    else:
        del entries[cast("str", step)]
    return entries
