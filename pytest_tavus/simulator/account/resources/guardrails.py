"""Guardrails: `/guardrails`, single guardrails and the older sets of them.

One path serves both [doc]: a body with `guardrail_name` is a guardrail, a body with `data` is a
set, and an id names either. Lists show sets, or with `legacy=false` guardrails [doc].
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from msgspec.structs import replace

from pytest_tavus.contract.body import Body, Items, JsonDict, json_list, json_object
from pytest_tavus.contract.limits import OBJECTIVE_NAME_LENGTH
from pytest_tavus.contract.pal.objective import Guardrail
from pytest_tavus.contract.pal.objective_rules import guardrail_problems
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import (
    read_body,
    read_object,
    refuse_server_fields,
)
from pytest_tavus.simulator.account.requests.json_patch import (
    UNCHANGED,
    apply_patch,
    is_same_json,
    read_patch,
)
from pytest_tavus.simulator.account.requests.pages import (
    Query,
    any_of,
    contains,
    of_type,
    read_flag,
    tag_page,
)
from pytest_tavus.simulator.account.requests.refusals import not_found
from pytest_tavus.simulator.account.resource import JsonResource
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.known import list_pals_with, remove_from_pals

_SERVER_FIELDS = ("guardrail_id", "guardrail_type", "created_at", "updated_at")
_CLIENT_FIELDS = tuple(name for name in Guardrail.__struct_fields__ if name not in _SERVER_FIELDS)


class GuardrailSet(Body, frozen=True, kw_only=True):
    """The older body of ``POST /v2/guardrails/``: several guardrails under one name [doc]."""

    name: str = ""
    data: Items[Guardrail]


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Create a guardrail or a set, depending on the shape of the body [doc]."""
    if "data" in read_object(request.body):
        return ApiAnswer(body=SETS.add(account, _read_set(request.body)))
    return ApiAnswer(body=GUARDRAILS.add(account, _read(request.body)))


def validate(account: Account, request: ApiRequest) -> ApiAnswer:  # noqa: ARG001 - an operation
    """Validate a set without adding it [client] 0.3.2; the answer's body is [inferred]."""
    _read_set(request.body)
    return ApiAnswer(body={"valid": True})


def tags(account: Account, request: ApiRequest) -> ApiAnswer:
    rows = account.guardrails.rows()
    return ApiAnswer(body=tag_page(rows, request.query, paging=GUARDRAILS.paging))


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change a row by JSON Patch [doc], or by a plain object, which older clients send [client]."""
    row = GUARDRAILS.require_named(account, request)
    written = _writable_set(row) if _is_set(row) else _writable_fields(row)
    plain = json_object(request.body)
    after = {**written, **plain} if plain else apply_patch(written, read_patch(request.body))
    if is_same_json(after, written):
        return UNCHANGED
    fields = _read_set(after) if _is_set(row) else _read(after)
    # An update alone would keep the fields that the patch removed.
    for name in written.keys() - fields.keys():
        del row[name]
    row |= fields | {"updated_at": account.timestamp()}
    return GUARDRAILS.answer(account, row, request)


def delete(account: Account, request: ApiRequest) -> ApiAnswer:
    """Delete a row, and remove its id from PALs [doc]."""
    row = GUARDRAILS.require_named(account, request)
    account.guardrails.delete(_key(row))
    remove_from_pals(account, _pal_field(row), _key(row))
    return ApiAnswer(status=204)


def fields_of(guardrail: Guardrail) -> JsonDict:
    return _writable_fields(guardrail.to_json())


def _view(account: Account, row: JsonDict, query: Query) -> JsonDict:
    """Return a row; `verbose` adds its PALs and the type of a single guardrail [client]."""
    if not read_flag(query, "verbose"):
        return row
    pals = list_pals_with(account, _pal_field(row), _key(row))
    refs = [{"persona_id": pal["pal_id"], "persona_name": pal.get("pal_name")} for pal in pals]
    kind = {} if _is_set(row) else {"guardrail_type": "user"}
    return {**row, **kind, "persona_refs": refs}


def _row_view(account: Account, row: JsonDict, query: Query) -> JsonDict:
    """Return a row of the list; the official client reads its id from `uuid` [client]."""
    return {"uuid": _key(row), **_view(account, row, query)}


def _filter_by_shape(rows: list[JsonDict], query: Query) -> list[JsonDict]:
    sets = read_flag(query, "legacy", default=True)
    return [row for row in rows if _is_set(row) == sets]


def _is_set(row: JsonDict) -> bool:
    return json_list(row.get("data")) is not None


def _key(row: JsonDict) -> str:
    return str(row["guardrails_id"] if _is_set(row) else row["guardrail_id"])


def _pal_field(row: JsonDict) -> str:
    return "guardrails_id" if _is_set(row) else "guardrail_ids"


def _read(body: object) -> JsonDict:
    refuse_server_fields(body, _SERVER_FIELDS)
    return fields_of(
        read_body(Guardrail, body, rules=lambda body: _strip_index(guardrail_problems((body,))))
    )


def _read_set(body: object) -> JsonDict:
    return _writable_set(read_body(GuardrailSet, body, rules=_set_problems).to_json())


def _writable_fields(row: JsonDict) -> JsonDict:
    """Return the fields that a client may write, without nulls such as `tool_call` [client]."""
    return {name: row[name] for name in _CLIENT_FIELDS if row.get(name) is not None}


def _writable_set(row: JsonDict) -> JsonDict:
    return {"name": row["name"], "data": [_writable_fields(each) for each in row["data"]]}


def _set_problems(guardrails: GuardrailSet) -> Iterator[RuleProblem]:
    if not guardrails.data:
        yield RuleProblem(
            loc=("data",), message="expected at least one guardrail, found none", rule="count"
        )
    if len(guardrails.name) > OBJECTIVE_NAME_LENGTH:
        message = f"name has {len(guardrails.name)} characters, expected at most "
        yield RuleProblem(loc=("name",), message=f"{message}{OBJECTIVE_NAME_LENGTH}", rule="length")
    yield from guardrail_problems(guardrails.data, ("data",))


def _strip_index(problems: Iterator[RuleProblem]) -> Iterator[RuleProblem]:
    """Remove the list index 0 from each path."""
    return (replace(problem, loc=problem.loc[1:]) for problem in problems)


GUARDRAILS = JsonResource(
    table=lambda account: account.guardrails,
    path="/guardrails",
    key="guardrail_id",
    missing=partial(not_found, "Guardrail not found"),
    prefix="g",
    filters=(
        of_type(),
        _filter_by_shape,
        any_of("tags"),
        contains("name_or_uuid", "guardrail_id", "guardrail_name", "guardrails_id", "name"),
    ),
    view=_view,
    row_view=_row_view,
    plain={"listing": "doc", "show": "client"},
)
SETS = replace(GUARDRAILS, key="guardrails_id")
"""The older sets, which differ only in the field of their id."""

ROUTES = (
    *GUARDRAILS.routes(),
    GUARDRAILS.route("POST", "", create, source="doc"),
    GUARDRAILS.route("POST", "/validate", validate, source="client"),
    GUARDRAILS.route("GET", "/tags", tags, source="client"),
    GUARDRAILS.route("PATCH", "/{}", change, source="doc"),
    GUARDRAILS.route("DELETE", "/{}", delete, source="doc"),
)
