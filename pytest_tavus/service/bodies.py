"""From a request body to a value of `contract`, or to the 400 that tells all that is wrong with it.

The models and the rules are those that scenario files are held to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pydantic import BaseModel

from pytest_tavus.contract.body import json_object
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.reading import read
from pytest_tavus.service.refusals import bad_field, bad_fields

M = TypeVar("M", bound=BaseModel)


def read_object(body: Any) -> dict[str, Any]:
    """Return a body that is a JSON object.

    Raises:
        ApiRefusal: it is something else, or there is none.

    """
    found = json_object(body)
    if found is None:
        kind = "nothing" if body is None else _kind(body)
        raise bad_field("_schema", f"expected a JSON object, found {kind}")
    return found


def read_body(
    model: type[M], body: Any, *, rules: Callable[[M], Iterable[RuleProblem]] | None = None
) -> M:
    """Return a body as a value that keeps all rules.

    Raises:
        ApiRefusal: the shape is wrong somewhere, a key is unknown, or a rule is broken.

    """
    reading = read(model, read_object(body), rules=_no_rules if rules is None else rules)
    if reading.value is None or reading.problems:
        raise bad_fields(reading.problems)
    return reading.value


def refuse_if(problems: Iterable[RuleProblem]) -> None:
    """Refuse where there is a problem.

    Raises:
        ApiRefusal: there is.

    """
    found = tuple(problems)
    if found:
        raise bad_fields(found)


def _no_rules(_value: BaseModel) -> Iterable[RuleProblem]:
    return ()


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float):
        return "a number"
    return "text" if isinstance(value, str) else "a list"
