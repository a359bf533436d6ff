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
from tests.simulator.account.account import Desk

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


def desk(*, keys: ApiKeys | None = None) -> Desk:
    return Desk(ROWS, keys=keys)


@pytest.mark.fidelity("rest.both_slash_spellings")
@pytest.mark.parametrize("path", ["/builder/history", "/builder/history/"])
async def test_a_literal_step_goes_before_a_placeholder_in_both_slash_spellings(path: str) -> None:
    body = await desk().get(f"GET {path}")

    assert body == {"path": "/builder/history", "params": {}, "body": None}


async def test_a_placeholder_stands_for_any_step() -> None:
    body = await desk().get("GET /builder/b1/")

    assert body["params"] == {"builder_id": "b1"}


@pytest.mark.parametrize("path", ["/builder//", "/builder/..", "/builder/.", "//builder/b1"])
async def test_a_path_with_a_trick_in_it_is_unknown(path: str) -> None:
    status, _ = await desk().refused(f"GET {path}")

    assert status == 404


@pytest.mark.fidelity("rest.unknown_route")
async def test_an_unknown_route_names_the_closest_ones() -> None:
    assert await desk().refused("GET /buidler/history") == (
        404,
        {
            "error": "the simulator does not know the route GET /buidler/history; "
            "the closest it knows: /builder/history, /builder/{builder_id}"
        },
    )


async def test_an_unknown_route_that_is_like_nothing_says_so_alone() -> None:
    assert await desk().refused("GET /zzz") == (
        404,
        {"error": "the simulator does not know the route GET /zzz"},
    )


async def test_of_a_very_long_path_only_the_beginning_is_compared() -> None:
    status, said = await desk().refused(f"GET /builder/history{'y' * 5000}/y")

    assert status == 404
    assert "the closest it knows" not in said["error"]


async def test_another_method_is_405_and_names_those_there_are() -> None:
    answer = await desk().ask("DELETE /pals")

    assert (answer.status, answer.headers) == (405, {"allow": "POST, PUT"})
    assert answer.body == {"message": "DELETE is not allowed for /pals: expected one of POST, PUT"}


async def test_head_is_answered_like_get_and_options_with_the_methods() -> None:
    assert await desk().get("HEAD /tools") == await desk().get("GET /tools")
    answer = await desk().ask("OPTIONS /tools")
    assert (answer.status, answer.headers) == (204, {"allow": "GET, HEAD"})


async def test_an_aliased_route_is_answered_in_its_own_words() -> None:
    assert await desk().get("GET /personas/p1") == {"persona_id": "p1", "query": {}}
    assert await desk().get("GET /pals/p1") == {"pal_id": "p1", "query": {}}


async def test_a_query_is_translated() -> None:
    body = await desk().get("GET /pals/p1", replica_id="r1")

    assert body["query"] == {"face_id": "r1"}


@pytest.mark.fidelity("rest.both_spellings")
async def test_two_spellings_of_one_field_must_agree() -> None:
    same = {"persona_name": "Ann", "pal_name": "Ann"}
    assert (await desk().get("POST /pals", same))["body"] == {"pal_name": "Ann"}

    assert await desk().refused("POST /personas", {"persona_name": "Ann", "pal_name": "Bo"}) == (
        400,
        {
            "error": "persona_name and pal_name are two spellings of one field and have different "
            "values: send one of them"
        },
    )


async def test_a_route_without_either_word_is_left_as_it_is() -> None:
    body = (await desk().ask("GET /tools", {"persona_id": "free data"})).body

    assert body["body"] == {"persona_id": "free data"}


async def test_a_refusal_names_the_fields_of_the_route_used() -> None:
    _, present = await desk().refused("PUT /pals", {})
    _, former = await desk().refused("PUT /personas", {})

    assert present == {"error": "Bad Request. {'default_face_id': ['unknown']}"}
    assert former == {"error": "Bad Request. {'default_replica_id': ['unknown']}"}


async def test_what_is_answered_is_a_copy() -> None:
    kept: dict[str, Any] = {"tags": ["a"]}

    def show(_account: Account, _request: ApiRequest) -> ApiAnswer:
        return ApiAnswer(body=kept, lines=(kept,))

    answer = await Desk([row("GET", "/tools", show)]).ask("GET /tools")
    assert answer.lines is not None
    for shown in (answer.body, *answer.lines):
        shown["tags"].append("b")

    assert kept == {"tags": ["a"]}


async def test_a_body_may_be_nested_only_so_deep() -> None:
    def nested(levels: int) -> Any:
        return [nested(levels - 1)] if levels else 1

    assert await desk().get("POST /pals", {"layers": nested(99)})
    assert await desk().refused("POST /pals", {"layers": nested(100)}) == (
        400,
        {"error": "the body is nested more than 100 levels deep"},
    )
    assert await desk().refused("POST /pals", {"layers": nested(400)}) == (
        400,
        {"error": "the body is nested more than 100 levels deep"},
    )


def keys() -> ApiKeys:
    return ApiKeys(seed=1, environment="test")


async def test_the_account_s_key_opens_in_any_case_of_the_header() -> None:
    own = keys()
    api: Api = desk(keys=own).api

    answer = await api.call("GET", "/tools", headers={"X-API-Key": own.first})

    assert answer.status == 200


@pytest.mark.fidelity("rest.invalid_key")
@pytest.mark.parametrize("line", ["GET /tools", "GET /zzz", "DELETE /tools"])
@pytest.mark.parametrize("headers", [{}, {"x-api-key": ""}, {"x-api-key": "tavus_sim_test_0"}])
async def test_without_the_key_nothing_is_told(line: str, headers: dict[str, str]) -> None:
    method, path = line.split()

    answer = await desk(keys=keys()).api.call(method, path, headers=headers)

    assert (answer.status, answer.body) == (401, {"message": "Invalid access token"})


@pytest.mark.fidelity("rest.environment_alignment")
async def test_a_key_of_another_environment_is_no_key() -> None:
    other = ApiKeys(seed=1, environment="prod")

    answer = await desk(keys=keys()).api.call("GET", "/tools", headers={"x-api-key": other.first})

    assert answer.status == 401


async def test_a_public_route_needs_no_key() -> None:
    answer = await desk(keys=keys()).api.call("POST", "/deployments/d1/start")

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


async def test_two_rows_for_one_request_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^two routes for GET /tools$"):
        RouteTable([row("GET", "/tools"), row("GET", "/tools")])
