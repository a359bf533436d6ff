"""Sets of objectives: `/objectives`. Shape and limits are `contract`'s ([client], [doc])."""

from __future__ import annotations

from typing import Any

from pytest_tavus.contract.body import Json
from pytest_tavus.contract.pal.objective import ObjectiveSet
from pytest_tavus.contract.pal.objective_rules import objective_problems
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRefusal, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body, refuse_given
from pytest_tavus.simulator.account.requests.json_patch import UNCHANGED, patched, read_patch, same
from pytest_tavus.simulator.account.requests.pages import Paging, choice, named_like, page
from pytest_tavus.simulator.account.requests.refusals import not_found
from pytest_tavus.simulator.account.route import Route
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.known import forget

PAGING = Paging(limit=10)
_WRITTEN = ("name", "data", "allow_loops")
_GIVEN = tuple(name for name in ObjectiveSet.model_fields if name not in _WRITTEN)


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Take a set of objectives; a 400 is worded under ``message`` here [doc]."""
    try:
        wanted = _read(request.body)
    except ApiRefusal as refusal:
        raise ApiRefusal(refusal.status, {"message": refusal.body["error"]}) from None
    row = keep(account, wanted)
    known = ("objectives_id", "objective_name", "status", "created_at")
    return ApiAnswer(body={name: row[name] for name in known})


def validate(account: Account, request: ApiRequest) -> ApiAnswer:  # noqa: ARG001 - an operation
    """Tell whether a set would be taken. The route is [client], the answer's body [inferred]."""
    _read(request.body)
    return ApiAnswer(body={"valid": True})


def listed(account: Account, request: ApiRequest) -> ApiAnswer:
    """List the sets. None is Tavus's own, so `type: system` finds nothing.

    The official client reads the name of a row from `objectives_name` [client].
    """
    kind = choice(request.query, "type", ("user", "system", "all")) or "user"
    rows = () if kind == "system" else account["objectives"].rows()
    fields = ("objectives_id", "objective_name")
    found = named_like(rows, request.query.get("name_or_uuid", ""), fields=fields)
    shown = ({**row, "objectives_name": row["objective_name"]} for row in found)
    return ApiAnswer(body=page(shown, request.query, paging=PAGING))


def get(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return a set; `data` is the list of its objectives [client]."""
    return ApiAnswer(body=_found(account, request))


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change a set by JSON Patch; it is held to all rules anew [client]."""
    row = _found(account, request)
    written = {name: row[name] for name in _WRITTEN}
    wanted = patched(written, read_patch(request.body))
    if same(wanted, written):
        return UNCHANGED
    row |= _written(_read(wanted)) | {"updated_at": account.timestamp()}
    row["objective_name"] = row["name"]
    return ApiAnswer(body={"message": "Objective updated successfully"})


def delete(account: Account, request: ApiRequest) -> ApiAnswer:
    """Delete a set; PALs lose it."""
    objectives_id = _found(account, request)["objectives_id"]
    account["objectives"].delete(objectives_id)
    forget(account, "objectives_id", objectives_id)
    return ApiAnswer(status=204)


def keep(account: Account, objectives: ObjectiveSet) -> Json:
    """Add a set to the account and return its record."""
    at = account.timestamp()
    objectives_id = account.ids.new("o")
    row = {
        "objectives_id": objectives_id,
        "objective_name": objectives.name,
        "status": "active",
        **_written(objectives),
        "created_at": at,
        "updated_at": at,
    }
    return account["objectives"].add(objectives_id, row)


def _read(body: Any) -> ObjectiveSet:
    refuse_given(body, _GIVEN)
    return read_body(ObjectiveSet, body, rules=objective_problems)


def _written(objectives: ObjectiveSet) -> Json:
    body = objectives.model_dump(mode="json", exclude_none=True)
    return {name: body[name] for name in _WRITTEN}


def _found(account: Account, request: ApiRequest) -> Json:
    key, refusal = request.params["objectives_id"], not_found("Objective not found")
    return account["objectives"].require(key, refusal)


_ONE = "/objectives/{objectives_id}"
ROUTES: tuple[Route, ...] = (
    Route(method="POST", path="/objectives", operation=create, source="doc"),
    Route(method="POST", path="/objectives/validate", operation=validate, source="client"),
    Route(method="GET", path="/objectives", operation=listed, source="doc"),
    Route(method="GET", path=_ONE, operation=get, source="client"),
    Route(method="PATCH", path=_ONE, operation=change, source="doc"),
    Route(method="DELETE", path=_ONE, operation=delete, source="doc"),
)
