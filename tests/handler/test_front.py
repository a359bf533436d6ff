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
from tests.handler.asking import ask, data, fault, post, ref, spec

pytestmark = pytest.mark.asyncio


class Real:
    """Stands for a real handler."""

    def __init__(self) -> None:
        self.closed = 0

    async def send(self, request: HttpRequest, *, call: CallRef, **_: Any) -> HttpExchange:
        return HttpExchange(request=request, response=HttpResponse(status=200, body=b'"real"'))

    async def close(self) -> None:
        self.closed += 1


def answer(**fields: Any) -> CannedAnswer:
    return CannedAnswer(at=("handler", "canned"), **fields)


def canned(*answers: CannedAnswer, tool: str = "get_order_status", **fields: Any) -> HandlerSpec:
    return spec(canned={tool: answers}, **fields)


async def test_the_first_answer_whose_predicate_holds_is_given() -> None:
    front = CannedAnswers(
        canned(
            answer(when={"order": {"id": "A-1"}}, body={"eta": "soon"}),
            answer(when={"order": {"id": "A-2"}}, body={"eta": "late"}),
            answer(body={"eta": "unknown"}),
        ),
        None,
    )

    async def eta(**arguments: Any) -> Any:
        return data(await ask(front, call=ref(**arguments)))["eta"]

    assert await eta(order={"id": "A-1", "lang": "en"}) == "soon"
    assert await eta(order={"id": "A-2"}) == "late"
    assert await eta(order={"id": 1}) == "unknown"


async def test_canned_answers_stand_before_the_real_handler() -> None:
    front = CannedAnswers(canned(answer(when={"n": 1}, body="canned")), Real())

    exchange = await ask(front, call=ref(n=1))
    assert (data(exchange), exchange.answered_by) == ("canned", "canned")
    exchange = await ask(front, call=ref(n=2))
    assert (data(exchange), exchange.answered_by) == ("real", "handler")
    assert data(await ask(front, call=ref(tool="other", n=1))) == "real"


async def test_a_handler_without_canned_answers_is_not_wrapped() -> None:
    real: Any = Real()
    assert add_canned_answers(spec(), real) is real


async def test_closing_closes_the_real_handler() -> None:
    real: Any = Real()
    await CannedAnswers(canned(answer()), real).close()
    assert real.closed == 1
    await CannedAnswers(canned(answer()), None).close()


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
    exchange = await ask(CannedAnswers(canned(answer(status=418, **fields)), None))

    assert exchange.response is not None
    assert exchange.response.status == 418
    assert exchange.response.body == body
    assert dict(exchange.response.headers).get("content-type") == content_type


async def test_a_delay_passes_on_the_clock_of_the_conversation() -> None:
    clock = ManualClock()
    exchange = await ask(CannedAnswers(canned(answer(delay=9.0, body=1)), None), clock=clock)

    assert data(exchange) == 1
    assert exchange.seconds == 9.0
    assert clock.now() == 9.0


async def test_a_delay_beyond_the_timeout_is_a_timeout() -> None:
    clock = ManualClock()
    front = CannedAnswers(canned(answer(delay=11.0, body=1)), None)
    exchange = await ask(front, within=10.0, clock=clock)

    assert fault(exchange) == ("timeout", "the handler did not answer within 10 s")
    assert exchange.response is None
    assert (exchange.seconds, exchange.answered_by) == (10.0, "canned")


async def test_a_canned_fault_is_the_fault_it_names() -> None:
    clock = ManualClock()
    exchange = await ask(
        CannedAnswers(canned(answer(fault="timeout")), None), within=3.0, clock=clock
    )
    assert fault(exchange) == ("timeout", "the handler did not answer within 3 s")
    assert exchange.seconds == 3.0

    exchange = await ask(
        CannedAnswers(canned(answer(fault="connection", delay=1.0)), None), clock=clock
    )
    assert fault(exchange) == ("connection", "the canned answer cuts the connection off")
    assert exchange.seconds == 1.0


async def test_a_token_request_is_answered_by_the_canned_token() -> None:
    token = TokenAnswer(at=(), access_token="t-1", expires_in=60)
    front = CannedAnswers(canned(answer(body="tool"), token=token), None)
    request = post(url="https://auth.shop.example/token")
    call = CallRef(
        conversation_id="c", call_id="1", tool="get_order_status", arguments={}, purpose="token"
    )

    exchange = await ask(front, request, call=call)
    assert data(exchange) == {"access_token": "t-1", "token_type": "Bearer", "expires_in": 60}
    assert exchange.answered_by == "canned"
    assert data(await ask(front)) == "tool"


async def test_a_token_request_without_a_canned_token_goes_to_the_handler() -> None:
    call = CallRef(conversation_id="c", call_id="1", tool="get_order_status", purpose="token")
    real: Any = Real()
    assert data(await ask(CannedAnswers(canned(answer(body="tool")), real), call=call)) == "real"

    exchange = await ask(CannedAnswers(canned(answer(body="tool")), None), call=call)
    assert fault(exchange) == (
        "unhandled",
        (
            "nobody answers the token request for 'get_order_status': there is no canned `token`, "
            "and no app, command or url"
        ),
    )


@pytest.mark.parametrize(
    ("wanted", "message"),
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
            canned(answer(when={"n": 1}), answer(when={"n": 2})),
            (
                "nobody answers this call of 'get_order_status': the `when` of none of its "
                "2 canned answers holds, and there is no app, command or url"
            ),
        ),
        (
            canned(answer(when={"n": 1})),
            (
                "nobody answers this call of 'get_order_status': the `when` of its only canned "
                "answer does not hold, and there is no app, command or url"
            ),
        ),
    ],
)
async def test_a_call_nobody_takes_says_what_there_is(wanted: HandlerSpec, message: str) -> None:
    handler = await open_handler(wanted, root=Path(), environ={})
    assert fault(await ask(handler)) == ("unhandled", message)


async def test_five_hundred_equal_calls_at_once_each_get_their_own_answer() -> None:
    answers = [answer(when={"n": n}, body=n, delay=0.001) for n in range(500)]
    front = CannedAnswers(canned(*answers), None)
    exchanges = await asyncio.gather(
        *(ask(front, call=ref(n=n), clock=ManualClock()) for n in range(500))
    )
    assert [data(each) for each in exchanges] == list(range(500))
