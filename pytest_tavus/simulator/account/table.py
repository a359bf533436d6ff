"""The routes of the API, and the search for the route of a method and a path."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from pytest_tavus.simulator.account.builder import builder, carrier, fanout, persona_builder
from pytest_tavus.simulator.account.resource import Route
from pytest_tavus.simulator.account.resources import (
    conversations,
    deployments,
    documents,
    faces,
    guardrails,
    memory_stores,
    objectives,
    pals,
    pronunciation_dictionaries,
    skills,
    tools,
    voices,
)

COMPARED = 100
"""Characters of an unknown path that are compared: the time grows with their square."""


class _Node(Struct):
    """A node of the tree of paths."""

    literals: dict[str, _Node] = field(default_factory=dict["str", "_Node"])
    "The next nodes by literal step."

    placeholders: dict[str, _Node] = field(default_factory=dict["str", "_Node"])
    "The next nodes by name of the placeholder."

    routes: dict[str, Route] = field(default_factory=dict["str", "Route"])
    "The routes that end here, by method."


class RouteMatch(Struct, frozen=True, kw_only=True):
    """The routes of a path by method, and the values of its placeholders."""

    routes: Mapping[str, Route]
    params: Mapping[str, str]


class RouteTable:
    """The routes of an API. A literal step takes precedence over a placeholder."""

    def __init__(self, routes: Iterable[Route]) -> None:
        """Build the tree of paths.

        Raises:
            ValueError: two routes have the same method and path.

        """
        self.routes = tuple(routes)
        self._root = _Node()
        for route in self.routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        node = self._root
        for step in _split(route.path):
            if step.startswith("{"):
                node = node.placeholders.setdefault(step[1:-1], _Node())
            else:
                node = node.literals.setdefault(step, _Node())
        if route.method in node.routes:
            message = f"two routes for {route.method} {route.path}"
            raise ValueError(message)
        node.routes[route.method] = route

    def find(self, path: str, method: str) -> RouteMatch | None:
        """Return the routes of a path; of several matches, the first that has the method.

        One slash at the end makes no difference; the API never redirects.
        """
        matches = [
            RouteMatch(routes=node.routes, params=params)
            for node, params in _walk(self._root, _split(path), {})
            if node.routes
        ]
        first = next(iter(matches), None)
        return next((match for match in matches if method in match.routes), first)

    def closest(self, path: str) -> tuple[str, ...]:
        """Return up to three known paths that resemble this path, the closest first."""
        known = sorted({route.path for route in self.routes})
        return tuple(difflib.get_close_matches(path[:COMPARED], known, n=3, cutoff=0.5))


def _split(path: str) -> list[str]:
    return path.removeprefix("/").removesuffix("/").split("/")


def _walk(
    node: _Node, steps: list[str], params: dict[str, str]
) -> Iterator[tuple[_Node, dict[str, str]]]:
    if not steps:
        yield node, params
        return
    step, *rest = steps
    if step in node.literals:
        yield from _walk(node.literals[step], rest, params)
    if step not in {"", ".", ".."}:
        for name, below in node.placeholders.items():
            yield from _walk(below, rest, {**params, name: step})


ROUTES: tuple[Route, ...] = (
    *conversations.ROUTES,
    *carrier.ROUTES,
    *pals.ROUTES,
    *skills.ROUTES,
    *tools.ROUTES,
    *objectives.ROUTES,
    *guardrails.ROUTES,
    *documents.ROUTES,
    *pronunciation_dictionaries.ROUTES,
    *memory_stores.ROUTES,
    *faces.ROUTES,
    *voices.ROUTES,
    *deployments.ROUTES,
    *builder.ROUTES,
    *fanout.ROUTES,
    *persona_builder.ROUTES,
)
