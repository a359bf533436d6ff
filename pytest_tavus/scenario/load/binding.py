"""Plain data to the models of the language, every refusal in our own words and at its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar, get_args

from msgspec import Struct
from msgspec.structs import replace
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.matching.text import describe
from pytest_tavus.scenario.language.shapes import Part
from pytest_tavus.scenario.text.plain import is_list, mapping
from pytest_tavus.scenario.text.wording import (
    AUTH_TYPES,
    BOUNDS,
    BRANCHES,
    TAVUS_PARTS,
    WANTED,
    is_secret,
    kind_of,
)
from pytest_tavus.spans import Loc


def without(data: Any, locs: list[Loc]) -> Any:
    """Return data without the mapping entries in which something is refused."""
    copied: set[int] = set()
    for loc in locs:
        for length in range(len(loc), 0, -1):
            if isinstance(loc[length - 1], str) and _has(data, loc[:length]):
                data = _dropped(data, loc[:length], copied)
                break
        else:
            if not any(_has(data, loc[:length]) for length in range(1, len(loc))):
                return None
    return data


def _has(data: Any, loc: Loc) -> bool:
    for step in loc:
        entries = mapping(data)
        if entries is not None and step in entries:
            data = entries[step]
        elif is_list(data) and isinstance(step, int):
            items = data
            if step >= len(items):
                return False
            data = items[step]
        else:
            return False
    return True


def _dropped(data: Any, loc: Loc, copied: set[int]) -> Any:
    """Return data without the entry at a path. An item of a list cannot go: its list does.

    What was copied before, by its `id`, is changed in place: thousands of entries may have to go.
    """
    step, rest = loc[0], loc[1:]
    if id(data) not in copied:
        data = list(data) if is_list(data) else dict(data)
        copied.add(id(data))
    if rest:
        data[step] = _dropped(data[step], rest, copied)
    else:
        del data[step]
    return data


M = TypeVar("M", bound=BaseModel)


class Refusal(Struct, frozen=True, kw_only=True):
    """One thing that a model refuses."""

    loc: Loc
    message: str
    hint: str | None = None
    key: bool = False
    "It is the key that is wrong, not its value."


def bind(model: type[M], data: Any) -> tuple[M | None, list[Refusal]]:
    """Make a model of data.

    What is refused is left out and the rest is bound, so that what remains can be checked too;
    the model is `None` where nothing useful remains. Values that may be secrets are not shown.
    """
    try:
        bound = model.model_validate(data)
        return bound, empty_keys(bound)
    except ValidationError as error:
        details = error.errors(include_url=False)
    refusals = _wrong_keys_first([_refusal(model, detail) for detail in details], details)
    for _ in range(8):
        rest = without(data, [_clean(detail) for detail in details])
        if rest is None:
            break
        data = rest
        try:
            bound = model.model_validate(data)
            return bound, [*refusals, *empty_keys(bound)]
        except ValidationError as error:
            details = error.errors(include_url=False)
    return None, refusals


def _wrong_keys_first(refusals: list[Refusal], details: list[ErrorDetails]) -> list[Refusal]:
    """Tell of a wrong key before the key that is missing beside it: one may be meant for both."""
    wrong = {refusal.loc[:-1]: refusal.loc for refusal in refusals if refusal.key}
    found: list[Refusal] = []
    missing: list[Refusal] = []
    for refusal, detail in zip(refusals, details, strict=True):
        beside = wrong.get(refusal.loc[:-1]) if detail["type"] == "missing" else None
        if beside is None:
            found.append(refusal)
        else:
            missing.append(replace(refusal, loc=beside, key=True))
    return [*found, *missing]


def empty_keys(part: BaseModel) -> list[Refusal]:
    """Return a refusal for each key of ours behind which nothing is written."""
    found: list[Refusal] = []
    if isinstance(part, Part):
        _look_behind_keys(part, (), found)
    return found


def _look_behind_keys(part: Part, at: Loc, found: list[Refusal]) -> None:
    for name in part.model_fields_set:
        inner = getattr(part, name)
        if isinstance(inner, str):
            continue  # as most are, and asking a model's class for its instances is dear
        if inner is None and name not in part.nullable:
            loc = (*at, type(part).model_fields[name].alias or name)
            hint = "write a value, or leave the key out"
            found.append(Refusal(loc=loc, message=f"{loc[-1]} is empty", hint=hint))
        elif isinstance(inner, Part):
            _look_behind_keys(inner, (*at, name), found)
        elif is_list(inner):
            _look_into_items(inner, (*at, name), found)
        elif name in part.of_parts:
            for key, item in (mapping(inner) or {}).items():
                _look_into_items(item if is_list(item) else [item], (*at, name, key), found)


def _look_into_items(items: list[Any], at: Loc, found: list[Refusal]) -> None:
    for index, item in enumerate(items):
        if isinstance(item, Part):
            _look_behind_keys(item, (*at, index), found)


def _refusal(model: type[BaseModel], detail: ErrorDetails) -> Refusal:
    path = detail["loc"]
    loc = _clean(detail)
    kind = detail["type"]
    context: dict[str, Any] = detail.get("ctx", {})
    if kind == "language":
        return Refusal(loc=loc, message=context["sentence"], hint=context["hint"])
    if kind == "extra_forbidden":
        return _unknown_key(_part_at(model, path[:-1]), loc)
    if kind == "missing":
        part = _called(_part_at(model, path[:-1]))
        return Refusal(loc=loc, message=f"{part} needs the key {loc[-1]!r}")
    if kind in WANTED:
        return _wrong_kind(loc, WANTED[kind], detail["input"])
    return _wrong_value(loc, kind, detail, name=_name(loc) or _called(model))


def _wrong_value(loc: Loc, kind: str, detail: ErrorDetails, *, name: str) -> Refusal:
    found = detail["input"]
    context: dict[str, Any] = detail.get("ctx", {})
    shown = "" if is_secret(loc) else f", not {describe(found)}"
    if kind == "literal_error":
        known = context["expected"].replace(" or ", ", ").replace("'", "")
        hint = did_you_mean(found, known.split(", ")) if isinstance(found, str) else None
        return Refusal(loc=loc, message=f"{name} is one of: {known}{shown}", hint=hint)
    if kind == "union_tag_not_found":
        return Refusal(loc=loc, message=f"{name} needs the key {context['discriminator']}")
    if kind == "union_tag_invalid":
        known = context["expected_tags"].replace("'", "")
        message = f"type is one of: {known}"  # what is not a type may be a secret
        hint = did_you_mean(context["tag"], known.split(", "))
        return Refusal(loc=(*loc, "type"), message=message, hint=hint)
    if kind in BOUNDS:
        words, bound = BOUNDS[kind]
        return Refusal(loc=loc, message=f"{name} is {words} {context[bound]}{shown}")
    return Refusal(loc=loc, message=detail["msg"])


def _unknown_key(part: type[BaseModel], loc: Loc) -> Refusal:
    known = [field.alias or name for name, field in part.model_fields.items()]
    known.extend(getattr(part, "beside", ()))
    hint = did_you_mean(str(loc[-1]), known) or getattr(part, "hint", None)
    shown = "" if is_secret(loc[:-1]) else f" {loc[-1]!r}"
    return Refusal(
        loc=loc,
        message=f"unknown key{shown} in {_called(part)}",
        hint=hint or f"the keys of {_called(part)} are: {', '.join(known)}",
        key=True,
    )


def _wrong_kind(loc: Loc, wanted: str, found: Any) -> Refusal:
    name = _name(loc) or "this"
    secret = is_secret(loc)
    if isinstance(found, Matcher):
        matcher = "a matcher" if secret else f"the matcher {found!r}"
        return Refusal(
            loc=loc,
            message=f"{matcher} cannot stand here: {name} is {wanted}",
            hint="matchers stand where values are compared, such as arguments and result",
        )
    shown = kind_of(found) if secret else describe(found)
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
    return own if isinstance(own, str) else TAVUS_PARTS.get(part.__name__, "the mapping")


def _clean(detail: ErrorDetails) -> Loc:
    """Return the path in the data: without the steps with which pydantic names a branch."""
    path = detail["loc"]
    last = len(path) - 1 if detail["type"] == "extra_forbidden" else len(path)
    return tuple(
        step
        for index, step in enumerate(path)
        if isinstance(step, int)
        or index == last
        or not (step in BRANCHES or (step in AUTH_TYPES and path[index - 1] == "auth"))
    )


def _part_at(model: type[BaseModel], path: tuple[int | str, ...]) -> type[BaseModel]:
    """Return the innermost model on a path."""
    parts = [model]
    for step in path:
        if isinstance(step, int):
            continue
        branch = [part for part in parts if step == _branch(part)]
        parts[0].model_rebuild()  # no-one may have used it alone, so its fields may be mere names
        fields = {field.alias or name: field for name, field in parts[0].model_fields.items()}
        if branch:
            parts = branch
        elif step in fields:
            parts = list(_models(fields[step].annotation)) or parts
    return parts[0]


def _branch(part: type[BaseModel]) -> str | None:
    """Return the word by which pydantic tells this model from others in its place."""
    kind = part.model_fields.get("type")
    own = getattr(part, "branch", None)
    return own if kind is None else kind.default


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for inner in get_args(annotation):
        yield from _models(inner)
