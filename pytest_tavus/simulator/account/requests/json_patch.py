"""JSON Patch (RFC 6902), as PALs, objectives, guardrails, dictionaries and deployments take it.

The only door to the library that applies it. Nothing here knows what is patched.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from typing import Any

import jsonpatch

from pytest_tavus.contract.body import Json, json_list, json_object
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRefusal
from pytest_tavus.simulator.account.requests.refusals import bad_request, unprocessable

OPERATIONS = 1000
"""The most in one patch: ours."""

SIZE = 2**20
"""Characters that one patch copies, at most: ours. Copies of copies soon fill any memory."""

_NEEDS = {
    "add": ("value",),
    "remove": (),
    "replace": ("value",),
    "move": ("from",),
    "copy": ("from",),
    "test": ("value",),
}

UNCHANGED = ApiAnswer(status=304)
"""What answers a patch that changes nothing: no body [doc]."""


def read_patch(body: Any) -> list[Json]:
    """Return the operations of a patch; refuse with 422 what is no list of operations [doc]."""
    operations = json_list(body)
    if operations is None or not all(_is_operation(each) for each in operations):
        raise unprocessable("Invalid JSON patch format")
    if len(operations) > OPERATIONS:
        message = f"a patch can have at most {OPERATIONS} operations, found {len(operations)}"
        raise bad_request(message)
    return [dict(each) for each in operations]


def apply_patch(document: Json, operations: Iterable[Json]) -> Json:
    """Return the document with all operations of a patch applied; the one given stays as it is.

    Raises:
        ApiRefusal: 400, an operation cannot be applied. None has been.

    """
    result: Any = copy.deepcopy(document)
    size = 0
    for number, operation in enumerate(operations):
        if operation["op"] == "copy":
            size += _size(result, operation)
            if size > SIZE:
                raise _build_refusal(operation, number, "the document would become too large")
        result = _apply_operation(result, operation, number)
    if json_object(result) is None:
        raise bad_request("the patch would leave no JSON object")
    return dict(result)


def is_same_json(one: Any, other: Any) -> bool:
    """Tell whether two documents are the same JSON: 1 is not true, and order of keys is nothing."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _is_operation(written: Any) -> bool:
    operation = json_object(written)
    if operation is None or str(operation.get("op")) not in _NEEDS:
        return False
    pointers = [operation.get("path"), operation.get("from", "")]
    if not all(isinstance(each, str) and each[:1] in {"", "/"} for each in pointers):
        return False
    return all(name in operation for name in _NEEDS[operation["op"]])


def _apply_operation(document: Any, operation: Json, number: int) -> Any:
    """Apply one operation in place and say which it was where that fails. No value is repeated."""
    try:
        result = jsonpatch.JsonPatch([operation]).apply(document, in_place=True)
    except jsonpatch.JsonPatchTestFailed:
        raise _build_refusal(operation, number, "the value there is another") from None
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, TypeError):
        raise _build_refusal(operation, number, "there is nothing at that place") from None
    return result


def _size(document: Any, operation: Json) -> int:
    """Return how many characters an operation copies; 0 where it cannot be applied."""
    try:
        return len(json.dumps(jsonpatch.JsonPointer(operation["from"]).resolve(document)))
    except (jsonpatch.JsonPointerException, TypeError):
        return 0


def _build_refusal(operation: Json, number: int, why: str) -> ApiRefusal:
    op, path = operation["op"], operation["path"]
    return bad_request(f"operation {number}, {op} {path!r}, cannot be applied: {why}")
