"""The bodies with which the API refuses, as they were recorded.

Which key holds the sentence differs by status: 400 and most 404 say ``error``; 401, 422 and some
404 say ``message`` [doc]. What a 400 about fields says looks like marshmallow's [wild]: the fields
in Python's notation, below ``Bad Request.``. The words inside are ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.service.api import ApiRefusal
from pytest_tavus.spans import Loc


def invalid_key() -> ApiRefusal:
    """Return the 401 for a missing key, a wrong one, and one of another environment [doc]."""
    return ApiRefusal(401, {"message": "Invalid access token"})


def invalid_id(name: str) -> ApiRefusal:
    """Return the 400 for an id that is nobody's: ``Invalid conversation_id`` [doc]."""
    return ApiRefusal(400, {"error": f"Invalid {name}"})


def bad_request(sentence: str) -> ApiRefusal:
    """Return a 400 that says one thing [doc]."""
    return ApiRefusal(400, {"error": sentence})


def not_found(sentence: str) -> ApiRefusal:
    """Return a 404, such as ``Objective not found`` [doc]."""
    return ApiRefusal(404, {"error": sentence})


def conflict(sentence: str) -> ApiRefusal:
    """Return a 409. Its status is [wild] for tools and [doc] for documents; its key [inferred]."""
    return ApiRefusal(409, {"error": sentence})


def unprocessable(sentence: str) -> ApiRefusal:
    """Return a 422, such as ``Invalid JSON patch format`` [doc]."""
    return ApiRefusal(422, {"message": sentence})


def bad_field(field: str, sentence: str) -> ApiRefusal:
    """Return the 400 for one field."""
    return _bad_request({field: [sentence]})


def bad_fields(problems: Iterable[RuleProblem]) -> ApiRefusal:
    """Return the 400 that tells every problem of a body, each where it stands in there."""
    tree = _tree([(problem.loc, _sentence(problem)) for problem in problems])
    return _bad_request(tree if isinstance(tree, dict) else {"_schema": tree})


def _bad_request(tree: Mapping[Any, Any]) -> ApiRefusal:
    return ApiRefusal(400, {"error": f"Bad Request. {tree!r}"})


def _sentence(problem: RuleProblem) -> str:
    return problem.message if problem.hint is None else f"{problem.message}; {problem.hint}"


def _tree(problems: list[tuple[Loc, str]]) -> dict[Any, Any] | list[str]:
    """Nest sentences by their paths; `_schema` holds those about an object as a whole."""
    own = [text for loc, text in problems if not loc]
    steps = dict.fromkeys(loc[0] for loc, _ in problems if loc)
    below: dict[Any, Any] = {
        step: _tree([(loc[1:], text) for loc, text in problems if loc[:1] == (step,)])
        for step in steps
    }
    return ({"_schema": own, **below} if own else below) if below else own
