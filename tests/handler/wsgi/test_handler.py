from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, jsonify, request

from pytest_tavus.wire import HttpRequest
from tests.handler.requests import open_app, post, read_fault, read_json, send_request
from tests.handler.wsgi.apps import StartResponse, no_start

pytestmark = pytest.mark.asyncio


async def test_an_application_sees_the_request_as_behind_the_production_url() -> None:
    seen: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        seen.append({**environ, "got": environ["wsgi.input"].read()})
        start_response("200 OK", [])
        return [b"{}"]

    url = "https://api.shop.example:8443/a%20b/%C3%A9?q=a%20b&x=1+2"
    headers = (("Content-Type", "application/json"), ("X-Trace", "1"), ("x-trace", "2"))
    async with open_app(app) as handler:
        await send_request(
            handler, HttpRequest(method="post", url=url, headers=headers, body=b"{}")
        )

    environ = seen[0]
    assert environ["got"] == b"{}"
    assert environ["REQUEST_METHOD"] == "POST"
    assert environ["SCRIPT_NAME"] == ""
    assert environ["PATH_INFO"] == "/a b/Ã©"
    assert environ["QUERY_STRING"] == "q=a%20b&x=1+2"
    assert environ["CONTENT_TYPE"] == "application/json"
    assert environ["CONTENT_LENGTH"] == "2"
    assert environ["HTTP_X_TRACE"] == "1,2"
    assert environ["HTTP_HOST"] == "api.shop.example:8443"
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("api.shop.example", "8443")
    assert environ["wsgi.url_scheme"] == "https"
    assert environ["wsgi.multithread"] is True
    assert "HTTP_CONTENT_TYPE" not in environ


async def test_a_flask_application_answers() -> None:
    app = Flask("shop")

    @app.post("/orders/status")
    def status() -> Any:
        return jsonify(order=request.get_json()["order_id"], lang=request.args["lang"])

    async with open_app(app) as handler:
        exchange = await send_request(handler, post({"order_id": "A-10428"}))

    assert read_json(exchange) == {"order": "A-10428", "lang": "en"}


async def test_a_crash_that_flask_answers_with_a_page_has_its_traceback() -> None:
    app = Flask("shop")

    @app.post("/orders/status")
    def status() -> Any:
        return {"eta": 1}["status"]

    async with open_app(app) as handler:
        exchange = await send_request(handler)

    assert read_fault(exchange) == (
        "crash",
        "the handler answered 500 and raised KeyError: 'status'",
    )
    assert exchange.response is not None
    assert exchange.response.status == 500
    assert exchange.fault is not None
    files = [line for line in str(exchange.fault.traceback).splitlines() if "  File " in line]
    assert files == [f'  File "{__file__}", line {status.__code__.co_firstlineno + 2}, in status']


async def test_the_body_is_closed_and_write_is_honoured() -> None:
    closed: list[bool] = []

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            yield b"2}"

        def close(self) -> None:
            closed.append(True)

    def app(environ: dict[str, Any], start_response: StartResponse) -> Body:
        write = start_response("200 OK", [("Content-Type", "application/json")])
        write(b'{"a": ')
        return Body()

    async with open_app(app) as handler:
        assert read_json(await send_request(handler)) == {"a": 2}
    assert closed == [True]


async def test_an_error_page_replaces_the_status_and_reports_its_cause() -> None:
    def app(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [])
        try:
            int("no such order")
        except ValueError:
            start_response("500 Broken", [("X-Page", "error")], sys.exc_info())
        return [b"sorry"]

    async with open_app(app) as handler:
        exchange = await send_request(handler)

    assert exchange.response is not None
    assert exchange.response.status == 500
    assert exchange.response.headers == (("X-Page", "error"),)
    message = (
        "the handler answered 500 and raised ValueError: "
        "invalid literal for int() with base 10: 'no such order'"
    )
    assert read_fault(exchange) == ("crash", message)


async def test_a_crash_in_the_middle_of_the_body_is_a_broken_response() -> None:
    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"{"
        raise ValueError("lost the thread")

    async with open_app(app) as handler:
        exchange = await send_request(handler)

    assert read_fault(exchange) == ("broken", "the handler raised ValueError: lost the thread")
    assert exchange.response is None


def body_first(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
    return [b"{}"]


def started_twice(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [])
    start_response("200 OK", [])
    return []


def text_body(environ: dict[str, Any], start_response: StartResponse) -> list[Any]:
    start_response("200 OK", [])
    return ["{}"]


def number_status(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
    start_response(200, [])
    return []


def odd_headers(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Length", 2)])
    return []


def wrong_length(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "5")])
    return [b"{}"]


@pytest.mark.parametrize(
    ("app", "message"),
    [
        (no_start, "the handler returned without calling start_response"),
        (body_first, "the handler gave a body before it called start_response"),
        (started_twice, "the handler called start_response twice"),
        (text_body, "the handler gave a body of str, not of bytes"),
        (number_status, "the handler gave 200 as the status of a response"),
        (odd_headers, "the handler gave headers that are not pairs of text"),
        (wrong_length, "the handler declared a Content-Length of 5 and sent 2 bytes"),
    ],
)
async def test_a_message_that_a_server_would_refuse_is_named(app: Any, message: str) -> None:
    async with open_app(app) as handler:
        assert read_fault(await send_request(handler)) == ("crash", message)
