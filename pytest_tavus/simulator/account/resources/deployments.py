"""Deployments: `/deployments`, which put a PAL on a web page ([doc], [client]).

Visitors start and end calls without an API key. Passwords and call limits are enforced, except
`daily_call_limit_per_user`, because nothing identifies a visitor here. No captcha is required. The
statuses of refusals are [inferred]: the documents name the checks but not their answers. The server
checks origins (CORS), because no operation sees a header.
"""

from __future__ import annotations

import hmac
import re
from functools import partial
from typing import get_args

from pytest_tavus.contract.body import JsonDict, json_object
from pytest_tavus.contract.resources.conversation_body import CALL_SECONDS, ConversationBody
from pytest_tavus.contract.resources.deployment import (
    Channel,
    Deployment,
    DeploymentStatus,
    PublicStart,
    deployment_problems,
)
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRefusal, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body, refuse_if
from pytest_tavus.simulator.account.requests.json_patch import UNCHANGED
from pytest_tavus.simulator.account.requests.masks import mask_problems
from pytest_tavus.simulator.account.requests.pages import Paging, Query, equals
from pytest_tavus.simulator.account.requests.refusals import invalid_id, not_found
from pytest_tavus.simulator.account.resource import Resource
from pytest_tavus.simulator.account.resources.openings import (
    build_opening_body,
    build_pal,
    open_conversation,
)
from pytest_tavus.simulator.account.resources.pals import PALS
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.rows import DeploymentFields, DeploymentRow, select_fields

DAY = 86_400
"""Seconds. A day starts at midnight UTC [inferred]."""

_INIT = (
    "deployment_id",
    "channel",
    "customization",
    "has_password",
    "thumbnail_video_url",
    "thumbnail_image_url",
)
_PUBLIC = re.compile(r"/v2/deployments/([^/]+)/(?:init|start|conversations/[^/]+/end)/?")
_PUBLIC_LIMITS = ("max_call_duration", "daily_call_limit_per_user")


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    body = read_body(Deployment, request.body, rules=deployment_problems)
    PALS.require(account, body.pal_id)
    now = account.timestamp()
    row: DeploymentRow = {
        "deployment_id": DEPLOYMENTS.new_id(account),
        "pal_id": body.pal_id,
        "channel": body.channel,
        **_patchable_fields(body),
        "password": body.password,
        "created_at": now,
        "updated_at": now,
        "_calls": [],
    }
    account.deployments.put(row["deployment_id"], row)
    return DEPLOYMENTS.answer(account, row, request)


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change a deployment by JSON Patch [doc], except its PAL and channel [inferred]."""
    row = DEPLOYMENTS.require_named(account, request)
    patched = DEPLOYMENTS.apply_patch(row, request.body)
    if patched is None:
        return UNCHANGED
    refuse_if(mask_problems(patched.get("password"), ("password",)))
    body = {**patched, "pal_id": row["pal_id"], "channel": row["channel"]}
    value = read_body(Deployment, body, rules=deployment_problems)
    after: DeploymentRow = {
        **row,
        **_patchable_fields(value),
        "password": value.password if "password" in patched else row["password"],
        "updated_at": account.timestamp(),
    }
    account.deployments.put(row["deployment_id"], after)
    return DEPLOYMENTS.answer(account, after, request)


def init(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return the data that a page loads first; it does not name the PAL [doc]."""
    row = DEPLOYMENTS.require_named(account, request)
    body = _view(account, row, request.query)
    why = find_unavailable_reason(account, row)
    return ApiAnswer(
        body={
            **select_fields(body, _INIT),
            "show_tavus_branding": True,
            "limits": {name: row["limits"].get(name) for name in _PUBLIC_LIMITS},
            "captcha": None,
            "is_available": why is None,
            "unavailable_reason": why,
        }
    )


async def start(account: Account, request: ApiRequest) -> ApiAnswer:
    """Open a conversation for a visitor; the answer is that of `POST /conversations` [doc]."""
    row = DEPLOYMENTS.require_named(account, request)
    body = read_body(PublicStart, {} if request.body is None else request.body)
    why = find_unavailable_reason(account, row)
    if why is not None:
        status = 403 if why == "inactive" else 429
        raise ApiRefusal(status, {"message": f"This deployment is not available: {why}"})
    _check_password(row, body.password)
    pal = build_pal(account, row["pal_id"])
    record = await open_conversation(account, _build_conversation(row, body), pal=pal)
    row["_calls"].append((account.epoch(), record["conversation_id"]))
    return ApiAnswer(body=build_opening_body(record))


async def end(account: Account, request: ApiRequest) -> ApiAnswer:
    """End a conversation that this deployment started; refuse any other."""
    row = DEPLOYMENTS.require_named(account, request)
    conversation_id = request.params["conversation_id"]
    # The route is public: without this check, a visitor could end any conversation.
    if conversation_id not in {key for _, key in row["_calls"]}:
        raise invalid_id("conversation_id")
    await account.live.end(conversation_id, "end_conversation_endpoint_hit")
    return ApiAnswer(body={"conversation_id": conversation_id, "status": "ended"})


def find_unavailable_reason(account: Account, row: DeploymentRow) -> str | None:
    """Return why no visitor can start a call now, else `None`. The words are ours."""
    if row["status"] != "active":
        return "inactive"
    daily = row["limits"].get("daily_call_limit")
    at_once = row["limits"].get("concurrent_call_limit")
    if daily is not None and _calls_today(account, row) >= daily:
        return "daily_call_limit"
    if at_once is not None and _calls_now(account, row) >= at_once:
        return "concurrent_call_limit"
    return None


def public_origins(account: Account, path: str) -> tuple[str, ...] | None:
    """Return the allowed origins of a public path; an empty tuple allows all [client].

    `None` if the path is not public. `path` begins with ``/v2``.
    """
    match = _PUBLIC.fullmatch(path)
    row = None if match is None else account.deployments.get(match.group(1))
    if row is None:
        return None
    return tuple(str(each).rstrip("/").lower() for each in row["allowed_origins"])


def _calls_now(account: Account, row: DeploymentRow) -> int:
    live = (account.live.get(key) for _, key in row["_calls"])
    return sum(call is not None and call.status == "active" for call in live)


def _check_password(row: DeploymentRow, password: str | None) -> None:
    expected = row["password"]
    # In constant time, so that the time does not tell how much of it matched.
    if expected and not hmac.compare_digest(expected.encode(), (password or "").encode()):
        raise ApiRefusal(403, {"message": "Invalid password"})


def _build_conversation(row: DeploymentRow, start: PublicStart) -> ConversationBody:
    conversation = json_object(row["customization"].get("conversation")) or {}
    contexts = (conversation.get("context"), start.conversational_context)
    longest = row["limits"].get("max_call_duration")
    return ConversationBody.from_json(
        {
            "pal_id": row["pal_id"],
            "conversation_name": row["name"],
            "conversational_context": "\n\n".join(str(each) for each in contexts if each),
            "custom_greeting": start.custom_greeting,
            "memory_stores": list(start.memory_stores),
            "properties": {"max_call_duration": min(longest or CALL_SECONDS, CALL_SECONDS)},
        }
    )


def _patchable_fields(deployment: Deployment) -> DeploymentFields:
    body = deployment.to_json(nulls=False)
    return {
        "name": deployment.name,
        "status": deployment.status,
        "allowed_origins": list(deployment.allowed_origins),
        "limits": body["limits"],
        "customization": body["customization"],
    }


def _calls_today(account: Account, row: DeploymentRow) -> int:
    return sum(at // DAY == account.epoch() // DAY for at, _ in row["_calls"])


def _view(account: Account, row: DeploymentRow, _query: Query) -> JsonDict:
    """Return the body of a deployment, which says only whether it has a password."""
    return DEPLOYMENTS.strip_hidden(row) | {
        "has_password": bool(row["password"]),
        "thumbnail_video_url": None,
        "thumbnail_image_url": None,
        "usage_total": len(row["_calls"]),
        "usage_today": _calls_today(account, row),
    }


DEPLOYMENTS = Resource[DeploymentRow](
    table=lambda account: account.deployments,
    path="/deployments",
    key="deployment_id",
    missing=partial(not_found, "Deployment not found"),
    prefix="d",
    length=16,
    patchable_fields=tuple(DeploymentFields.__annotations__),
    # The official client requests 200 rows at once [client] sdk/recipes/deployments.py.
    paging=Paging(limit=25, first=0, order="desc", count="total", most=200),
    filters=(equals("pal_id", channel=get_args(Channel), status=get_args(DeploymentStatus)),),
    hidden=("password",),
    view=_view,
    plain={"listing": "client", "show": "client", "delete": "inferred"},
)
_END = "/{}/conversations/{conversation_id}/end"
ROUTES = (
    *DEPLOYMENTS.routes(),
    DEPLOYMENTS.route("POST", "", create, source="doc"),
    DEPLOYMENTS.route("PATCH", "/{}", change, source="doc"),
    DEPLOYMENTS.route("GET", "/{}/init", init, source="doc", public=True),
    DEPLOYMENTS.route("POST", "/{}/start", start, source="doc", public=True),
    DEPLOYMENTS.route("POST", _END, end, source="doc", public=True),
)
