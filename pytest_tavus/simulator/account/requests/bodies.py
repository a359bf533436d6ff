"""Reads a request body into a value of `contract`, or refuses it and lists its problems.

Scenario files are validated by the same models and rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, islice
from typing import TypeVar

from pytest_tavus.contract.body import Body, JsonDict, json_object
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.reading import shape_problems
from pytest_tavus.contract.refusal import ShapeError
from pytest_tavus.simulator.account.requests.refusals import MOST_PROBLEMS, bad_field, bad_fields

_MANY_KEYS = 1000

M = TypeVar("M", bound=Body)


def read_object(body: object) -> JsonDict:
    """Return the body if it is a JSON object; refuse any other body."""
    found = json_object(body)
    if found is None:
        kind = "nothing" if body is None else _kind(body)
        raise bad_field("_schema", f"expected a JSON object, found {kind}")
    return found


def read_body(
    model: type[M], body: object, *, rules: Callable[[M], Iterable[RuleProblem]] | None = None
) -> M:
    """Return a body as a value; refuse a wrong shape, an unknown key or a broken rule."""
    written, left_out = _limit_keys(model, read_object(body))
    try:
        value = model.from_json(written)
    except ShapeError as error:
        # Lazily, because wording a problem takes time and only the first ones are listed.
        found = islice(shape_problems(error, written), MOST_PROBLEMS)
        unread = max(0, len(error.refusals) - MOST_PROBLEMS)
        raise bad_fields(found, unread=unread + left_out) from None
    if rules is not None:
        refuse_if(rules(value))
    return value


def refuse_if(problems: Iterable[RuleProblem]) -> None:
    left = iter(problems)
    first = next(left, None)
    if first is not None:
        raise bad_fields(chain((first,), left))


def _limit_keys(model: type[Body], written: JsonDict) -> tuple[JsonDict, int]:
    """Drop unknown keys beyond the first thousand and count them: each takes time to refuse.

    No model has a thousand keys, aliases included, so the body is refused in any case.
    """
    if len(written) <= _MANY_KEYS:
        return written, 0
    kept = {
        key: value
        for index, (key, value) in enumerate(written.items())
        if index < _MANY_KEYS or key in model.__struct_fields__
    }
    return kept, len(written) - len(kept)


def _kind(value: object) -> str:
    # First, because a bool is an int in Python.
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float):
        return "a number"
    return "text" if isinstance(value, str) else "a list"


def refuse_server_fields(body: object, fields: tuple[str, ...]) -> None:
    """Refuse a body that sets a field of the service, or that is no JSON object."""
    written = read_object(body)
    refuse_if(
        RuleProblem(
            loc=(name,), message=f"{name} is set by the service: leave it out", rule="given"
        )
        for name in fields
        if written.get(name) is not None
    )
