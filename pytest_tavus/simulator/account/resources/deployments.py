"""Deployments: `/deployments`, how a PAL goes live on a page ([doc], [client]).

The public starts and ends calls without an API key. Passwords and the limits of a deployment are
kept; `daily_call_limit_per_user` is stored and answered only, for nothing tells two visitors apart
here, and a captcha is never asked for. Which status refuses the public what is [inferred]: the
documents name the checks and not their answers. Origins are a matter of CORS: no operation sees a
header.
"""

from __future__ import annotations

import hmac
import re
from functools import partial
from typing import get_args

from pytest_tavus.contract.body import Json, json_object
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

DAY = 86_400
"""Seconds. A day begins at midnight in UTC [inferred]."""

_WRITTEN = ("name", "status", "allowed_origins", "limits", "customization")
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
    wanted = read_body(Deployment, request.body, rules=deployment_problems)
    PALS.require(account, wanted.pal_id)
    fields: Json = {
        "pal_id": wanted.pal_id,
        "channel": wanted.channel,
        **_writable_fields(wanted),
        "password": wanted.password,
        "_calls": [],
    }
    return DEPLOYMENTS.answer(account, DEPLOYMENTS.add(account, fields), request)


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change a deployment by JSON Patch [doc]; its PAL and channel stay [inferred]."""
    row = DEPLOYMENTS.require_named(account, request)
    wanted = DEPLOYMENTS.apply_patch(row, request.body)
    if wanted is None:
        return UNCHANGED
    refuse_if(mask_problems(wanted.get("password"), ("password",)))
    body = {**wanted, "pal_id": row["pal_id"], "channel": row["channel"]}
    value = read_body(Deployment, body, rules=deployment_problems)
    row |= {**_writable_fields(value), "updated_at": account.timestamp()}
    if "password" in wanted:
        row["password"] = value.password
    return DEPLOYMENTS.answer(account, row, request)


def init(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return what a page needs when it loads; never which PAL it is [doc]."""
    row = DEPLOYMENTS.require_named(account, request)
    shown = _view(account, row, request.query)
    why = find_unavailable_reason(account, row)
    return ApiAnswer(
        body={
            **{name: shown[name] for name in _INIT},
            "show_tavus_branding": True,
            "limits": {name: row["limits"].get(name) for name in _PUBLIC_LIMITS},
            "captcha": None,
            "is_available": why is None,
            "unavailable_reason": why,
        }
    )


async def start(account: Account, request: ApiRequest) -> ApiAnswer:
    """Open a conversation for a visitor; the answer is that of creating one [doc]."""
    row = DEPLOYMENTS.require_named(account, request)
    wanted = read_body(PublicStart, {} if request.body is None else request.body)
    why = find_unavailable_reason(account, row)
    if why is not None:
        status = 403 if why == "inactive" else 429
        raise ApiRefusal(status, {"message": f"This deployment is not available: {why}"})
    _check_password(row, wanted.password)
    pal = build_pal(account, row["pal_id"])
    record = await open_conversation(account, _body(row, wanted), pal=pal)
    row["_calls"].append((account.epoch(), record["conversation_id"]))
    return ApiAnswer(body=build_opening_body(record))


async def end(account: Account, request: ApiRequest) -> ApiAnswer:
    """End a conversation that was started through this deployment, and no other."""
    row = DEPLOYMENTS.require_named(account, request)
    conversation_id = request.params["conversation_id"]
    if conversation_id not in {key for _, key in row["_calls"]}:
        raise invalid_id("conversation_id")
    await account.live.end(conversation_id, "end_conversation_endpoint_hit")
    return ApiAnswer(body={"conversation_id": conversation_id, "status": "ended"})


def find_unavailable_reason(account: Account, row: Json) -> str | None:
    """Return why nobody can start a call now; `None` where one can. The words are ours."""
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
    """Return the origins of the pages that a public path is open to; none at all are all [client].

    `None` where nothing public is at the path. `path` begins with ``/v2``.
    """
    match = _PUBLIC.fullmatch(path)
    row = None if match is None else account["deployments"].get(match.group(1))
    if row is None:
        return None
    return tuple(str(each).rstrip("/").lower() for each in row["allowed_origins"])


def _calls_now(account: Account, row: Json) -> int:
    live = (account.live.get(key) for _, key in row["_calls"])
    return sum(one is not None and one.status == "active" for one in live)


def _check_password(row: Json, password: str | None) -> None:
    kept = row["password"]
    if kept and not hmac.compare_digest(kept.encode(), (password or "").encode()):
        raise ApiRefusal(403, {"message": "Invalid password"})


def _body(row: Json, wanted: PublicStart) -> ConversationBody:
    spoken = json_object(row["customization"].get("conversation")) or {}
    contexts = (spoken.get("context"), wanted.conversational_context)
    longest = row["limits"].get("max_call_duration")
    return ConversationBody.from_json(
        {
            "pal_id": row["pal_id"],
            "conversation_name": row["name"],
            "conversational_context": "\n\n".join(str(one) for one in contexts if one),
            "custom_greeting": wanted.custom_greeting,
            "memory_stores": list(wanted.memory_stores),
            "properties": {"max_call_duration": min(longest or CALL_SECONDS, CALL_SECONDS)},
        }
    )


def _writable_fields(deployment: Deployment) -> Json:
    body = deployment.to_json(nulls=False)
    return {"name": None} | {name: body[name] for name in _WRITTEN if name in body}


def _calls_today(account: Account, row: Json) -> int:
    return sum(at // DAY == account.epoch() // DAY for at, _ in row["_calls"])


def _view(account: Account, row: Json, _query: Query) -> Json:
    """Return a deployment as it is answered: whether there is a password, never which."""
    return DEPLOYMENTS.strip_hidden(row) | {
        "has_password": bool(row["password"]),
        "thumbnail_video_url": None,
        "thumbnail_image_url": None,
        "usage_total": len(row["_calls"]),
        "usage_today": _calls_today(account, row),
    }


DEPLOYMENTS = Resource(
    table="deployments",
    path="/deployments",
    key="deployment_id",
    missing=partial(not_found, "Deployment not found"),
    prefix="d",
    length=16,
    patchable_fields=_WRITTEN,
    # The official client asks for 200 at once [client] sdk/recipes/deployments.py.
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
