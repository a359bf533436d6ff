"""What the public does with a deployment, without an API key ([doc] api-reference/deployments).

Passwords and limits are enforced. Which status refuses what is [inferred]: the page names the
checks and not their answers. Origins are a matter of CORS: no operation sees a header.
"""

from __future__ import annotations

import hmac
import re

from pytest_tavus.contract.body import Json, json_object
from pytest_tavus.contract.resources.conversation_body import CALL_SECONDS, ConversationBody
from pytest_tavus.contract.resources.deployment import PublicStart
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRefusal, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.refusals import invalid_id
from pytest_tavus.simulator.account.resources.assembled import pal_of
from pytest_tavus.simulator.account.resources.deployments import (
    calls_today,
    found_deployment,
    shown_deployment,
)
from pytest_tavus.simulator.account.resources.openings import answered_opening, open_conversation
from pytest_tavus.simulator.account.route import Route
from pytest_tavus.simulator.account.store.account import Account

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


def init(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return what a page needs when it loads; never which PAL it is [doc]."""
    row = found_deployment(account, request)
    shown = shown_deployment(account, row)
    why = unavailable(account, row)
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
    row = found_deployment(account, request)
    wanted = read_body(PublicStart, {} if request.body is None else request.body)
    why = unavailable(account, row)
    if why is not None:
        status = 403 if why == "inactive" else 429
        raise ApiRefusal(status, {"message": f"This deployment is not available: {why}"})
    _admit(row, wanted.password)
    pal = pal_of(account, row["pal_id"])
    record = await open_conversation(account, _body(row, wanted), pal=pal)
    row["_calls"].append((account.epoch(), record["conversation_id"]))
    return ApiAnswer(body=answered_opening(record))


async def end(account: Account, request: ApiRequest) -> ApiAnswer:
    """End a conversation that was started through this deployment, and no other."""
    row = found_deployment(account, request)
    conversation_id = request.params["conversation_id"]
    if conversation_id not in {key for _, key in row["_calls"]}:
        raise invalid_id("conversation_id")
    await account.live.end(conversation_id, "end_conversation_endpoint_hit")
    return ApiAnswer(body={"conversation_id": conversation_id, "status": "ended"})


def unavailable(account: Account, row: Json) -> str | None:
    """Return why nobody can start a call now; `None` where one can. The words are ours."""
    if row["status"] != "active":
        return "inactive"
    daily = row["limits"].get("daily_call_limit")
    at_once = row["limits"].get("concurrent_call_limit")
    if daily is not None and calls_today(account, row) >= daily:
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


def _admit(row: Json, password: str | None) -> None:
    kept = row["password"]
    if kept and not hmac.compare_digest(kept.encode(), (password or "").encode()):
        raise ApiRefusal(403, {"message": "Invalid password"})


def _body(row: Json, wanted: PublicStart) -> ConversationBody:
    spoken = json_object(row["customization"].get("conversation")) or {}
    contexts = (spoken.get("context"), wanted.conversational_context)
    longest = row["limits"].get("max_call_duration")
    return ConversationBody.model_validate(
        {
            "pal_id": row["pal_id"],
            "conversation_name": row["name"],
            "conversational_context": "\n\n".join(str(one) for one in contexts if one),
            "custom_greeting": wanted.custom_greeting,
            "memory_stores": list(wanted.memory_stores),
            "properties": {"max_call_duration": min(longest or CALL_SECONDS, CALL_SECONDS)},
        }
    )


_ONE = "/deployments/{deployment_id}"
_END = f"{_ONE}/conversations/{{conversation_id}}/end"
ROUTES: tuple[Route, ...] = (
    Route(method="GET", path=f"{_ONE}/init", operation=init, source="doc", public=True),
    Route(method="POST", path=f"{_ONE}/start", operation=start, source="doc", public=True),
    Route(method="POST", path=_END, operation=end, source="doc", public=True),
)
