"""``/pals/{pal_id}/tools``: which tools of the registry a PAL has."""

from __future__ import annotations

from pydantic import Field

from pytest_tavus.contract.body import Body, Items, Json
from pytest_tavus.contract.limits import TOOLS_PER_PAL
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.refusals import bad_field, not_found
from pytest_tavus.simulator.account.resources.pals import found_pal
from pytest_tavus.simulator.account.resources.tools import shown_tool
from pytest_tavus.simulator.account.route import Route
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.known import check_all


class ToolIds(Body):
    """The body of an attachment [client]."""

    tool_ids: Items[str] = Field(...)


def listing(account: Account, request: ApiRequest) -> ApiAnswer:
    """List a PAL's tools; system tools are not among them [doc] list-pal-tools."""
    return ApiAnswer(body=_attached(account, found_pal(account, request.params["pal_id"])))


def attach(account: Account, request: ApiRequest) -> ApiAnswer:
    """Attach tools; those that are attached already stay so, and are listed too [doc].

    Vision and audio tools are taken whatever the perception model is: the official client turns
    that on afterwards [client].
    """
    pal = found_pal(account, request.params["pal_id"])
    wanted = read_body(ToolIds, request.body).tool_ids
    if not 1 <= len(wanted) <= TOOLS_PER_PAL:
        message = f"expected 1 to {TOOLS_PER_PAL} ids, found {len(wanted)}"
        raise bad_field("tool_ids", message)
    check_all(account, wanted, table="tools", field="tool_ids")
    after = list(dict.fromkeys((*pal["tool_ids"], *wanted)))
    if len(after) > TOOLS_PER_PAL:
        message = f"a PAL can have at most {TOOLS_PER_PAL} tools, this one would have {len(after)}"
        raise bad_field("tool_ids", message)
    if after != pal["tool_ids"]:
        pal.update(tool_ids=after, updated_at=account.timestamp())
    return ApiAnswer(body=_attached(account, pal))


def detach(account: Account, request: ApiRequest) -> ApiAnswer:
    """Take a tool from a PAL; the tool itself stays [doc]. One it has not is a 404 [inferred]."""
    pal = found_pal(account, request.params["pal_id"])
    tool_id = request.params["tool_id"]
    if tool_id not in pal["tool_ids"]:
        raise not_found("Tool is not attached to this PAL")
    left = [each for each in pal["tool_ids"] if each != tool_id]
    pal.update(tool_ids=left, updated_at=account.timestamp())
    return ApiAnswer(status=204)


def _attached(account: Account, pal: Json) -> Json:
    found = (account["tools"].get(tool_id) for tool_id in pal["tool_ids"])
    rows = [shown_tool(tool) for tool in found if tool is not None and not tool["is_system_tool"]]
    return {"data": rows}


ROUTES = (
    Route(method="GET", path="/pals/{pal_id}/tools", operation=listing, source="doc"),
    Route(method="POST", path="/pals/{pal_id}/tools", operation=attach, source="doc"),
    Route(method="DELETE", path="/pals/{pal_id}/tools/{tool_id}", operation=detach, source="doc"),
)
