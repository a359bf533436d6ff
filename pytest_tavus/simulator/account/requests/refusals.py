"""The refusals of the API, with their recorded bodies.

The key of the sentence depends on the status: 400 and most 404 use ``error``; 401, 422 and some 404
use ``message`` [doc]. A 400 about fields looks like marshmallow's [wild]: ``Bad Request.``, then
the fields in Python's notation. The sentences about fields are ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TypeAlias

from msgspec import Struct, field

from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.simulator.account.requests.api import ApiRefusal

MOST_PROBLEMS = 50
"""The most problems that one 400 lists: ours. Each takes time to word, and nobody reads more."""

Tree: TypeAlias = "dict[str | int, Tree | list[str]]"

_LONGEST = 1000
"""The most characters of a sentence: a hint may list every key of a body."""


def invalid_key() -> ApiRefusal:
    """Return the 401 for a missing or wrong key, or a key of another environment [doc]."""
    return ApiRefusal(401, {"message": "Invalid access token"})


def invalid_id(name: str) -> ApiRefusal:
    """Return the 400 for an unknown id, such as ``Invalid conversation_id`` [doc]."""
    return ApiRefusal(400, {"error": f"Invalid {name}"})


def bad_request(sentence: str) -> ApiRefusal:
    """Return a 400 with one sentence [doc]."""
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
    """Return the 400 that lists the problems of a body, nested by their paths.

    It lists the first :data:`MOST_PROBLEMS` and says that there are more; `unread` is their number
    if the caller knows it.
    """
    left = iter(problems)
    root = _collect_problems(islice(left, MOST_PROBLEMS))
    tree = root.to_tree()
    # Do not count the rest: a rule computes each problem only when it is read.
    if unread or next(left, None) is not None:
        count = f"{unread} more" if unread else "more"
        tree["_schema"] = [*root.sentences, f"{count} problems are not listed"]
    return _bad_request(tree)


def _bad_request(tree: Mapping[str, list[str]] | Tree) -> ApiRefusal:
    return ApiRefusal(400, {"error": f"Bad Request. {tree!r}"})


def _sentence(problem: RuleProblem) -> str:
    text = problem.message if problem.hint is None else f"{problem.message}; {problem.hint}"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _collect_problems(problems: Iterable[RuleProblem]) -> _Node:
    root = _Node()
    for problem in problems:
        node = root
        for step in problem.loc:
            node = node.below.setdefault(step, _Node())
        node.sentences.append(_sentence(problem))
    return root


class _Node(Struct):
    """The problems of one part of a body, and of the parts below it."""

    sentences: list[str] = field(default_factory=list[str])
    below: dict[str | int, _Node] = field(default_factory=dict["str | int", "_Node"])

    def to_tree(self) -> Tree:
        """Nest the sentences by their paths; `_schema` has the ones about the whole object."""
        tree: Tree = {"_schema": self.sentences} if self.sentences else {}
        for step, node in self.below.items():
            tree[step] = node.to_tree() if node.below else node.sentences
        return tree
