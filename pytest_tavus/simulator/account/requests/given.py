"""Fields that the service sets: a request must not bring them, though a pasted file may."""

from __future__ import annotations

from typing import Any

from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.simulator.account.requests.bodies import read_object, refuse_if


def refuse_given(body: Any, fields: tuple[str, ...]) -> None:
    """Refuse a body with fields in it that the service sets itself.

    Raises:
        ApiRefusal: it has one, or it is no JSON object.

    """
    written = read_object(body)
    refuse_if(
        RuleProblem(
            loc=(name,), message=f"{name} is set by the service: leave it out", rule="given"
        )
        for name in fields
        if written.get(name) is not None
    )
