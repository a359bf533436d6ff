"""Binds plain data to the values of the language; each refusal is a sentence with a path."""

from __future__ import annotations

from functools import partial
from typing import Any, TypeVar

from msgspec.structs import replace

from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.reader import plan_of
from pytest_tavus.contract.refusal import Refusal, name_kind
from pytest_tavus.contract.shape import Notes, Read, Shape
from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.matching.text import describe
from pytest_tavus.scenario.text.plain import is_list, mapping
from pytest_tavus.scenario.text.unshown import is_secret
from pytest_tavus.spans import Loc


def drop_entries(data: Any, locs: list[Loc]) -> Any:
    """Return data without the mapping entries that contain a refused value.

    A refused item of a list removes the entry of the list. Return `None` if the refusal is of the
    data itself, such as a missing key.
    """
    # Only new containers are changed, because the caller keeps the data. Copying each container
    # once keeps thousands of refusals from taking quadratic time.
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


def _has(data: object, loc: Loc) -> bool:
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
    """Return data without the entry at a path; `copied` has the ids of containers it may change."""
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

S = TypeVar("S", bound=Shape)


def bind(
    kind: type[S], data: object, at: Loc, **defaults: Any
) -> tuple[S | None, list[RuleProblem]]:
    """Return the value of the data at a path; `defaults` has values for keys that the data lacks.

    Refused entries are left out and the rest is read again, so one load reports all problems. The
    value is `None` if nothing useful remains. No message shows a value that may be a secret.
    """
    return _bind(partial(plan_of(kind).read, **defaults), data, at)


def bind_keys(
    kind: type[Shape], data: object, at: Loc
) -> tuple[dict[str, Any] | None, list[RuleProblem]]:
    """Return the value of each written key; an empty key has the value `None`."""
    return _bind(plan_of(kind).read_fields, data, at)


def _bind(read: Read, data: object, at: Loc) -> tuple[Any, list[RuleProblem]]:
    problems: list[RuleProblem] | None = None
    # A check of a whole mapping runs only after its entries are read, so it may refuse in a later
    # pass. Nine passes bound the work; the problems of the first pass are reported.
    for _ in range(9):
        notes = Notes()
        bound = read(data, at, notes)
        if not notes.refusals:
            return bound, [*(problems or ()), *_list_slips(notes, len(at))]
        refused = [replace(refusal, loc=refusal.loc[len(at) :]) for refusal in notes.refusals]
        if problems is None:
            problems = _put_wrong_keys_first([_describe_refusal(each) for each in refused], refused)
        data = drop_entries(data, [refusal.loc for refusal in refused])
        if data is None:
            break
    return None, problems or []


def _list_slips(notes: Notes, depth: int) -> list[RuleProblem]:
    """Return a problem for each empty key and for each complaint."""
    hint = "write a value, or leave the key out"
    blanks = [(loc, f"{loc[-1]} is empty", hint) for loc in notes.blanks]
    return [
        RuleProblem(loc=loc[depth:], message=message, hint=hint, rule="shape")
        for loc, message, hint in (*blanks, *notes.complaints)
    ]


def _put_wrong_keys_first(problems: list[RuleProblem], refused: list[Refusal]) -> list[RuleProblem]:
    """Report a missing key after a wrong key beside it, which may be its misspelling."""
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
            message = f"type is one of: {', '.join(refusal.known)}"  # a wrong type may be a secret
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
    expected = f"{_name(refusal.loc) or 'this'} is {refusal.expected}"
    secret = is_secret(refusal.loc)
    if isinstance(found, Matcher):
        matcher = "a matcher" if secret else f"the matcher {found!r}"
        hint = "matchers stand where values are compared, such as arguments and result"
        return f"{matcher} cannot stand here: {expected}", hint
    # YAML reads an unquoted number or boolean, and the user probably meant text.
    quote = refusal.expected == "text" and isinstance(found, (int, float)) and not secret
    message = f"{expected}, not {_kind_of(found) if secret else describe(found)}"
    return message, f'quote it: "{str(found).lower()}"' if quote else None


def _kind_of(value: object) -> str:
    """Name the kind of a value that may be a secret: the name shows no part of the value."""
    if value is None:
        return "nothing"
    return "a list" if is_list(value) else name_kind(value, other="a mapping")


def _name(loc: Loc) -> str:
    """Name a value by its key, and an item of a list by the key of the list."""
    for index, step in enumerate(reversed(loc)):
        if isinstance(step, str):
            return step if index == 0 else f"each of {step}"
    return ""


def _describe_part(part: type[object]) -> str:
    own = getattr(part, "part", None)
    return own if isinstance(own, str) else _TAVUS_PARTS.get(part.__name__, "the mapping")
