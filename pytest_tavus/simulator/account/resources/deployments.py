"""Deployments: `/deployments`, how a PAL goes live on a page ([doc], [client]).

The public starts and ends calls without an API key. Passwords and the limits of a deployment are
kept; `daily_call_limit_per_user` is stored and answered only, for nothing tells two visitors apart
here, and a captcha is never asked for.
"""

from __future__ import annotations

from typing import get_args

from pytest_tavus.contract.body import Json
from pytest_tavus.contract.resources.deployment import (
    Channel,
    Deployment,
    DeploymentStatus,
    deployment_problems,
)
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body, refuse_if
from pytest_tavus.simulator.account.requests.json_patch import UNCHANGED, patched, read_patch, same
from pytest_tavus.simulator.account.requests.masks import mask_problems
from pytest_tavus.simulator.account.requests.pages import Paging, choice, having, page
from pytest_tavus.simulator.account.requests.refusals import not_found
from pytest_tavus.simulator.account.resources.pals import found_pal
from pytest_tavus.simulator.account.route import Route
from pytest_tavus.simulator.account.store.account import Account

PAGING = Paging(limit=25, first=0, order="desc", count="total", most=200)
"""The official client asks for 200 at once [client] sdk/recipes/deployments.py."""

DAY = 86_400
"""Seconds. A day begins at midnight in UTC [inferred]."""

_CHANNELS: tuple[str, ...] = get_args(Channel)
_STATUSES: tuple[str, ...] = get_args(DeploymentStatus)
_HIDDEN = ("password", "_calls")
_WRITTEN = ("name", "status", "allowed_origins", "limits", "customization")


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Take a deployment of a PAL."""
    wanted = read_body(Deployment, request.body, rules=deployment_problems)
    found_pal(account, wanted.pal_id)
    key, at = account.ids.new("d", length=16), account.timestamp()
    row: Json = {
        "deployment_id": key,
        "pal_id": wanted.pal_id,
        "channel": wanted.channel,
        **_written(wanted),
        "password": wanted.password,
        "_calls": [],
        "created_at": at,
        "updated_at": at,
    }
    return ApiAnswer(body=shown_deployment(account, account["deployments"].add(key, row)))


def listed(account: Account, request: ApiRequest) -> ApiAnswer:
    """List deployments, the latest first, by PAL, channel and status; the count is `total`."""
    query = request.query
    found = having(
        account["deployments"].rows(),
        pal_id=query.get("pal_id"),
        channel=choice(query, "channel", _CHANNELS),
        status=choice(query, "status", _STATUSES),
    )
    shown = (shown_deployment(account, row) for row in found)
    return ApiAnswer(body=page(shown, query, paging=PAGING))


def get(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return a deployment."""
    return ApiAnswer(body=shown_deployment(account, found_deployment(account, request)))


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change a deployment by JSON Patch [doc]; its PAL and channel stay [inferred]."""
    row = found_deployment(account, request)
    written = {name: row[name] for name in _WRITTEN}
    wanted = patched(written, read_patch(request.body))
    if same(wanted, written):
        return UNCHANGED
    refuse_if(mask_problems(wanted.get("password"), ("password",)))
    body = {**wanted, "pal_id": row["pal_id"], "channel": row["channel"]}
    value = read_body(Deployment, body, rules=deployment_problems)
    row |= {**_written(value), "updated_at": account.timestamp()}
    if "password" in wanted:
        row["password"] = value.password
    return ApiAnswer(body=shown_deployment(account, row))


def delete(account: Account, request: ApiRequest) -> ApiAnswer:
    """Delete a deployment; calls that go on are not ended [inferred]."""
    key = found_deployment(account, request)["deployment_id"]
    account["deployments"].delete(key)
    return ApiAnswer(status=204)


def found_deployment(account: Account, request: ApiRequest) -> Json:
    """Return the deployment of a request.

    Raises:
        ApiRefusal: there is none of that id.

    """
    key, refusal = request.params["deployment_id"], not_found("Deployment not found")
    return account["deployments"].require(key, refusal)


def _written(deployment: Deployment) -> Json:
    body = deployment.model_dump(mode="json", exclude_none=True)
    return {"name": None} | {name: body[name] for name in _WRITTEN if name in body}


def calls_today(account: Account, row: Json) -> int:
    """Return how many calls were started since midnight in UTC."""
    return sum(at // DAY == account.epoch() // DAY for at, _ in row["_calls"])


def shown_deployment(account: Account, row: Json) -> Json:
    """Return a deployment as it is answered: whether there is a password, never which."""
    shown = {key: value for key, value in row.items() if key not in _HIDDEN}
    return shown | {
        "has_password": bool(row["password"]),
        "thumbnail_video_url": None,
        "thumbnail_image_url": None,
        "usage_total": len(row["_calls"]),
        "usage_today": calls_today(account, row),
    }


_ONE = "/deployments/{deployment_id}"
ROUTES: tuple[Route, ...] = (
    Route(method="POST", path="/deployments", operation=create, source="doc"),
    Route(method="GET", path="/deployments", operation=listed, source="client"),
    Route(method="GET", path=_ONE, operation=get, source="client"),
    Route(method="PATCH", path=_ONE, operation=change, source="doc"),
    Route(method="DELETE", path=_ONE, operation=delete, source="inferred"),
)
