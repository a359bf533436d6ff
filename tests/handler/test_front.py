from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.clock import ManualClock
from pytest_tavus.handler.call.port import CallRef
from pytest_tavus.handler.front import CannedAnswers, add_canned_answers
from pytest_tavus.handler.open import open_handler
from pytest_tavus.scenario.values.model import CannedAnswer, HandlerSpec, TokenAnswer
from pytest_tavus.wire import HttpExchange, HttpRequest, HttpResponse
from tests.handler.requests import build_call, post, read_fault, read_json, send_request, spec

pytestmark = pytest.mark.asyncio


class RealHandler:
    """Stands for a real handler."""

    def __init__(self) -> None:
        self.closed = 0

    async def send(self, request: HttpRequest, *, call: CallRef, **_: Any) -> HttpExchange:
        return HttpExchange(request=request, response=HttpResponse(status=200, body=b'"real"'))

    async def close(self) -> None:
        self.closed += 1


def answer(**fields: Any) -> CannedAnswer:
    return CannedAnswer(at=("handler", "canned"), **fields)


def build_spec(
    *answers: CannedAnswer, tool: str = "get_order_status", **fields: Any
) -> HandlerSpec:
    return spec(canned={tool: answers}, **fields)


async def test_the_first_answer_whose_predicate_holds_is_given() -> None:
    front = CannedAnswers(
        build_spec(
            answer(when={"order": {"id": "A-1"}}, body={"eta": "soon"}),
            answer(when={"order": {"id": "A-2"}}, body={"eta": "late"}),
            answer(body={"eta": "unknown"}),
        ),
        None,
    )

    async def eta(**arguments: Any) -> Any:
        return read_json(await send_request(front, call=build_call(**arguments)))["eta"]

    assert await eta(order={"id": "A-1", "lang": "en"}) == "soon"
    assert await eta(order={"id": "A-2"}) == "late"
    assert await eta(order={"id": 1}) == "unknown"


async def test_a_canned_answer_comes_before_the_real_handler() -> None:
    front = CannedAnswers(build_spec(answer(when={"n": 1}, body="canned")), RealHandler())

    exchange = await send_request(front, call=build_call(n=1))
    assert (read_json(exchange), exchange.answered_by) == ("canned", "canned")
    exchange = await send_request(front, call=build_call(n=2))
    assert (read_json(exchange), exchange.answered_by) == ("real", "handler")
    assert read_json(await send_request(front, call=build_call(tool="other", n=1))) == "real"


async def test_a_handler_without_canned_answers_is_not_wrapped() -> None:
    real: Any = RealHandler()
    assert add_canned_answers(spec(), real) is real


async def test_closing_closes_the_real_handler() -> None:
    real: Any = RealHandler()
    await CannedAnswers(build_spec(answer()), real).close()
    assert real.closed == 1
    await CannedAnswers(build_spec(answer()), None).close()


@pytest.mark.parametrize(
    ("fields", "body", "content_type"),
    [
        ({"body": {"eta": "später"}}, '{"eta": "später"}'.encode(), "application/json"),
        ({"body": "plain"}, b'"plain"', "application/json"),
        ({"body": "<p>sorry", "content_type": "text/html"}, b"<p>sorry", "text/html"),
        ({"body": {"a": 1}, "content_type": "text/plain"}, b'{"a": 1}', "text/plain"),
        ({"body": None}, b"", None),
        ({"body": None, "content_type": "application/json"}, b"null", "application/json"),
        ({"body": False}, b"false", "application/json"),
    ],
)
async def test_a_body_is_json_unless_its_content_type_says_otherwise(
    fields: dict[str, Any], body: bytes, content_type: str | None
) -> None:
    exchange = await send_request(CannedAnswers(build_spec(answer(status=418, **fields)), None))

    assert exchange.response is not None
    assert exchange.response.status == 418
    assert exchange.response.body == body
    assert dict(exchange.response.headers).get("content-type") == content_type


async def test_a_delay_passes_on_the_clock_of_the_conversation() -> None:
    clock = ManualClock()
    exchange = await send_request(
        CannedAnswers(build_spec(answer(delay=9.0, body=1)), None), clock=clock
    )

    assert read_json(exchange) == 1
    assert exchange.seconds == 9.0
    assert clock.now() == 9.0


async def test_a_delay_beyond_the_timeout_is_a_timeout() -> None:
    clock = ManualClock()
    front = CannedAnswers(build_spec(answer(delay=11.0, body=1)), None)
    exchange = await send_request(front, within=10.0, clock=clock)

    assert read_fault(exchange) == ("timeout", "the handler did not answer within 10 s")
    assert exchange.response is None
    assert (exchange.seconds, exchange.answered_by) == (10.0, "canned")


async def test_a_canned_fault_is_the_fault_it_names() -> None:
    clock = ManualClock()
    exchange = await send_request(
        CannedAnswers(build_spec(answer(fault="timeout")), None), within=3.0, clock=clock
    )
    assert read_fault(exchange) == ("timeout", "the handler did not answer within 3 s")
    assert exchange.seconds == 3.0

    exchange = await send_request(
        CannedAnswers(build_spec(answer(fault="connection", delay=1.0)), None), clock=clock
    )
    assert read_fault(exchange) == ("connection", "the canned answer cuts the connection off")
    assert exchange.seconds == 1.0


async def test_a_token_request_is_answered_by_the_canned_token() -> None:
    token = TokenAnswer(at=(), access_token="t-1", expires_in=60)
    front = CannedAnswers(build_spec(answer(body="tool"), token=token), None)
    request = post(url="https://auth.shop.example/token")
    call = CallRef(
        conversation_id="c", call_id="1", tool="get_order_status", arguments={}, purpose="token"
    )

    exchange = await send_request(front, request, call=call)
    assert read_json(exchange) == {"access_token": "t-1", "token_type": "Bearer", "expires_in": 60}
    assert exchange.answered_by == "canned"
    assert read_json(await send_request(front)) == "tool"


async def test_a_token_request_without_a_canned_token_goes_to_the_handler() -> None:
    call = CallRef(conversation_id="c", call_id="1", tool="get_order_status", purpose="token")
    real: Any = RealHandler()
    assert (
        read_json(
            await send_request(CannedAnswers(build_spec(answer(body="tool")), real), call=call)
        )
        == "real"
    )

    exchange = await send_request(CannedAnswers(build_spec(answer(body="tool")), None), call=call)
    assert read_fault(exchange) == (
        "unhandled",
        (
            "nobody answers the token request for 'get_order_status': there is no canned `token`, "
            "and no app, command or url"
        ),
    )


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (
            spec(),
            (
                "nobody answers the call of 'get_order_status': the scenario has no handler, "
                "and no canned answers"
            ),
        ),
        (
            spec(canned={"book": (answer(),), "cancel": (answer(),)}),
            (
                "nobody answers the call of 'get_order_status': there are canned answers for "
                "'book', 'cancel' only, and there is no app, command or url"
            ),
        ),
        (
            build_spec(answer(when={"n": 1}), answer(when={"n": 2})),
            (
                "nobody answers this call of 'get_order_status': the `when` of none of its "
                "2 canned answers holds, and there is no app, command or url"
            ),
        ),
        (
            build_spec(answer(when={"n": 1})),
            (
                "nobody answers this call of 'get_order_status': the `when` of its only canned "
                "answer does not hold, and there is no app, command or url"
            ),
        ),
    ],
)
async def test_a_call_without_any_answer_lists_the_canned_answers(
    declared: HandlerSpec, message: str
) -> None:
    handler = await open_handler(declared, root=Path(), environ={})
    assert read_fault(await send_request(handler)) == ("unhandled", message)


async def test_five_hundred_equal_calls_at_once_each_get_their_own_answer() -> None:
    answers = [answer(when={"n": n}, body=n, delay=0.001) for n in range(500)]
    front = CannedAnswers(build_spec(*answers), None)
    exchanges = await asyncio.gather(
        *(send_request(front, call=build_call(n=n), clock=ManualClock()) for n in range(500))
    )
    assert [read_json(each) for each in exchanges] == list(range(500))
