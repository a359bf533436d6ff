"""``/tools``: the account's registry of tools, the system's own, and how a tool is answered."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_tavus.contract.body import Json, json_object
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.tool.rules import tool_problems
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.contract.tool.url_rules import is_allowed_locally
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body, read_object, refuse_if
from pytest_tavus.simulator.account.requests.masks import masked_auth
from pytest_tavus.simulator.account.requests.pages import Paging, choice, named_like, page
from pytest_tavus.simulator.account.requests.refusals import bad_request, conflict, not_found
from pytest_tavus.simulator.account.route import Route
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.known import forget

SERVER_SET = ("tool_id", "owner_id", "is_system_tool", "created_at", "updated_at")
"""Fields that only the server sets [doc]."""

OWNER = "simulated"
"""`owner_id` of everything in a simulated account."""


def shown_tool(record: Json) -> Json:
    """Return a tool as the API answers it ([doc] create-tool, get-tool)."""
    post_call = record.get("trigger_type") == "post_call"
    origin = None if post_call else record.get("origin", "llm")
    return {
        "tool_id": record["tool_id"],
        "owner_id": OWNER,
        "name": record["name"],
        "description": record["description"],
        "parameters": record.get("parameters", {}),
        "delivery": _shown_delivery(json_object(record.get("delivery")) or {}),
        "trigger_type": record.get("trigger_type", "in_call"),
        "origin": origin,
        "on_call": record.get("on_call", "generate_filler" if origin == "llm" else None),
        "on_resolve": record.get("on_resolve", "fire_and_forget"),
        "static_filler": record.get("static_filler"),
        "tags": record.get("tags", []),
        "is_system_tool": record["is_system_tool"],
        "created_at": record["created_at"],
        "updated_at": record["updated_at"],
    }


def _shown_delivery(delivery: Json) -> Json:
    """Return `app_message: false` beside an api, as the documents show it [doc]."""
    api = json_object(delivery.get("api"))
    if api is None:
        return {"app_message": True}
    auth = json_object(api.get("auth")) or {"type": "none"}
    shown = {"method": "POST", "timeout": 10, **api, "auth": masked_auth(auth)}
    return {"app_message": False, "api": shown}


PAGING = Paging(limit=25)
"""Twenty-five a page, the first is 1 [client]."""


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Register a tool. Its name must be free in the account: 409 [wild]."""
    written = read_object(request.body)
    tool = _read(account, written)
    _refuse_taken(account, tool.name)
    tool_id, now = account.ids.new("t"), account.timestamp()
    record = {
        **_authored(written),
        "tool_id": tool_id,
        "is_system_tool": False,
        "created_at": now,
        "updated_at": now,
    }
    return ApiAnswer(body=shown_tool(account["tools"].add(tool_id, record)))


def listing(account: Account, request: ApiRequest) -> ApiAnswer:
    """List tools: the user's own unless `type` says otherwise [client]."""
    kind = choice(request.query, "type", ("user", "system", "all")) or "user"
    rows = (
        row
        for row in account["tools"].rows()
        if kind in {"all", "system" if row["is_system_tool"] else "user"}
    )
    found = named_like(rows, request.query.get("name_or_uuid", ""), fields=("name", "tool_id"))
    return ApiAnswer(body=page(map(shown_tool, found), request.query, paging=PAGING))


def show(account: Account, request: ApiRequest) -> ApiAnswer:
    """Show one tool, its secret masked [doc]."""
    return ApiAnswer(body=shown_tool(found_tool(account, request.params["tool_id"])))


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change the fields given; the others stay, and with them the secret that is not given."""
    record = _own_tool(account, request, "changed")
    written = read_object(request.body)
    refuse_if(_server_set(written))
    merged = _merged(record, _authored(written))
    name = _read(account, merged).name
    if name != record["name"]:
        _refuse_taken(account, name)
    server_set = {key: record[key] for key in SERVER_SET if key in record}
    after = {**merged, **server_set, "updated_at": account.timestamp()}
    return ApiAnswer(body=shown_tool(account["tools"].replace(record["tool_id"], after)))


def delete(account: Account, request: ApiRequest) -> ApiAnswer:
    """Delete a tool: its name is free again, and no PAL has it any more [doc]."""
    tool_id = _own_tool(account, request, "deleted")["tool_id"]
    account["tools"].delete(tool_id)
    forget(account, "tool_ids", tool_id)
    return ApiAnswer(status=204)


def found_tool(account: Account, tool_id: str) -> Json:
    """Return the record of a tool, its secret included.

    Raises:
        ApiRefusal: there is none; 404, as with objectives [inferred].

    """
    return account["tools"].require(tool_id, not_found("Tool not found"))


def _own_tool(account: Account, request: ApiRequest, done: str) -> Json:
    record = found_tool(account, request.params["tool_id"])
    if record["is_system_tool"]:
        message = f"{record['name']} is a system tool and cannot be {done}"
        raise bad_request(message)
    return record


def _refuse_taken(account: Account, name: str) -> None:
    owned = (row for row in account["tools"].rows() if not row["is_system_tool"])
    if any(row["name"] == name for row in owned):
        message = f"A tool named {name!r} already exists"
        raise conflict(message)


def _read(account: Account, written: Json) -> Tool:
    """Return a tool that keeps every rule of `contract`, and whose fields a client may write."""
    refuse_if(_server_set(written))

    def rules(tool: Tool) -> Iterator[RuleProblem]:
        for problem in tool_problems(tool):
            if not (account.options.local_tools and is_allowed_locally(problem, tool)):
                yield problem

    return read_body(Tool, written, rules=rules)


def _server_set(written: Json) -> Iterator[RuleProblem]:
    for key in SERVER_SET:
        if key in written:
            message = f"unknown key {key!r}: it is set by the server"
            yield RuleProblem(loc=(key,), message=message, rule="server_set")


def _authored(written: Json) -> Json:
    """Return what was really written: a null is as good as nothing [client]."""
    return {key: value for key, value in written.items() if value is not None}


def _merged(record: Json, written: Json) -> Json:
    """Return a tool's fields after a change.

    An `api` without `auth` keeps the one there is, and an `auth` of the same type without its
    secret keeps that: what is masked on reading is to be left out on writing [client].
    """
    kept = {key: value for key, value in record.items() if key not in SERVER_SET}
    if written.get("trigger_type") == "post_call" and "origin" not in written:
        kept.pop("origin", None)
    return {**kept, **written, **_delivery(kept, written)}


def _delivery(kept: Json, written: Json) -> Json:
    delivery, api = _api(written)
    before = json_object((_api(kept)[1] or {}).get("auth"))
    if api is None or before is None:
        return {}
    auth = api.get("auth")
    if auth is None:
        auth = before
    elif (given := json_object(auth)) is not None and given.get("type") == before.get("type"):
        auth = {**before, **given}
    return {"delivery": {**delivery, "api": {**api, "auth": auth}}}


def _api(tool: Json) -> tuple[Json, Json | None]:
    delivery = json_object(tool.get("delivery")) or {}
    return delivery, json_object(delivery.get("api"))


ROUTES = (
    Route(method="POST", path="/tools", operation=create, source="doc"),
    Route(method="GET", path="/tools", operation=listing, source="client"),
    Route(method="GET", path="/tools/{tool_id}", operation=show, source="doc"),
    Route(method="PATCH", path="/tools/{tool_id}", operation=change, source="doc"),
    Route(method="DELETE", path="/tools/{tool_id}", operation=delete, source="doc"),
)
