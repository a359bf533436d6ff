"""`/deployments`: kept by their owner, used by the public."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.keys import ApiKeys
from pytest_tavus.simulator.account.requests.api import ApiRequest
from pytest_tavus.simulator.account.resources import deployments, pals
from tests.simulator.account.account import Desk

pytestmark = pytest.mark.asyncio

ROUTES = (*pals.ROUTES, *deployments.ROUTES)
LOOK = {"conversation": {"unique_memory_tag": True, "context": "On the price page."}}


class Shop(Desk):
    """An account with one PAL."""

    def __init__(self, keys: ApiKeys | None = None) -> None:
        super().__init__(ROUTES, keys=keys)
        fields = {"pal_name": "Dent", "system_prompt": "Book.", "default_face_id": "r1"}
        self.pal_id: str = pals.add_pal(self.account, fields)["pal_id"]

    async def made(self, **changes: Any) -> dict[str, Any]:
        body = {"pal_id": self.pal_id, "channel": "embed", "name": "Dent Embed", **changes}
        row: dict[str, Any] = await self.get("POST /deployments", body)
        return row

    async def started(self, key: str, body: Any = None) -> dict[str, Any]:
        call: dict[str, Any] = await self.get(f"POST /deployments/{key}/start", body)
        return call


@pytest.mark.fidelity("resources.deployments")
async def test_a_deployment_is_answered_with_what_it_was_given_and_its_use() -> None:
    at = Shop()
    row = await at.made(limits={"daily_call_limit": 3}, customization=LOOK)
    assert row["deployment_id"].startswith("d")
    assert row["pal_id"] == at.pal_id
    assert (row["channel"], row["status"], row["name"]) == ("embed", "active", "Dent Embed")
    assert (row["limits"], row["customization"]) == ({"daily_call_limit": 3}, LOOK)
    assert (row["allowed_origins"], row["usage_total"], row["usage_today"]) == ([], 0, 0)
    assert row["has_password"] is False
    assert await at.get(f"GET /deployments/{row['deployment_id']}") == row


async def test_a_password_is_never_answered() -> None:
    at = Shop()
    row = await at.made(password="open sesame")
    assert row["has_password"] is True
    assert "sesame" not in str(await at.get(f"GET /deployments/{row['deployment_id']}"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"limits": {"daily_call_limit": 0}},
            (
                "Bad Request. {'limits': {'daily_call_limit': "
                "['daily_call_limit is 0, expected at least 1']}}"
            ),
        ),
        (
            {"allowed_origins": [""]},
            "Bad Request. {'allowed_origins': {0: ['an allowed origin must not be empty']}}",
        ),
        ({"pal_id": "p9"}, "Invalid persona_id"),
    ],
)
async def test_a_deployment_is_held_to_its_rules(changes: dict[str, Any], said: str) -> None:
    at = Shop()
    body = {"pal_id": at.pal_id, "channel": "embed", **changes}
    assert await at.refused("POST /deployments", body) == (400, {"error": said})
    assert (await at.get("GET /deployments"))["total"] == 0


@pytest.mark.fidelity("resources.deployments_list")
async def test_deployments_are_listed_with_a_total_and_up_to_200_at_once() -> None:
    at = Shop()
    first, second = await at.made(), await at.made(channel="widget", status="draft")
    listed = await at.get("GET /deployments", limit="200", pal_id=at.pal_id)
    assert listed == {"data": [second, first], "total": 2}
    assert (await at.get("GET /deployments", channel="embed"))["data"] == [first]
    assert (await at.get("GET /deployments", status="draft"))["data"] == [second]
    assert (await at.get("GET /deployments", pal_id="p9"))["total"] == 0
    assert (await at.refused("GET /deployments", status="gone"))[0] == 400


@pytest.mark.fidelity("resources.deployments_patch")
async def test_a_deployment_is_patched_and_its_pal_stays() -> None:
    at = Shop()
    line = f"PATCH /deployments/{(await at.made())['deployment_id']}"
    change = [{"op": "add", "path": "/limits/concurrent_call_limit", "value": 2}]
    assert (await at.get(line, change))["limits"] == {"concurrent_call_limit": 2}
    assert (await at.ask(line, change)).status == 304
    secret = [{"op": "add", "path": "/password", "value": "sesame"}]
    assert (await at.get(line, secret))["has_password"] is True
    for path, value in (("/pal_id", "p9"), ("/channel", "widget"), ("/password", "********")):
        await _refused(at, line, path, value)
    assert (await at.refused(line, {"status": "draft"}))[0] == 422


async def _refused(at: Shop, line: str, path: str, value: str) -> None:
    status, _ = await at.refused(line, [{"op": "replace", "path": path, "value": value}])
    assert status == 400


async def test_a_deleted_deployment_is_not_found() -> None:
    at = Shop()
    line = f"/deployments/{(await at.made())['deployment_id']}"
    assert (await at.ask(f"DELETE {line}")).status == 204
    gone = (404, {"error": "Deployment not found"})
    assert await at.refused(f"GET {line}") == gone
    assert await at.refused(f"POST {line}/start") == gone


@pytest.mark.fidelity("resources.deployments_public")
async def test_the_public_starts_and_ends_a_call_without_a_key() -> None:
    at = Shop(ApiKeys(seed=1))
    row = deployments.create(at.account, _creation(at.pal_id)).body
    key = row["deployment_id"]
    assert (await at.refused(f"GET /deployments/{key}"))[0] == 401
    loaded = await at.get(f"GET /deployments/{key}/init")
    assert "pal_id" not in loaded
    assert at.pal_id not in str(loaded)
    assert (loaded["is_available"], loaded["unavailable_reason"]) == (True, None)
    call = await at.started(key, {"custom_greeting": "Hi!", "conversational_context": "Ann."})
    opening = at.live.all[call["conversation_id"]].opening
    assert opening.greeting == "Hi!"
    assert opening.context == "On the price page.\n\nAnn."
    assert opening.timers.max_call_duration == 60
    ended = await at.get(f"POST /deployments/{key}/conversations/{call['conversation_id']}/end")
    assert ended == {"conversation_id": call["conversation_id"], "status": "ended"}
    assert at.live.count_active() == 0


def _creation(pal_id: str) -> ApiRequest:
    from_owner = {
        "pal_id": pal_id,
        "channel": "embed",
        "limits": {"max_call_duration": 60},
        "customization": LOOK,
    }
    return ApiRequest(method="POST", path="/deployments", body=from_owner)


async def test_nobody_ends_a_call_of_another_deployment() -> None:
    at = Shop()
    one, other = (await at.made())["deployment_id"], (await at.made())["deployment_id"]
    call = await at.started(one)
    line = f"POST /deployments/{other}/conversations/{call['conversation_id']}/end"
    assert (await at.refused(line))[0] == 400
    assert at.live.count_active() == 1


async def test_a_password_is_asked_of_the_public() -> None:
    at = Shop()
    key = (await at.made(password="sesame"))["deployment_id"]
    for body in (None, {"password": "open"}):
        assert await at.refused(f"POST /deployments/{key}/start", body) == (
            403,
            {"message": "Invalid password"},
        )
    assert (await at.started(key, {"password": "sesame"}))["status"] == "active"


@pytest.mark.fidelity("resources.deployment_limits")
async def test_calls_of_one_day_and_at_the_same_time_are_limited() -> None:
    at = Shop()
    limits = {"daily_call_limit": 2, "concurrent_call_limit": 1}
    key = (await at.made(limits=limits))["deployment_id"]

    async def refused() -> str:
        status, told = await at.refused(f"POST /deployments/{key}/start")
        assert status == 429
        message: str = told["message"]
        return message

    first = await at.started(key)
    assert await refused() == "This deployment is not available: concurrent_call_limit"
    await at.account.live.end(first["conversation_id"], "max_call_duration")
    second = await at.started(key)
    await at.account.live.end(second["conversation_id"], "max_call_duration")
    assert await refused() == "This deployment is not available: daily_call_limit"
    loaded = await at.get(f"GET /deployments/{key}/init")
    assert (loaded["is_available"], loaded["unavailable_reason"]) == (False, "daily_call_limit")
    at.time += 86_400
    assert (await at.started(key))["status"] == "active"
    row = await at.get(f"GET /deployments/{key}")
    assert (row["usage_total"], row["usage_today"]) == (3, 1)


@pytest.mark.parametrize("status", ["draft", "inactive"])
async def test_only_an_active_deployment_can_be_started(status: str) -> None:
    at = Shop()
    key = (await at.made(status=status))["deployment_id"]
    assert await at.refused(f"POST /deployments/{key}/start") == (
        403,
        {"message": "This deployment is not available: inactive"},
    )
