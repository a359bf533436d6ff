"""Plain data to the models of the language, every refusal in our own words and at its place."""

from __future__ import annotations

from typing import Any, TypeVar

from msgspec.structs import replace
from pydantic import BaseModel, ValidationError

from pytest_tavus.contract.body import Body
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.refusal import Refusal, ShapeError, name_kind
from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.matching.text import describe
from pytest_tavus.scenario.language.shapes import Part
from pytest_tavus.scenario.load.refused import refusals
from pytest_tavus.scenario.text.plain import is_list, mapping
from pytest_tavus.scenario.text.unshown import is_secret
from pytest_tavus.spans import Loc


def drop_entries(data: Any, locs: list[Loc]) -> Any:
    """Return data without the mapping entries in which something is refused."""
    copied: set[int] = set()
    for loc in locs:
        for length in range(len(loc), 0, -1):
            if isinstance(loc[length - 1], str) and _has(data, loc[:length]):
                data = _drop_entry(data, loc[:length], copied)
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


def _drop_entry(data: Any, loc: Loc, copied: set[int]) -> Any:
    """Return data without the entry at a path. An item of a list cannot go: its list does.

    What was copied before, by its `id`, is changed in place: thousands of entries may have to go.
    """
    step, rest = loc[0], loc[1:]
    if id(data) not in copied:
        data = list(data) if is_list(data) else dict(data)
        copied.add(id(data))
    if rest:
        data[step] = _drop_entry(data[step], rest, copied)
    else:
        del data[step]
    return data


_TAVUS_PARTS = {
    "Pal": "a PAL",
    "Tool": "a tool",
    "Delivery": "delivery",
    "ApiDelivery": "delivery.api",
    "ObjectiveSet": "objectives",
    "Objective": "an objective",
    "Guardrail": "a guardrail",
    "NoAuth": "auth",
    "BearerAuth": "auth of type bearer",
    "BasicAuth": "auth of type basic",
    "ApiKeyAuth": "auth of type api_key",
    "OAuth2Auth": "auth of type oauth2_client_credentials",
    "HmacAuth": "auth of type hmac",
}

M = TypeVar("M", bound=BaseModel | Body)


def bind(model: type[M], data: Any) -> tuple[M | None, list[RuleProblem]]:
    """Make a model of data.

    What is refused is left out and the rest is bound, so that what remains can be checked too;
    the model is `None` where nothing useful remains. Values that may be secrets are not shown.
    """
    problems: list[RuleProblem] | None = None
    for _ in range(9):
        try:
            bound: M = (
                model.from_json(data) if issubclass(model, Body) else model.model_validate(data)
            )
        except ShapeError as error:
            refused = error.refusals
        except ValidationError as error:
            refused = list(refusals(error, model))
        else:
            return bound, [*(problems or ()), *check_empty_keys(bound)]
        if problems is None:
            problems = _put_wrong_keys_first([_describe_refusal(one) for one in refused], refused)
        data = drop_entries(data, [one.loc for one in refused])
        if data is None:
            break
    return None, problems or []


def _put_wrong_keys_first(problems: list[RuleProblem], refused: list[Refusal]) -> list[RuleProblem]:
    """Tell of a wrong key before the key that is missing beside it: one may be meant for both."""
    wrong = {problem.loc[:-1]: problem.loc for problem in problems if problem.key}
    found: list[RuleProblem] = []
    missing: list[RuleProblem] = []
    for problem, refusal in zip(problems, refused, strict=True):
        beside = wrong.get(problem.loc[:-1]) if refusal.kind == "missing key" else None
        if beside is None:
            found.append(problem)
        else:
            missing.append(replace(problem, loc=beside, key=True))
    return [*found, *missing]


def check_empty_keys(part: object) -> list[RuleProblem]:
    """Return a refusal for each key of ours behind which nothing is written."""
    found: list[RuleProblem] = []
    if isinstance(part, Part):
        _check_part_keys(part, (), found)
    return found


def _check_part_keys(part: Part, at: Loc, found: list[RuleProblem]) -> None:
    for name in part.model_fields_set:
        inner = getattr(part, name)
        if isinstance(inner, str):
            continue  # as most are, and asking a model's class for its instances is dear
        if inner is None and name not in part.nullable:
            loc = (*at, type(part).model_fields[name].alias or name)
            hint = "write a value, or leave the key out"
            message = f"{loc[-1]} is empty"
            found.append(RuleProblem(loc=loc, message=message, hint=hint, rule="shape"))
        elif isinstance(inner, Part):
            _check_part_keys(inner, (*at, name), found)
        elif is_list(inner):
            _check_item_keys(inner, (*at, name), found)
        elif name in part.part_mappings:
            for key, item in (mapping(inner) or {}).items():
                _check_item_keys(item if is_list(item) else [item], (*at, name, key), found)


def _check_item_keys(items: list[Any], at: Loc, found: list[RuleProblem]) -> None:
    for index, item in enumerate(items):
        if isinstance(item, Part):
            _check_part_keys(item, (*at, index), found)


def _describe_refusal(refusal: Refusal) -> RuleProblem:
    loc, found, hint = refusal.loc, refusal.found, refusal.hint
    name = _name(loc) or _describe_part(refusal.owner)
    shown = "" if is_secret(loc) else f", not {describe(found)}"
    match refusal.kind:
        case "missing key":
            message = f"{_describe_part(refusal.owner)} needs the key {loc[-1]!r}"
        case "unknown key":
            message, hint = _describe_unknown_key(refusal)
        case "kind":
            message, hint = _describe_wrong_kind(refusal)
        case "word":
            message = f"{name} is one of: {', '.join(refusal.known)}{shown}"
            hint = did_you_mean(found, refusal.known) if isinstance(found, str) else None
        case "no tag":
            message = f"{name} needs the key 'type'"
        case "tag":
            loc = (*loc, "type")
            message = f"type is one of: {', '.join(refusal.known)}"  # a wrong one may be a secret
            hint = did_you_mean(found, refusal.known)
        case "bound":
            message = f"{name} is {refusal.expected} {refusal.limit}{shown}"
        case "key" | "other":
            message = refusal.message
    key = refusal.kind == "unknown key"
    return RuleProblem(loc=loc, message=message, hint=hint, key=key, rule="shape")


def _describe_unknown_key(refusal: Refusal) -> tuple[str, str]:
    key, part = refusal.loc[-1], refusal.owner
    known = (*refusal.known, *getattr(part, "separate_keys", ()))
    close = did_you_mean(str(key), known) or getattr(part, "hint", None)
    shown = "" if is_secret(refusal.loc[:-1]) else f" {key!r}"
    message = f"unknown key{shown} in {_describe_part(part)}"
    return message, close or f"the keys of {_describe_part(part)} are: {', '.join(known)}"


def _describe_wrong_kind(refusal: Refusal) -> tuple[str, str | None]:
    found = refusal.found
    wanted = f"{_name(refusal.loc) or 'this'} is {refusal.expected}"
    secret = is_secret(refusal.loc)
    if isinstance(found, Matcher):
        matcher = "a matcher" if secret else f"the matcher {found!r}"
        hint = "matchers stand where values are compared, such as arguments and result"
        return f"{matcher} cannot stand here: {wanted}", hint
    quote = refusal.expected == "text" and isinstance(found, (int, float)) and not secret
    message = f"{wanted}, not {_kind_of(found) if secret else describe(found)}"
    return message, f'quote it: "{str(found).lower()}"' if quote else None


def _kind_of(value: object) -> str:
    """Name the kind of a value without showing any of it."""
    if value is None:
        return "nothing"
    return "a list" if is_list(value) else name_kind(value, other="a mapping")


def _name(loc: Loc) -> str:
    """Name a value by its key; an item of a list by the list."""
    for index, step in enumerate(reversed(loc)):
        if isinstance(step, str):
            return step if index == 0 else f"each of {step}"
    return ""


def _describe_part(part: type[Any]) -> str:
    """Name a mapping, with its article."""
    own = getattr(part, "part", None)
    return own if isinstance(own, str) else _TAVUS_PARTS.get(part.__name__, "the mapping")
