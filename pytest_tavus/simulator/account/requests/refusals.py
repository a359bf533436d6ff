"""The bodies with which the API refuses, as they were recorded.

Which key holds the sentence differs by status: 400 and most 404 say ``error``; 401, 422 and some
404 say ``message`` [doc]. What a 400 about fields says looks like marshmallow's [wild]: the fields
in Python's notation, below ``Bad Request.``. The words inside are ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from msgspec import Struct, field

from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.simulator.account.requests.api import ApiRefusal

MOST_PROBLEMS = 50
"""Problems of one body that a 400 lists: ours. Nobody reads more, and each takes time to word."""

_LONGEST = 1000
"""Characters of a sentence. A hint may name everything that a body has."""


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
    return _bad_request({field: [sentence]})


def bad_fields(problems: Iterable[RuleProblem], *, unread: int = 0) -> ApiRefusal:
    """Return the 400 that tells the problems of a body, each where it stands in there.

    Only the first :data:`MOST_PROBLEMS` are told, and that there are others; `unread` says how
    many, where that is known. A problem that is not told is not worded.
    """
    left = iter(problems)
    tree = _build_tree(islice(left, MOST_PROBLEMS))
    if unread or next(left, None) is not None:
        count = f"{unread} more" if unread else "more"
        tree.setdefault("_schema", []).append(f"{count} problems are not listed")
    return _bad_request(tree)


def _bad_request(tree: Mapping[Any, Any]) -> ApiRefusal:
    return ApiRefusal(400, {"error": f"Bad Request. {tree!r}"})


def _sentence(problem: RuleProblem) -> str:
    text = problem.message if problem.hint is None else f"{problem.message}; {problem.hint}"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _build_tree(problems: Iterable[RuleProblem]) -> dict[Any, Any]:
    """Nest sentences by their paths; `_schema` holds those about an object as a whole."""
    root = _Place()
    for problem in problems:
        place = root
        for step in problem.loc:
            place = place.below.setdefault(step, _Place())
        place.sentences.append(_sentence(problem))
    told = root.to_tree()
    return told if isinstance(told, dict) else {"_schema": told}


class _Place(Struct):
    """The problems at one place of a body, and below it."""

    sentences: list[str] = field(default_factory=list[str])
    below: dict[str | int, _Place] = field(default_factory=dict["str | int", "_Place"])

    def to_tree(self) -> dict[Any, Any] | list[str]:
        below = {step: place.to_tree() for step, place in self.below.items()}
        if not below:
            return self.sentences
        return {"_schema": self.sentences, **below} if self.sentences else below
