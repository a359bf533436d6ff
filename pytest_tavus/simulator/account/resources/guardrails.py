"""Guardrails: `/guardrails`, each a thing of its own, and the older sets of them.

One path serves both [doc]: a body with `guardrail_name` is a guardrail, one with `data` is a set,
and an id is the one or the other. Without `legacy=false` the list is that of the sets [doc].
"""

from __future__ import annotations

from pytest_tavus.contract.body import Json, json_list, json_object
from pytest_tavus.contract.pal.objective import Guardrail
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_object
from pytest_tavus.simulator.account.requests.json_patch import UNCHANGED, patched, read_patch, same
from pytest_tavus.simulator.account.requests.pages import (
    Paging,
    Query,
    choice,
    flag,
    named_like,
    page,
    tag_page,
    with_any_tag,
    words,
)
from pytest_tavus.simulator.account.requests.refusals import not_found
from pytest_tavus.simulator.account.resources.guardrail_bodies import (
    guardrail_body,
    read_guardrail,
    read_guardrail_set,
    set_body,
    written_guardrail,
    written_set,
)
from pytest_tavus.simulator.account.route import Route
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.known import forget, holders

PAGING = Paging(limit=10)
_NAMES = ("guardrail_id", "guardrail_name", "guardrails_id", "name")


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Take a guardrail, or a set: the body's shape tells which [doc]."""
    if "data" in read_object(request.body):
        body = set_body(read_guardrail_set(request.body))
        return ApiAnswer(body=_added(account, "guardrails_id", body))
    return ApiAnswer(body=keep(account, read_guardrail(request.body)))


def validate(account: Account, request: ApiRequest) -> ApiAnswer:  # noqa: ARG001 - an operation
    """Tell whether a set would be taken [client] 0.3.2; the answer's body is [inferred]."""
    read_guardrail_set(request.body)
    return ApiAnswer(body={"valid": True})


def listed(account: Account, request: ApiRequest) -> ApiAnswer:
    """List guardrails, or the sets. None is Tavus's own, so `type: system` finds nothing.

    The official client reads the id of a row from `uuid` [client].
    """
    query = request.query
    kind = choice(query, "type", ("user", "system", "all")) or "user"
    sets = flag(query, "legacy", default=True)
    rows = () if kind == "system" else account["guardrails"].rows()
    found = with_any_tag((row for row in rows if _is_set(row) == sets), words(query, "tags"))
    found = named_like(found, query.get("name_or_uuid", ""), fields=_NAMES)
    shown = ({"uuid": _key(row), **_shown(account, row, query)} for row in found)
    return ApiAnswer(body=page(shown, query, paging=PAGING))


def tags(account: Account, request: ApiRequest) -> ApiAnswer:
    """List the tags that guardrails have [client]."""
    return ApiAnswer(body=tag_page(account["guardrails"].rows(), request.query, paging=PAGING))


def get(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return a guardrail or a set."""
    return ApiAnswer(body=_shown(account, _found(account, request), request.query))


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change one by JSON Patch [doc], or by the plain object that older clients send [client]."""
    row = _found(account, request)
    written = written_set(row) if _is_set(row) else written_guardrail(row)
    plain = json_object(request.body)
    wanted = {**written, **plain} if plain else patched(written, read_patch(request.body))
    if same(wanted, written):
        return UNCHANGED
    if _is_set(row):
        kept = set_body(read_guardrail_set(wanted))
    else:
        kept = guardrail_body(read_guardrail(wanted))
    for name in written.keys() - kept.keys():
        del row[name]
    row |= kept | {"updated_at": account.timestamp()}
    return ApiAnswer(body=_shown(account, row, request.query))


def delete(account: Account, request: ApiRequest) -> ApiAnswer:
    """Delete one; PALs lose it [doc]."""
    row = _found(account, request)
    key = _key(row)
    account["guardrails"].delete(key)
    forget(account, "guardrails_id" if _is_set(row) else "guardrail_ids", key)
    return ApiAnswer(status=204)


def keep(account: Account, guardrail: Guardrail) -> Json:
    """Add a guardrail to the account and return its record."""
    return _added(account, "guardrail_id", guardrail_body(guardrail))


def _added(account: Account, name: str, body: Json) -> Json:
    """Add what is known by an id of that name."""
    key, at = account.ids.new("g"), account.timestamp()
    row = {name: key, **body, "created_at": at, "updated_at": at}
    return account["guardrails"].add(key, row)


def _shown(account: Account, row: Json, query: Query) -> Json:
    """Return a row; `verbose` adds which PALs hold it, and of a single one its type [client]."""
    if not flag(query, "verbose"):
        return row
    held = holders(account, "guardrails_id" if _is_set(row) else "guardrail_ids", _key(row))
    refs = [{"persona_id": pal["pal_id"], "persona_name": pal.get("pal_name")} for pal in held]
    kind = {} if _is_set(row) else {"guardrail_type": "user"}
    return {**row, **kind, "persona_refs": refs}


def _is_set(row: Json) -> bool:
    return json_list(row.get("data")) is not None


def _key(row: Json) -> str:
    return str(row["guardrails_id"] if _is_set(row) else row["guardrail_id"])


def _found(account: Account, request: ApiRequest) -> Json:
    key, refusal = request.params["guardrail_id"], not_found("Guardrail not found")
    return account["guardrails"].require(key, refusal)


_ONE = "/guardrails/{guardrail_id}"
ROUTES: tuple[Route, ...] = (
    Route(method="POST", path="/guardrails", operation=create, source="doc"),
    Route(method="POST", path="/guardrails/validate", operation=validate, source="client"),
    Route(method="GET", path="/guardrails", operation=listed, source="doc"),
    Route(method="GET", path="/guardrails/tags", operation=tags, source="client"),
    Route(method="GET", path=_ONE, operation=get, source="client"),
    Route(method="PATCH", path=_ONE, operation=change, source="doc"),
    Route(method="DELETE", path=_ONE, operation=delete, source="doc"),
)
