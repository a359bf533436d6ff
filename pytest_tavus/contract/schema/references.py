"""Checks the references and patterns of a schema, and fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from pytest_tavus.contract.body import JsonDict, json_object
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.schema.dialect import Resolver, metaschema, resolver
from pytest_tavus.contract.schema.ecma import NotEcmaError, python_pattern
from pytest_tavus.contract.schema.subschemas import subschemas
from pytest_tavus.spans import Loc

REFERENCES = ("$ref", "$dynamicRef")

_Edge = tuple[int, Loc | None]
"""The identity of a schema for the same value, and the path of the `$ref` that leads to it. The
path is `None` if the schema stands inside."""


def reference_problems(schema: JsonDict) -> Iterator[RuleProblem]:
    """Yield the problems of the references and patterns of a valid schema."""
    walk = _Walk()
    yield from walk.problems(schema)
    for at in walk.circles():
        yield _problem(
            at, "this reference leads back to itself, so it says nothing", "break the circle"
        )


class _Walk(Struct):
    """Visits a schema and the targets of its references, each once."""

    edges: dict[int, list[_Edge]] = field(default_factory=dict[int, list[_Edge]])

    def problems(self, schema: JsonDict) -> Iterator[RuleProblem]:
        """Yield the problems in the order of the schema."""
        queue: list[tuple[JsonDict, Loc, Resolver]] = [(schema, (), resolver(schema))]
        while queue:
            entries, at, names = queue.pop(0)
            # By identity: several references may lead to the same schema.
            if id(entries) in self.edges:
                continue
            edges = self.edges[id(entries)] = []
            yield from _pattern_problems(entries, at)
            for inner in subschemas(entries):
                queue.append((inner.schema, (*at, *inner.path), names.inside(inner.schema)))
                if inner.in_place:
                    edges.append((id(inner.schema), None))
            for keyword in REFERENCES:
                if keyword not in entries:
                    continue
                here = (*at, keyword)
                found = names.lookup(str(entries[keyword]))
                why = None if found is None else _check_schema(found[0])
                if found is None or why:
                    yield _dangling_problem(str(entries[keyword]), here, why)
                elif (target := json_object(found[0])) is not None:
                    edges.append((id(target), here))
                    queue.append((target, here, found[1]))

    def circles(self) -> Iterator[Loc]:
        """Yield the path of one reference of each circle."""
        # Depth first: a reference to a schema that is still on the current way closes a circle.
        settled: set[int] = set()
        for start in self.edges:
            way: dict[int, tuple[Iterator[_Edge], Loc | None]] = {}
            if start not in settled:
                way[start] = (iter(self.edges[start]), None)
            while way:
                node = next(reversed(way))
                after, at = next(way[node][0], (None, None))
                if after is None:
                    settled.add(node)
                    del way[node]
                elif after in way:
                    circle = list(way).index(after) + 1
                    back = [place for _, place in list(way.values())[circle:]]
                    yield next(place for place in (at, *back) if place is not None)
                elif after not in settled:
                    way[after] = (iter(self.edges[after]), at)


def _pattern_problems(schema: JsonDict, at: Loc) -> Iterator[RuleProblem]:
    written = [(("pattern",), schema["pattern"])] if "pattern" in schema else []
    keys = json_object(schema.get("patternProperties")) or {}
    for path, text in (*written, *((("patternProperties", key), key) for key in keys)):
        try:
            python_pattern(text)
        except NotEcmaError as error:
            message = f"{text!r} is not a pattern of JSON Schema, which are those of ECMA-262"
            yield _problem((*at, *path), f"{message}: {error}", None)


def _check_schema(found: object) -> str | None:
    if isinstance(found, bool):
        return None
    if json_object(found) is None or any(True for _ in metaschema().iter_errors(found)):
        return "what it leads to is no schema"
    return None


def _dangling_problem(reference: str, at: Loc, why: str | None) -> RuleProblem:
    if why is None and not reference.startswith("#"):
        message = f"{reference!r} leads out of these parameters, and nothing is ever fetched"
        return _problem(at, message, "copy the schema to $defs, and write #/$defs/<name>")
    message = f"{reference!r} leads nowhere: {why or 'there is no such place'}"
    return _problem(at, message, "a place in the parameters is written #/$defs/<name>")


def _problem(at: Loc, message: str, hint: str | None) -> RuleProblem:
    return RuleProblem(
        loc=("parameters", *at), message=message, hint=hint, rule="parameters_reference"
    )
