"""The REST endpoint turns HTTP into calls of the API, and answers into HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from pytest_tavus.simulator.account.front import Api
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.resource import Route
from pytest_tavus.simulator.server.application import build_application
from pytest_tavus.simulator.server.rest import build_rest_endpoint
from tests.simulator.server.constants import BASE
from tests.simulator.server.served import build_context, served

pytestmark = pytest.mark.asyncio

JSON = {"content-type": "application/json"}


def seen(_: object, request: ApiRequest) -> ApiAnswer:
    return ApiAnswer(body={"query": dict(request.query), "body": request.body})


def lines(_: object, _request: ApiRequest) -> ApiAnswer:
    return ApiAnswer(lines=({"type": "delta"}, {"type": "done", "text": "é"}))


def text(_: object, _request: ApiRequest) -> ApiAnswer:
    return ApiAnswer(text="as it is [STOP]")


def unchanged(_: object, _request: ApiRequest) -> ApiAnswer:
    return ApiAnswer(status=304, body={"never": "sent"})


def gone(_: object, _request: ApiRequest) -> ApiAnswer:
    return ApiAnswer(status=204)


def broken(_: object, _request: ApiRequest) -> ApiAnswer:
    raise RuntimeError("canary-8f3b")


ROUTES = (
    Route(method="GET", path="/seen", operation=seen, source="inferred"),
    Route(method="POST", path="/seen", operation=seen, source="inferred"),
    Route(method="GET", path="/lines", operation=lines, source="inferred"),
    Route(method="GET", path="/text", operation=text, source="inferred"),
    Route(method="PATCH", path="/unchanged", operation=unchanged, source="inferred"),
    Route(method="DELETE", path="/gone", operation=gone, source="inferred"),
    Route(method="GET", path="/broken", operation=broken, source="inferred"),
)


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with served() as server:
        api = Api(server.tavus.site.account, ROUTES)
        app = build_application([build_rest_endpoint(api)], build_context(server.tavus))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            yield client


async def test_query_and_body_reach_the_api(http: httpx.AsyncClient) -> None:
    response = await http.post("/v2/seen?limit=5&q=a%20b", json={"a": [1, None, "é"]})

    assert response.json() == {
        "query": {"limit": "5", "q": "a b"},
        "body": {"a": [1, None, "é"]},
    }
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize("content", [b"", b"  \n"])
async def test_a_missing_body_is_none(http: httpx.AsyncClient, content: bytes) -> None:
    assert (await http.post("/v2/seen", content=content)).json()["body"] is None


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/json-patch+json"]
)
async def test_several_content_types_are_json(http: httpx.AsyncClient, kind: str) -> None:
    response = await http.post("/v2/seen", content=b"[1]", headers={"content-type": kind})

    assert response.json()["body"] == [1]


async def test_a_body_without_a_type_is_taken_for_json(http: httpx.AsyncClient) -> None:
    assert (await http.post("/v2/seen", content=b"[1]")).json()["body"] == [1]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "the body is not JSON: Expecting property name enclosed in double quotes at line 1"),
        (b"\n\n[1,]", "at line 3, column "),
        (b'{"a": NaN}', "the body is not JSON: NaN is no JSON number"),
        (b"-Infinity", "the body is not JSON: -Infinity is no JSON number"),
        (b'"\xff"', "the body is not UTF-8"),
        (b"[" * 2_000, "the body is nested too deeply"),
        (b"[" * 100_000, "the body holds more than 25000 values, or more than 3000 objects"),
        (b"[" * 101 + b"]" * 101, "the body is nested too deeply"),
        (b'{"a": 1e999}', "the body holds a number that is too large"),
        (
            b'{"a": "\\ud800"}',
            "the body holds half of a surrogate pair, which is no character",
        ),
        (b"1" * 5000, "the body holds a number with too many digits"),
    ],
)
async def test_a_body_that_cannot_be_read_is_told(
    http: httpx.AsyncClient, content: bytes, sentence: str
) -> None:
    response = await http.post("/v2/seen", content=content, headers=JSON)

    assert response.status_code == 400
    assert sentence in response.json()["error"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/xml"])
async def test_a_body_of_another_type_is_told(http: httpx.AsyncClient, kind: str) -> None:
    response = await http.post("/v2/seen", content=b"{}", headers={"content-type": kind})

    assert (response.status_code, response.json()) == (
        415,
        {"error": f"the body is {kind!r}, and the API takes 'application/json'"},
    )


async def test_lines_are_ndjson(http: httpx.AsyncClient) -> None:
    response = await http.get("/v2/lines")

    assert response.headers["content-type"] == "application/x-ndjson"
    assert response.text == '{"type":"delta"}\n{"type":"done","text":"é"}\n'


async def test_text_is_plain(http: httpx.AsyncClient) -> None:
    response = await http.get("/v2/text")

    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text == "as it is [STOP]"


@pytest.mark.fidelity("door.empty_bodies")
@pytest.mark.parametrize(
    ("method", "path", "status"), [("PATCH", "/v2/unchanged", 304), ("DELETE", "/v2/gone", 204)]
)
async def test_answers_with_a_bodiless_status_have_no_body(
    http: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    response = await http.request(method, path)

    assert (response.status_code, response.content) == (status, b"")
    assert "content-type" not in response.headers


@pytest.mark.fidelity("door.no_redirects")
@pytest.mark.parametrize("path", ["/v2/seen", "/v2/seen/"])
async def test_a_slash_at_the_end_never_redirects(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path)).status_code == 200


async def test_a_method_that_is_not_there_is_told_with_those_that_are(
    http: httpx.AsyncClient,
) -> None:
    response = await http.put("/v2/seen")

    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")


async def test_a_crash_of_the_simulator_reveals_only_its_kind(
    http: httpx.AsyncClient,
) -> None:
    response = await http.get("/v2/broken")

    assert (response.status_code, response.json()) == (
        500,
        {"error": "the simulator failed at GET /v2/broken (RuntimeError): a bug in it"},
    )


async def test_an_unknown_path_names_the_endpoints(http: httpx.AsyncClient) -> None:
    response = await http.get("/elsewhere")

    assert (response.status_code, response.json()) == (
        404,
        {
            "error": (
                "the simulator has nothing at /elsewhere: its API is below /v2, its MCP server at "
                "/mcp, its rooms below /rooms"
            )
        },
    )


@pytest.mark.fidelity("door.key_in_a_header")
async def test_the_api_asks_for_its_key_in_its_own_header() -> None:
    async with served() as server:
        key = server.http.headers.pop("x-api-key")
        without = await server.http.get("/v2/pals")
        bearer = await server.http.get("/v2/pals", headers={"authorization": f"Bearer {key}"})
        other = await server.http.get("/v2/pals", headers={"x-api-key": "tavus_sim_test_12345678"})
        good = await server.http.get("/v2/pals", headers={"X-API-Key": key})

    assert [each.status_code for each in (without, bearer, other, good)] == [401, 401, 401, 200]
    assert without.json() == {"message": "Invalid access token"}


async def test_a_method_that_a_room_does_not_know_is_told() -> None:
    async with served() as server:
        response = await server.http.delete("/rooms/c1")

    assert (response.status_code, response.json()) == (
        405,
        {"error": "DELETE is not allowed for /rooms/c1"},
    )
