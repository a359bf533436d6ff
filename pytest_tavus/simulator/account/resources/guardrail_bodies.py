"""The two shapes of a guardrail's body, and what of a record a request may write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_tavus.contract.body import Body, Items, Json
from pytest_tavus.contract.limits import OBJECTIVE_NAME_LENGTH
from pytest_tavus.contract.pal.objective import Guardrail
from pytest_tavus.contract.pal.objective_rules import guardrail_problems
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.simulator.account.requests.bodies import read_body, refuse_given

_GIVEN = ("guardrail_id", "guardrail_type", "created_at", "updated_at")
_WRITTEN = tuple(name for name in Guardrail.model_fields if name not in _GIVEN)


class GuardrailSet(Body):
    """The older body of ``POST /v2/guardrails/``: guardrails with a name in common [doc]."""

    name: str = ""
    data: Items[Guardrail]


def read_guardrail(body: Any) -> Guardrail:
    """Return a guardrail that keeps all rules.

    Raises:
        ApiRefusal: it does not.

    """
    refuse_given(body, _GIVEN)
    return read_body(Guardrail, body, rules=lambda one: _unlisted(guardrail_problems((one,))))


def read_guardrail_set(body: Any) -> GuardrailSet:
    """Return a set of guardrails that keeps all rules.

    Raises:
        ApiRefusal: it does not.

    """
    return read_body(GuardrailSet, body, rules=_set_problems)


def written_guardrail(row: Json) -> Json:
    """Return what a request may write of a guardrail; an empty `tool_call` is left out [client]."""
    return {name: row[name] for name in _WRITTEN if row.get(name) is not None}


def written_set(row: Json) -> Json:
    """Return what a request may write of a set."""
    return {"name": row["name"], "data": [written_guardrail(one) for one in row["data"]]}


def guardrail_body(guardrail: Guardrail) -> Json:
    """Return what is kept of a guardrail that was read."""
    return written_guardrail(guardrail.model_dump(mode="json"))


def set_body(guardrails: GuardrailSet) -> Json:
    """Return what is kept of a set that was read."""
    return written_set(guardrails.model_dump(mode="json"))


def _set_problems(guardrails: GuardrailSet) -> Iterator[RuleProblem]:
    if not guardrails.data:
        yield RuleProblem(
            loc=("data",), message="expected at least one guardrail, found none", rule="count"
        )
    if len(guardrails.name) > OBJECTIVE_NAME_LENGTH:
        message = f"name has {len(guardrails.name)} characters, expected at most "
        yield RuleProblem(loc=("name",), message=f"{message}{OBJECTIVE_NAME_LENGTH}", rule="length")
    yield from guardrail_problems(guardrails.data, ("data",))


def _unlisted(problems: Iterator[RuleProblem]) -> Iterator[RuleProblem]:
    """Take the position in the list of one away from each path."""
    for problem in problems:
        yield RuleProblem(
            loc=problem.loc[1:], message=problem.message, rule=problem.rule, hint=problem.hint
        )
