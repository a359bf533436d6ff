"""`/deployments`: kept by their owner, used by the public."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.keys import ApiKeys
from pytest_tavus.simulator.account.requests.api import ApiRequest
from pytest_tavus.simulator.account.resources import deployments, pals
from tests.simulator.account.account import AccountClient

pytestmark = pytest.mark.asyncio

ROUTES = (*pals.ROUTES, *deployments.ROUTES)
LOOK = {"conversation": {"unique_memory_tag": True, "context": "On the price page."}}


class DeploymentClient(AccountClient):
    """An account with one PAL."""

    def __init__(self, keys: ApiKeys | None = None) -> None:
        super().__init__(ROUTES, keys=keys)
        fields = {"pal_name": "Dent", "system_prompt": "Book.", "default_face_id": "r1"}
        self.pal_id: str = pals.add_pal(self.account, fields)["pal_id"]

    async def create_deployment(self, **changes: Any) -> dict[str, Any]:
        body = {"pal_id": self.pal_id, "channel": "embed", "name": "Dent Embed", **changes}
        row: dict[str, Any] = await self.fetch("POST /deployments", body)
        return row

    async def start_call(self, key: str, body: Any = None) -> dict[str, Any]:
        call: dict[str, Any] = await self.fetch(f"POST /deployments/{key}/start", body)
        return call


@pytest.mark.fidelity("resources.deployments")
async def test_a_created_deployment_has_its_fields_and_its_usage() -> None:
    client = DeploymentClient()
    row = await client.create_deployment(limits={"daily_call_limit": 3}, customization=LOOK)
    assert row["deployment_id"].startswith("d")
    assert row["pal_id"] == client.pal_id
    assert (row["channel"], row["status"], row["name"]) == ("embed", "active", "Dent Embed")
    assert (row["limits"], row["customization"]) == ({"daily_call_limit": 3}, LOOK)
    assert (row["allowed_origins"], row["usage_total"], row["usage_today"]) == ([], 0, 0)
    assert row["has_password"] is False
    assert await client.fetch(f"GET /deployments/{row['deployment_id']}") == row


async def test_a_password_is_never_answered() -> None:
    client = DeploymentClient()
    row = await client.create_deployment(password="open sesame")
    assert row["has_password"] is True
    assert "sesame" not in str(await client.fetch(f"GET /deployments/{row['deployment_id']}"))


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
async def test_a_deployment_that_breaks_a_rule_is_refused(
    changes: dict[str, Any], said: str
) -> None:
    client = DeploymentClient()
    body = {"pal_id": client.pal_id, "channel": "embed", **changes}
    assert await client.refusal("POST /deployments", body) == (400, {"error": said})
    assert (await client.fetch("GET /deployments"))["total"] == 0


@pytest.mark.fidelity("resources.deployments_list")
async def test_deployments_are_listed_with_a_total_and_up_to_200_at_once() -> None:
    client = DeploymentClient()
    first, second = (
        await client.create_deployment(),
        await client.create_deployment(channel="widget", status="draft"),
    )
    listed = await client.fetch("GET /deployments", limit="200", pal_id=client.pal_id)
    assert listed == {"data": [second, first], "total": 2}
    assert (await client.fetch("GET /deployments", channel="embed"))["data"] == [first]
    assert (await client.fetch("GET /deployments", status="draft"))["data"] == [second]
    assert (await client.fetch("GET /deployments", pal_id="p9"))["total"] == 0
    assert (await client.refusal("GET /deployments", status="gone"))[0] == 400


@pytest.mark.fidelity("resources.deployments_patch")
async def test_a_deployment_is_patched_and_its_pal_stays() -> None:
    client = DeploymentClient()
    line = f"PATCH /deployments/{(await client.create_deployment())['deployment_id']}"
    change = [{"op": "add", "path": "/limits/concurrent_call_limit", "value": 2}]
    assert (await client.fetch(line, change))["limits"] == {"concurrent_call_limit": 2}
    assert (await client.send(line, change)).status == 304
    secret = [{"op": "add", "path": "/password", "value": "sesame"}]
    assert (await client.fetch(line, secret))["has_password"] is True
    for path, value in (("/pal_id", "p9"), ("/channel", "widget"), ("/password", "********")):
        await _refused(client, line, path, value)
    assert (await client.refusal(line, {"status": "draft"}))[0] == 422


async def _refused(client: DeploymentClient, line: str, path: str, value: str) -> None:
    status, _ = await client.refusal(line, [{"op": "replace", "path": path, "value": value}])
    assert status == 400


async def test_a_deleted_deployment_is_not_found() -> None:
    client = DeploymentClient()
    line = f"/deployments/{(await client.create_deployment())['deployment_id']}"
    assert (await client.send(f"DELETE {line}")).status == 204
    gone = (404, {"error": "Deployment not found"})
    assert await client.refusal(f"GET {line}") == gone
    assert await client.refusal(f"POST {line}/start") == gone


@pytest.mark.fidelity("resources.deployments_public")
async def test_the_public_starts_and_ends_a_call_without_a_key() -> None:
    client = DeploymentClient(ApiKeys(seed=1))
    row = deployments.create(client.account, _creation(client.pal_id)).body
    key = row["deployment_id"]
    assert (await client.refusal(f"GET /deployments/{key}"))[0] == 401
    loaded = await client.fetch(f"GET /deployments/{key}/init")
    assert "pal_id" not in loaded
    assert client.pal_id not in str(loaded)
    assert (loaded["is_available"], loaded["unavailable_reason"]) == (True, None)
    call = await client.start_call(
        key, {"custom_greeting": "Hi!", "conversational_context": "Ann."}
    )
    opening = client.live.all[call["conversation_id"]].opening
    assert opening.greeting == "Hi!"
    assert opening.context == "On the price page.\n\nAnn."
    assert opening.timers.max_call_duration == 60
    ended = await client.fetch(
        f"POST /deployments/{key}/conversations/{call['conversation_id']}/end"
    )
    assert ended == {"conversation_id": call["conversation_id"], "status": "ended"}
    assert client.live.count_active() == 0


def _creation(pal_id: str) -> ApiRequest:
    from_owner = {
        "pal_id": pal_id,
        "channel": "embed",
        "limits": {"max_call_duration": 60},
        "customization": LOOK,
    }
    return ApiRequest(method="POST", path="/deployments", body=from_owner)


async def test_a_deployment_cannot_end_a_call_of_another_deployment() -> None:
    client = DeploymentClient()
    one, other = (
        (await client.create_deployment())["deployment_id"],
        (await client.create_deployment())["deployment_id"],
    )
    call = await client.start_call(one)
    line = f"POST /deployments/{other}/conversations/{call['conversation_id']}/end"
    assert (await client.refusal(line))[0] == 400
    assert client.live.count_active() == 1


async def test_a_visitor_needs_the_password() -> None:
    client = DeploymentClient()
    key = (await client.create_deployment(password="sesame"))["deployment_id"]
    for body in (None, {"password": "open"}):
        assert await client.refusal(f"POST /deployments/{key}/start", body) == (
            403,
            {"message": "Invalid password"},
        )
    assert (await client.start_call(key, {"password": "sesame"}))["status"] == "active"


@pytest.mark.fidelity("resources.deployment_limits")
async def test_daily_and_concurrent_calls_are_limited() -> None:
    client = DeploymentClient()
    limits = {"daily_call_limit": 2, "concurrent_call_limit": 1}
    key = (await client.create_deployment(limits=limits))["deployment_id"]

    async def refused() -> str:
        status, told = await client.refusal(f"POST /deployments/{key}/start")
        assert status == 429
        message: str = told["message"]
        return message

    first = await client.start_call(key)
    assert await refused() == "This deployment is not available: concurrent_call_limit"
    await client.account.live.end(first["conversation_id"], "max_call_duration")
    second = await client.start_call(key)
    await client.account.live.end(second["conversation_id"], "max_call_duration")
    assert await refused() == "This deployment is not available: daily_call_limit"
    loaded = await client.fetch(f"GET /deployments/{key}/init")
    assert (loaded["is_available"], loaded["unavailable_reason"]) == (False, "daily_call_limit")
    client.time += 86_400
    assert (await client.start_call(key))["status"] == "active"
    row = await client.fetch(f"GET /deployments/{key}")
    assert (row["usage_total"], row["usage_today"]) == (3, 1)


@pytest.mark.parametrize("status", ["draft", "inactive"])
async def test_only_an_active_deployment_can_be_started(status: str) -> None:
    client = DeploymentClient()
    key = (await client.create_deployment(status=status))["deployment_id"]
    assert await client.refusal(f"POST /deployments/{key}/start") == (
        403,
        {"message": "This deployment is not available: inactive"},
    )
