"""``/tools`` and ``/pals/{pal_id}/tools``: registered tools, system tools, and tools of a PAL."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from pytest_tavus.contract.body import Body, Items, JsonDict, json_object
from pytest_tavus.contract.limits import TOOLS_PER_PAL
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.tool.rules import tool_problems
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.contract.tool.url_rules import is_allowed_locally
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body, read_object, refuse_if
from pytest_tavus.simulator.account.requests.masks import mask_auth
from pytest_tavus.simulator.account.requests.pages import Paging, Query, contains, of_type
from pytest_tavus.simulator.account.requests.refusals import bad_field, conflict, not_found
from pytest_tavus.simulator.account.resource import JsonResource
from pytest_tavus.simulator.account.resources.pals import PALS
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.known import check_ids

SERVER_SET = ("tool_id", "owner_id", "is_system_tool", "created_at", "updated_at")
"""Fields that only the service sets [doc]."""

OWNER = "simulated"
"""`owner_id` of everything in a simulated account."""


class ToolIds(Body, frozen=True, kw_only=True):
    """The body of an attachment [client]."""

    tool_ids: Items[str]


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Register a tool; 409 if its name is taken in the account [wild]."""
    written = read_object(request.body)
    _refuse_taken(account, _read(account, written).name)
    row = TOOLS.add(account, {**_drop_nulls(written), "is_system_tool": False})
    return TOOLS.answer(account, row, request)


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change the fields of the body; the others stay, secrets included."""
    record = TOOLS.require_changeable(account, request, "changed")
    written = read_object(request.body)
    refuse_if(_check_server_fields(written))
    merged = _merge_change(record, _drop_nulls(written))
    name = _read(account, merged).name
    if name != record["name"]:
        _refuse_taken(account, name)
    server_set = {key: record[key] for key in SERVER_SET if key in record}
    after = {**merged, **server_set, "updated_at": account.timestamp()}
    return TOOLS.answer(account, account.tools.put(record["tool_id"], after), request)


def list_attached(account: Account, request: ApiRequest) -> ApiAnswer:
    """List a PAL's tools without system tools [doc] list-pal-tools."""
    return ApiAnswer(body=_build_attached_body(account, PALS.require_named(account, request)))


def attach(account: Account, request: ApiRequest) -> ApiAnswer:
    """Attach tools; the answer lists the earlier ones too [doc].

    Vision and audio tools need no perception model yet: the official client turns it on later
    [client].
    """
    pal = PALS.require_named(account, request)
    new_ids = read_body(ToolIds, request.body).tool_ids
    if not 1 <= len(new_ids) <= TOOLS_PER_PAL:
        message = f"expected 1 to {TOOLS_PER_PAL} ids, found {len(new_ids)}"
        raise bad_field("tool_ids", message)
    check_ids(account.tools, new_ids, field="tool_ids")
    after = list(dict.fromkeys((*pal["tool_ids"], *new_ids)))
    if len(after) > TOOLS_PER_PAL:
        message = f"a PAL can have at most {TOOLS_PER_PAL} tools, this one would have {len(after)}"
        raise bad_field("tool_ids", message)
    # Attaching attached tools again is no change of the PAL, so its time stays.
    if after != pal["tool_ids"]:
        pal.update(tool_ids=after, updated_at=account.timestamp())
    return ApiAnswer(body=_build_attached_body(account, pal))


def detach(account: Account, request: ApiRequest) -> ApiAnswer:
    """Detach a tool, which stays registered [doc]; 404 if it is not attached [inferred]."""
    pal = PALS.require_named(account, request)
    tool_id = request.params["tool_id"]
    if tool_id not in pal["tool_ids"]:
        raise not_found("Tool is not attached to this PAL")
    left = [each for each in pal["tool_ids"] if each != tool_id]
    pal.update(tool_ids=left, updated_at=account.timestamp())
    return ApiAnswer(status=204)


def _build_attached_body(account: Account, pal: JsonDict) -> JsonDict:
    found = (account.tools.get(tool_id) for tool_id in pal["tool_ids"])
    rows = [_view(account, tool, {}) for tool in found if tool and not tool["is_system_tool"]]
    return {"data": rows}


def _view(_account: Account, record: JsonDict, _query: Query) -> JsonDict:
    """Return the body of a tool with every default ([doc] create-tool, get-tool)."""
    post_call = record.get("trigger_type") == "post_call"
    origin = None if post_call else record.get("origin", "llm")
    return {
        "owner_id": OWNER,
        "parameters": {},
        "trigger_type": "in_call",
        "on_call": "generate_filler" if origin == "llm" else None,
        "on_resolve": "fire_and_forget",
        "static_filler": None,
        "tags": [],
        **record,
        "origin": origin,
        "delivery": _build_delivery(json_object(record.get("delivery")) or {}),
    }


def _build_delivery(delivery: JsonDict) -> JsonDict:
    """Return a masked delivery; beside an api, `app_message` is false [doc]."""
    api = json_object(delivery.get("api"))
    if api is None:
        return {"app_message": True}
    auth = json_object(api.get("auth")) or {"type": "none"}
    body = {"method": "POST", "timeout": 10, **api, "auth": mask_auth(auth)}
    return {"app_message": False, "api": body}


def _refuse_taken(account: Account, name: str) -> None:
    owned = (row for row in account.tools.rows() if not row["is_system_tool"])
    if any(row["name"] == name for row in owned):
        message = f"A tool named {name!r} already exists"
        raise conflict(message)


def _read(account: Account, written: JsonDict) -> Tool:
    """Return the tool; refuse fields of the service and broken rules of `contract`."""
    refuse_if(_check_server_fields(written))

    def rules(tool: Tool) -> Iterator[RuleProblem]:
        for problem in tool_problems(tool):
            if not (account.options.local_tools and is_allowed_locally(problem, tool)):
                yield problem

    return read_body(Tool, written, rules=rules)


def _check_server_fields(written: JsonDict) -> Iterator[RuleProblem]:
    for key in SERVER_SET:
        if key in written:
            message = f"unknown key {key!r}: it is set by the server"
            yield RuleProblem(loc=(key,), message=message, rule="server_set")


def _drop_nulls(written: JsonDict) -> JsonDict:
    """Drop nulls, which Tavus treats as absent [client]."""
    return {key: value for key, value in written.items() if value is not None}


def _merge_change(record: JsonDict, written: JsonDict) -> JsonDict:
    """Return a tool's fields after a change.

    An `api` without `auth` keeps the present `auth`, and an `auth` of the same type without its
    secret keeps the secret: clients read a mask, and must not send it back [client].
    """
    kept = {key: value for key, value in record.items() if key not in SERVER_SET}
    # A post-call tool has no origin, so the old one must not stay.
    if written.get("trigger_type") == "post_call" and "origin" not in written:
        kept.pop("origin", None)
    return {**kept, **written, **_merge_delivery(kept, written)}


def _merge_delivery(kept: JsonDict, written: JsonDict) -> JsonDict:
    delivery, api = _split_delivery(written)
    before = json_object((_split_delivery(kept)[1] or {}).get("auth"))
    if api is None or before is None:
        return {}
    auth = api.get("auth")
    if auth is None:
        auth = before
    elif (new := json_object(auth)) is not None and new.get("type") == before.get("type"):
        auth = {**before, **new}
    return {"delivery": {**delivery, "api": {**api, "auth": auth}}}


def _split_delivery(tool: JsonDict) -> tuple[JsonDict, JsonDict | None]:
    delivery = json_object(tool.get("delivery")) or {}
    return delivery, json_object(delivery.get("api"))


def _check_change(record: JsonDict, done: str) -> str:
    name = record["name"]
    return f"{name} is a system tool and cannot be {done}" if record["is_system_tool"] else ""


TOOLS = JsonResource(
    table=lambda account: account.tools,
    path="/tools",
    key="tool_id",
    missing=partial(not_found, "Tool not found"),  # 404, as with objectives [inferred]
    prefix="t",
    paging=Paging(limit=25),  # the first page is 1 [client]
    filters=(
        of_type(lambda row: bool(row["is_system_tool"])),
        contains("name_or_uuid", "name", "tool_id"),
    ),
    view=_view,
    check_change=_check_change,
    pal_field="tool_ids",
    plain={"listing": "client", "show": "doc", "delete": "doc"},
)
ROUTES = (
    *TOOLS.routes(),
    TOOLS.route("POST", "", create, source="doc"),
    TOOLS.route("PATCH", "/{}", change, source="doc"),
    PALS.route("GET", "/{}/tools", list_attached, source="doc"),
    PALS.route("POST", "/{}/tools", attach, source="doc"),
    PALS.route("DELETE", "/{}/tools/{tool_id}", detach, source="doc"),
)
