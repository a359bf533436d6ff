"""The REST endpoint: turns HTTP under ``/v2`` into calls of `Api`, and answers into HTTP.

No rule of Tavus is here.
"""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pytest_tavus.json_data import Json
from pytest_tavus.simulator.account.front import Api
from pytest_tavus.simulator.account.requests.api import ApiAnswer
from pytest_tavus.simulator.server.http.answers import json_bytes
from pytest_tavus.simulator.server.http.body_limits import LIGHT_BYTES
from pytest_tavus.simulator.server.http.json_text import JsonTextError, read_json
from pytest_tavus.simulator.server.site import Endpoint

PREFIX = "/v2"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
BODILESS = frozenset({204, 304})

_JSON_TYPES = frozenset({"application/json", "application/json-patch+json", ""})


class _BodyError(ValueError):
    def __init__(self, status: int, sentence: str) -> None:
        self.status = status
        super().__init__(sentence)


def build_rest_endpoint(api: Api) -> Endpoint:
    async def serve(request: Request) -> Response:
        path = request.scope["path"].removeprefix(PREFIX) or "/"
        headers = dict(request.headers)
        refusal = api.refusal(request.method, path, headers)
        if refusal is not None:
            return _build_response(refusal)
        try:
            body = _read(await request.body(), headers.get("content-type", ""))
        except _BodyError as error:
            return _build_response(ApiAnswer(status=error.status, body={"error": str(error)}))
        if len(await request.body()) > LIGHT_BYTES:
            await asyncio.sleep(0)  # other requests run before this one blocks the loop
        answer = await api.call(
            request.method, path, query=dict(request.query_params), body=body, headers=headers
        )
        return _build_response(answer)

    return Endpoint(
        routes=(
            Route(PREFIX, serve, methods=METHODS),
            Route(PREFIX + "/{path:path}", serve, methods=METHODS),
        )
    )


def _read(body: bytes, content_type: str) -> Json:
    if not body.strip():
        return None
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in _JSON_TYPES:
        sentence = f"the body is {kind!r}, and the API takes 'application/json'"
        raise _BodyError(415, sentence)
    try:
        return read_json(body)
    except JsonTextError as error:
        raise _BodyError(400, str(error)) from None


def _build_response(answer: ApiAnswer) -> Response:
    headers = dict(answer.headers)
    if answer.lines is not None:
        lines = b"".join(json_bytes(line) + b"\n" for line in answer.lines)
        return Response(lines, answer.status, headers, "application/x-ndjson")
    if answer.text is not None:
        return Response(answer.text, answer.status, headers, "text/plain")
    if answer.body is None or answer.status in BODILESS:
        return Response(None, answer.status, headers)
    return Response(json_bytes(answer.body), answer.status, headers, "application/json")
