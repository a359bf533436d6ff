"""Every route of the API, and the row for a method and a path."""

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

LOOKED_AT = 100
"""Characters of an unknown path that are compared: the time it takes grows with their square."""


class _Place(Struct):
    """One step of the paths: what may follow, and what stands here."""

    literals: dict[str, _Place] = field(default_factory=dict["str", "_Place"])
    "Literal steps."

    placeholders: dict[str, _Place] = field(default_factory=dict["str", "_Place"])
    "Placeholders, by name."

    routes: dict[str, Route] = field(default_factory=dict["str", "Route"])
    "By method."


class RouteMatch(Struct, frozen=True, kw_only=True):
    """The routes at a path, and what its placeholders stand for."""

    routes: Mapping[str, Route]
    params: Mapping[str, str]


class RouteTable:
    """Every route of an API. A literal step goes before a placeholder, whichever came first."""

    def __init__(self, routes: Iterable[Route]) -> None:
        """Take the routes; a method and a path that come twice raise `ValueError`."""
        self.routes = tuple(routes)
        self._root = _Place()
        for route in self.routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        place = self._root
        for step in _steps(route.path):
            if step.startswith("{"):
                place = place.placeholders.setdefault(step[1:-1], _Place())
            else:
                place = place.literals.setdefault(step, _Place())
        if route.method in place.routes:
            message = f"two routes for {route.method} {route.path}"
            raise ValueError(message)
        place.routes[route.method] = route

    def find(self, path: str, method: str) -> RouteMatch | None:
        """Return the routes at a path; of several places, the first that has the method.

        One slash at the end makes no difference; the API never redirects.
        """
        places = [
            RouteMatch(routes=place.routes, params=params)
            for place, params in _walk(self._root, _steps(path), {})
            if place.routes
        ]
        return next((found for found in places if method in found.routes), next(iter(places), None))

    def closest(self, path: str) -> tuple[str, ...]:
        """Return up to three paths of the table that look like this one, the best first."""
        known = sorted({route.path for route in self.routes})
        return tuple(difflib.get_close_matches(path[:LOOKED_AT], known, n=3, cutoff=0.5))


def _steps(path: str) -> list[str]:
    return path.removeprefix("/").removesuffix("/").split("/")


def _walk(
    place: _Place, steps: list[str], params: dict[str, str]
) -> Iterator[tuple[_Place, dict[str, str]]]:
    if not steps:
        yield place, params
        return
    step, *rest = steps
    if step in place.literals:
        yield from _walk(place.literals[step], rest, params)
    if step not in {"", ".", ".."}:
        for name, below in place.placeholders.items():
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
