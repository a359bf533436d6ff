"""The rules for a tool's `parameters`, which are a JSON Schema of type `object` [doc].

The dialect is 2020-12: Tavus asks for the OpenAI function shape, which uses it [inferred].
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pytest_tavus.contract.body import JsonDict, json_list, json_object
from pytest_tavus.contract.limits import RESERVED_PREFIX
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.schema.dialect import SchemaFault, metaschema
from pytest_tavus.contract.schema.plain_schema import TYPES, is_plain_schema
from pytest_tavus.contract.schema.references import reference_problems
from pytest_tavus.errors import did_you_mean


def json_length(value: object) -> int | None:
    """Return the number of characters of a value as JSON; `None` if it is not JSON.

    The client counts ``json.dumps(value, sort_keys=True)`` with its default separators [client].
    """
    try:
        return len(json.dumps(value, sort_keys=True, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return None


def list_parameters(parameters: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of a tool's declared parameters."""
    return tuple(json_object(parameters.get("properties")) or {})


def list_required_parameters(parameters: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of a tool's required parameters."""
    names = json_list(parameters.get("required")) or ()
    return tuple(name for name in names if isinstance(name, str))


def schema_problems(parameters: JsonDict) -> Iterator[RuleProblem]:
    """Yield the problems of a tool's `parameters`; paths begin at `parameters`."""
    if not parameters:
        return
    if json_length(parameters) is None:
        message = "the parameters cannot be written as JSON: expected text keys and JSON values"
        yield RuleProblem(loc=("parameters",), message=message, rule="parameters_json")
        return
    yield from _type_problems(parameters)
    yield from _metaschema_problems(parameters)
    for name in list_parameters(parameters):
        if name.startswith(RESERVED_PREFIX):
            yield RuleProblem(
                loc=("parameters", "properties", name),
                message=f"the parameter name {name!r} is reserved: "
                f"names that begin with {RESERVED_PREFIX!r} belong to Tavus",
                rule="parameters_reserved",
            )


def _type_problems(parameters: Mapping[str, object]) -> Iterator[RuleProblem]:
    kind = parameters.get("type")
    if kind == "object":
        return
    found = f"found type {kind!r}" if "type" in parameters else "found no type"
    yield RuleProblem(
        loc=("parameters", "type"),
        message=f"the parameters must be a JSON Schema of type 'object', {found}",
        hint="write `type: object` beside `properties`",
        rule="parameters_object",
    )


def _metaschema_problems(parameters: JsonDict) -> Iterator[RuleProblem]:
    # The quick check spares nearly every tool the import of jsonschema.
    if is_plain_schema(parameters):
        return
    seen = set[str]()
    errors = list(metaschema().iter_errors(parameters))
    if not errors:
        yield from reference_problems(parameters)
    for error in sorted(errors, key=lambda fault: _document_order(parameters, fault.absolute_path)):
        problem = _build_problem(error)
        # One fault can break several vocabularies of the metaschema, in the same words.
        if str(problem) not in seen:
            seen.add(str(problem))
            yield problem


def _document_order(value: Any, path: Iterable[int | str]) -> tuple[int, ...]:
    # jsonschema yields its errors in no documented order; users read them in the file's order.
    order: list[int] = []
    for step in path:
        entries = json_object(value)
        steps: list[int | str] = list(range(len(value)) if entries is None else entries)
        order.append(steps.index(step))
        value = value[step]
    return tuple(order)


def _build_problem(error: SchemaFault) -> RuleProblem:
    loc = ("parameters", *error.absolute_path)
    if loc[-1] == "type" and isinstance(error.instance, str):
        message = f"{error.instance!r} is not a JSON Schema type: expected {', '.join(TYPES)}"
        hint = did_you_mean(error.instance, TYPES)
    else:
        message = f"this is not a valid JSON Schema: {error.message}"
        hint = None
    return RuleProblem(loc=loc, message=message, hint=hint, rule="parameters_schema")
