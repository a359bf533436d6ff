"""Sets of objectives: `/objectives`. `contract` has their shape and limits ([client], [doc])."""

from __future__ import annotations

from functools import partial

from pytest_tavus.contract.body import JsonDict
from pytest_tavus.contract.pal.objective import ObjectiveSet
from pytest_tavus.contract.pal.objective_rules import objective_problems
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRefusal, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body, refuse_server_fields
from pytest_tavus.simulator.account.requests.json_patch import UNCHANGED
from pytest_tavus.simulator.account.requests.pages import contains, of_type
from pytest_tavus.simulator.account.requests.refusals import not_found
from pytest_tavus.simulator.account.resource import JsonResource
from pytest_tavus.simulator.account.store.account import Account

_CLIENT_FIELDS = ("name", "data", "allow_loops")
_SERVER_FIELDS = tuple(
    name for name in ObjectiveSet.__struct_fields__ if name not in _CLIENT_FIELDS
)
_CREATED_FIELDS = ("objectives_id", "objective_name", "status", "created_at")


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Create a set of objectives; a 400 uses the key ``message`` on this route [doc]."""
    try:
        fields = _read(request.body)
    except ApiRefusal as refusal:
        raise ApiRefusal(refusal.status, {"message": refusal.body["error"]}) from None
    row = OBJECTIVES.add(account, fields)
    return ApiAnswer(body={name: row[name] for name in _CREATED_FIELDS})


def validate(account: Account, request: ApiRequest) -> ApiAnswer:  # noqa: ARG001 - an operation
    """Validate a set without adding it. The route is [client], the answer's body [inferred]."""
    _read(request.body)
    return ApiAnswer(body={"valid": True})


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change a set by JSON Patch; the result must keep all rules [client]."""
    answer = OBJECTIVES.change(account, request)
    done = ApiAnswer(body={"message": "Objective updated successfully"})
    return UNCHANGED if answer is UNCHANGED else done


def fields_of(objectives: ObjectiveSet) -> JsonDict:
    body = objectives.to_json(nulls=False)
    written = {name: body[name] for name in _CLIENT_FIELDS}
    return {"objective_name": objectives.name, "status": "active", **written}


def _read(body: object) -> JsonDict:
    refuse_server_fields(body, _SERVER_FIELDS)
    return fields_of(read_body(ObjectiveSet, body, rules=objective_problems))


OBJECTIVES = JsonResource(
    table=lambda account: account.objectives,
    path="/objectives",
    key="objectives_id",
    missing=partial(not_found, "Objective not found"),
    prefix="o",
    read=_read,
    patchable_fields=_CLIENT_FIELDS,
    filters=(of_type(), contains("name_or_uuid", "objectives_id", "objective_name")),
    # The official client reads the name of a row from `objectives_name` [client].
    row_view=lambda _account, row, _query: {**row, "objectives_name": row["objective_name"]},
    pal_field="objectives_id",
    plain={"listing": "doc", "show": "client", "delete": "doc"},
)
ROUTES = (
    *OBJECTIVES.routes(),
    OBJECTIVES.route("POST", "", create, source="doc"),
    OBJECTIVES.route("POST", "/validate", validate, source="client"),
    OBJECTIVES.route("PATCH", "/{}", change, source="doc"),
)
