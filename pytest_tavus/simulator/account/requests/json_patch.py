"""JSON Patch (RFC 6902) for PALs, objectives, guardrails, dictionaries and deployments.

The only module that imports jsonpatch.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable

import jsonpatch

from pytest_tavus.contract.body import JsonDict, json_list, json_object
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRefusal
from pytest_tavus.simulator.account.requests.refusals import bad_request, unprocessable

OPERATIONS = 1000
"""The most operations of one patch: ours."""

SIZE = 2**20
"""The most characters that one patch copies: ours. Repeated copies grow exponentially."""

_NEEDS = {
    "add": ("value",),
    "remove": (),
    "replace": ("value",),
    "move": ("from",),
    "copy": ("from",),
    "test": ("value",),
}

UNCHANGED = ApiAnswer(status=304)
"""The answer to a patch that changes nothing: no body [doc]."""


def read_patch(body: object) -> list[JsonDict]:
    """Return the operations of a patch; refuse any other body with 422 [doc]."""
    operations = json_list(body)
    if operations is None or not all(_is_operation(each) for each in operations):
        raise unprocessable("Invalid JSON patch format")
    if len(operations) > OPERATIONS:
        message = f"a patch can have at most {OPERATIONS} operations, found {len(operations)}"
        raise bad_request(message)
    return [dict(each) for each in operations]


def apply_patch(document: JsonDict, operations: Iterable[JsonDict]) -> JsonDict:
    """Return a copy of the document with all operations of a patch applied.

    Raises:
        ApiRefusal: 400, an operation cannot be applied; the document is unchanged.

    """
    # Copy once, and patch in place: jsonpatch would copy the document per operation.
    result: object = copy.deepcopy(document)
    size = 0
    for number, operation in enumerate(operations):
        if operation["op"] == "copy":
            size += _size(result, operation)
            if size > SIZE:
                raise _build_refusal(operation, number, "the document would become too large")
        result = _apply_operation(result, operation, number)
    if (after := json_object(result)) is None:
        raise bad_request("the patch would leave no JSON object")
    return after


def is_same_json(one: object, other: object) -> bool:
    """Tell whether two documents are the same JSON: 1 differs from true, key order is ignored."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _is_operation(written: object) -> bool:
    operation = json_object(written)
    if operation is None or str(operation.get("op")) not in _NEEDS:
        return False
    pointers = [operation.get("path"), operation.get("from", "")]
    if not all(isinstance(each, str) and each[:1] in {"", "/"} for each in pointers):
        return False
    return all(name in operation for name in _NEEDS[operation["op"]])


def _apply_operation(document: object, operation: JsonDict, number: int) -> object:
    """Apply one operation in place; the refusal of a failure names the operation, and no value."""
    try:
        result: object = jsonpatch.JsonPatch([operation]).apply(document, in_place=True)
    except jsonpatch.JsonPatchTestFailed:
        raise _build_refusal(operation, number, "the value there is different") from None
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, TypeError):
        raise _build_refusal(operation, number, "the pointer leads to no value") from None
    return result


def _size(document: object, operation: JsonDict) -> int:
    """Return the characters that a copy operation copies; 0 if it cannot be applied."""
    try:
        return len(json.dumps(jsonpatch.JsonPointer(operation["from"]).resolve(document)))
    except (jsonpatch.JsonPointerException, TypeError):
        return 0


def _build_refusal(operation: JsonDict, number: int, why: str) -> ApiRefusal:
    op, path = operation["op"], operation["path"]
    return bad_request(f"operation {number}, {op} {path!r}, cannot be applied: {why}")
