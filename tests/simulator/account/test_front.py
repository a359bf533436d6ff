"""The way in: routes and their aliases, slashes, methods, keys, words."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.front import Api
from pytest_tavus.simulator.account.keys import ApiKeys
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRefusal, ApiRequest
from pytest_tavus.simulator.account.resource import Route
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.table import RouteTable
from tests.simulator.account.account import AccountClient

pytestmark = pytest.mark.asyncio


def echo(_account: Account, request: ApiRequest) -> ApiAnswer:
    return ApiAnswer(
        body={"path": request.path, "params": dict(request.params), "body": request.body}
    )


async def late_echo(_account: Account, request: ApiRequest) -> ApiAnswer:
    return ApiAnswer(body={"pal_id": request.params["pal_id"], "query": dict(request.query)})


def refuse(_account: Account, _request: ApiRequest) -> ApiAnswer:
    raise ApiRefusal(400, {"error": "Bad Request. {'default_face_id': ['unknown']}"})


def row(method: str, path: str, operation: Any = echo, *, public: bool = False) -> Route:
    return Route(method=method, path=path, operation=operation, source="inferred", public=public)


ROWS = (
    row("GET", "/builder/{builder_id}"),
    row("GET", "/builder/history"),
    row("GET", "/pals/{pal_id}", late_echo),
    row("POST", "/pals", echo),
    row("PUT", "/pals", refuse),
    row("GET", "/tools", echo),
    row("POST", "/deployments/{deployment_id}/start", public=True),
)


def open_account(*, keys: ApiKeys | None = None) -> AccountClient:
    return AccountClient(ROWS, keys=keys)


@pytest.mark.fidelity("rest.both_slash_spellings")
@pytest.mark.parametrize("path", ["/builder/history", "/builder/history/"])
async def test_a_literal_step_takes_precedence_with_and_without_a_trailing_slash(path: str) -> None:
    body = await open_account().fetch(f"GET {path}")

    assert body == {"path": "/builder/history", "params": {}, "body": None}


async def test_a_placeholder_matches_any_step() -> None:
    body = await open_account().fetch("GET /builder/b1/")

    assert body["params"] == {"builder_id": "b1"}


@pytest.mark.parametrize("path", ["/builder//", "/builder/..", "/builder/.", "//builder/b1"])
async def test_a_path_with_dots_or_empty_steps_is_unknown(path: str) -> None:
    status, _ = await open_account().refusal(f"GET {path}")

    assert status == 404


@pytest.mark.fidelity("rest.unknown_route")
async def test_an_unknown_route_names_the_closest_ones() -> None:
    assert await open_account().refusal("GET /buidler/history") == (
        404,
        {
            "error": "the simulator does not know the route GET /buidler/history; "
            "the closest it knows: /builder/history, /builder/{builder_id}"
        },
    )


async def test_an_unknown_route_without_similar_routes_suggests_none() -> None:
    assert await open_account().refusal("GET /zzz") == (
        404,
        {"error": "the simulator does not know the route GET /zzz"},
    )


async def test_only_the_start_of_a_very_long_path_is_compared() -> None:
    status, said = await open_account().refusal(f"GET /builder/history{'y' * 5000}/y")

    assert status == 404
    assert "the closest it knows" not in said["error"]


async def test_another_method_is_405_and_lists_the_allowed_methods() -> None:
    answer = await open_account().send("DELETE /pals")

    assert (answer.status, answer.headers) == (405, {"allow": "POST, PUT"})
    assert answer.body == {"message": "DELETE is not allowed for /pals: expected one of POST, PUT"}


async def test_head_is_answered_like_get_and_options_with_the_methods() -> None:
    assert await open_account().fetch("HEAD /tools") == await open_account().fetch("GET /tools")
    answer = await open_account().send("OPTIONS /tools")
    assert (answer.status, answer.headers) == (204, {"allow": "GET, HEAD"})


async def test_an_aliased_route_answers_in_its_own_vocabulary() -> None:
    assert await open_account().fetch("GET /personas/p1") == {"persona_id": "p1", "query": {}}
    assert await open_account().fetch("GET /pals/p1") == {"pal_id": "p1", "query": {}}


async def test_a_query_is_translated() -> None:
    body = await open_account().fetch("GET /pals/p1", replica_id="r1")

    assert body["query"] == {"face_id": "r1"}


@pytest.mark.fidelity("rest.both_spellings")
async def test_two_spellings_of_one_field_must_agree() -> None:
    same = {"persona_name": "Ann", "pal_name": "Ann"}
    assert (await open_account().fetch("POST /pals", same))["body"] == {"pal_name": "Ann"}

    assert await open_account().refusal(
        "POST /personas", {"persona_name": "Ann", "pal_name": "Bo"}
    ) == (
        400,
        {
            "error": "persona_name and pal_name are two spellings of one field and have different "
            "values: send one of them"
        },
    )


async def test_a_route_without_a_vocabulary_is_not_translated() -> None:
    body = (await open_account().send("GET /tools", {"persona_id": "free data"})).body

    assert body["body"] == {"persona_id": "free data"}


async def test_a_refusal_names_the_fields_of_the_route_used() -> None:
    _, present = await open_account().refusal("PUT /pals", {})
    _, former = await open_account().refusal("PUT /personas", {})

    assert present == {"error": "Bad Request. {'default_face_id': ['unknown']}"}
    assert former == {"error": "Bad Request. {'default_replica_id': ['unknown']}"}


async def test_an_answer_is_a_copy_of_the_record() -> None:
    kept: dict[str, Any] = {"tags": ["a"]}

    def show(_account: Account, _request: ApiRequest) -> ApiAnswer:
        return ApiAnswer(body=kept, lines=(kept,))

    answer = await AccountClient([row("GET", "/tools", show)]).send("GET /tools")
    assert answer.lines is not None
    for shown in (answer.body, *answer.lines):
        shown["tags"].append("b")

    assert kept == {"tags": ["a"]}


async def test_a_body_nested_too_deeply_is_refused() -> None:
    def nested(levels: int) -> Any:
        return [nested(levels - 1)] if levels else 1

    assert await open_account().fetch("POST /pals", {"layers": nested(99)})
    assert await open_account().refusal("POST /pals", {"layers": nested(100)}) == (
        400,
        {"error": "the body is nested more than 100 levels deep"},
    )
    assert await open_account().refusal("POST /pals", {"layers": nested(400)}) == (
        400,
        {"error": "the body is nested more than 100 levels deep"},
    )


def keys() -> ApiKeys:
    return ApiKeys(seed=1, environment="test")


async def test_the_account_s_key_opens_in_any_case_of_the_header() -> None:
    own = keys()
    api: Api = open_account(keys=own).api

    answer = await api.call("GET", "/tools", headers={"X-API-Key": own.first})

    assert answer.status == 200


@pytest.mark.fidelity("rest.invalid_key")
@pytest.mark.parametrize("line", ["GET /tools", "GET /zzz", "DELETE /tools"])
@pytest.mark.parametrize("headers", [{}, {"x-api-key": ""}, {"x-api-key": "tavus_sim_test_0"}])
async def test_without_the_key_every_request_is_a_401(line: str, headers: dict[str, str]) -> None:
    method, path = line.split()

    answer = await open_account(keys=keys()).api.call(method, path, headers=headers)

    assert (answer.status, answer.body) == (401, {"message": "Invalid access token"})


@pytest.mark.fidelity("rest.environment_alignment")
async def test_a_key_of_another_environment_is_refused() -> None:
    other = ApiKeys(seed=1, environment="prod")

    answer = await open_account(keys=keys()).api.call(
        "GET", "/tools", headers={"x-api-key": other.first}
    )

    assert answer.status == 401


async def test_a_public_route_needs_no_key() -> None:
    answer = await open_account(keys=keys()).api.call("POST", "/deployments/d1/start")

    assert answer.status == 200


async def test_keys_say_that_they_are_simulated_and_are_the_same_for_a_seed() -> None:
    assert keys().first == keys().first
    assert keys().first.startswith("tavus_sim_test_")
    own = ApiKeys(seed=1, first="my-own-key")
    assert own.first == "my-own-key"
    assert own.all() == ("my-own-key",)
    assert own.accepts("my-own-key")
    assert own.accepts(own.issue())
    assert not own.accepts(None)


async def test_two_routes_for_one_request_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^two routes for GET /tools$"):
        RouteTable([row("GET", "/tools"), row("GET", "/tools")])
