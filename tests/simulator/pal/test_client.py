"""Client tools: which answer is given, what a callable may do, and what it may not break."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.clock import ManualClock
from pytest_tavus.handler.delivery.flow import ToolOutcome
from pytest_tavus.handler.source.imports import load
from pytest_tavus.scenario.values.model import ClientAnswer
from pytest_tavus.simulator.pal.client import ClientTools, as_output
from pytest_tavus.trace.events import Fault, ToolCalled
from tests.simulator.pal.client_tools import stuck
from tests.simulator.pal.samples import SECONDS, wait_until

pytestmark = pytest.mark.asyncio

TOOLS = "tests.simulator.pal.client_tools"


def found(import_string: str) -> Any:
    return load(import_string, search_path=[])


def client(*answers: ClientAnswer, tool: str = "find") -> ClientTools:
    return ClientTools(answers={tool: answers} if answers else {}, load=found)


def answer(**fields: Any) -> ClientAnswer:
    return ClientAnswer(at=(), **fields)


async def ask(asked: ClientTools, **arguments: Any) -> tuple[ToolOutcome, Fault | None]:
    async with asyncio.timeout(SECONDS):
        return await asked.answer(called(**arguments), clock=ManualClock())


def called(**arguments: Any) -> ToolCalled:
    text = json.dumps(arguments) if arguments else ""
    return ToolCalled(call_id="t1", name="find", arguments=text, channel="app_message")


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("Table 7.", "Table 7."),
        ("", ""),
        (None, ""),
        ({"table": 7, "near": "Tür"}, '{"table": 7, "near": "Tür"}'),
        ([1, 2], "[1, 2]"),
        (False, "false"),
        (0, "0"),
    ],
)
async def test_an_output_is_sent_as_text_or_as_json(output: Any, text: str) -> None:
    outcome, fault = await ask(client(answer(output=output)))

    assert fault is None
    assert outcome == ToolOutcome(
        status="success", output=text, http_status=None, reason=None, answered_by="client_output"
    )


async def test_the_first_client_answer_that_matches_the_arguments_wins() -> None:
    asked = client(
        answer(when={"guests": 50}, output="no"),
        answer(when={"guests": 2}, output="yes"),
        answer(output="perhaps"),
    )

    assert [(await ask(asked, guests=n))[0].output for n in (2, 50, 3)] == ["yes", "no", "perhaps"]


async def test_an_answer_with_status_error_keeps_what_it_says() -> None:
    outcome, fault = await ask(client(answer(status="error", output={"why": "closed"})))

    assert (outcome.status, outcome.output, outcome.answered_by) == (
        "error",
        '{"why": "closed"}',
        "client_output",
    )
    assert outcome.reason == "the client answered with status error"
    assert outcome.failure is None
    assert fault is None


async def test_an_unanswered_call_has_no_answer_and_no_fault() -> None:
    outcome, fault = await ask(client(answer(unanswered=True)))

    assert (outcome.status, outcome.output, outcome.answered_by) == ("unanswered", "", "nobody")
    assert outcome.reason == "the client was told not to answer"
    assert fault is None


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ((), "`client:` declares no answer for it"),
        (
            (answer(when={"guests": 2}, output="yes"),),
            "its only client answer does not take these arguments",
        ),
        (
            (answer(when={"guests": 2}, output="a"), answer(when={"guests": 4}, output="b")),
            "none of its 2 client answers takes these arguments",
        ),
    ],
)
async def test_a_call_without_a_matching_answer_is_a_fault_of_the_scenario(
    answers: tuple[ClientAnswer, ...], why: str
) -> None:
    outcome, fault = await ask(client(*answers), guests=3)

    assert (outcome.status, outcome.answered_by) == ("unanswered", "nobody")
    assert fault == Fault(owner="test", message=f"find is delivered as an app message, and {why}")


async def test_a_delay_passes_on_the_clock_of_the_conversation() -> None:
    clock = ManualClock()

    await client(answer(output="late", delay=3600.0)).answer(called(), clock=clock)

    assert clock.now() == 3600.0


async def test_a_callable_that_blocks_runs_in_a_thread_of_its_own() -> None:
    outcome, _ = await ask(client(answer(call=f"{TOOLS}:blocking")), guests=2)

    assert json.loads(outcome.output) == {"guests": 2, "thread": "tavus-client"}
    assert (outcome.status, outcome.answered_by) == ("success", "client")


@pytest.mark.parametrize("name", ["waiting", "handing_over"])
async def test_an_awaitable_of_a_callable_is_awaited(name: str) -> None:
    outcome, fault = await ask(client(answer(call=f"{TOOLS}:{name}")), guests=2)

    assert (outcome.status, outcome.output, fault) == ("success", "for 2", None)


async def test_a_callable_may_return_nothing() -> None:
    outcome, _ = await ask(client(answer(call=f"{TOOLS}:nothing")))

    assert (outcome.status, outcome.output) == ("success", "")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("raising", "LookupError: the book is gone"),
        ("raising_later", "LookupError: the book is gone"),
        ("leaving", "SystemExit: 3"),
        ("stopping", "RuntimeError: StopIteration"),
        ("failing", "Failed: this is not what was agreed"),
        ("NOT_CALLABLE", "TypeError: 'int' object is not callable"),
    ],
)
async def test_an_exception_of_a_callable_is_an_error_and_a_fault(name: str, error: str) -> None:
    outcome, fault = await ask(client(answer(call=f"{TOOLS}:{name}")))

    reason = f"{TOOLS}:{name} raised {error}"
    assert (outcome.status, outcome.output, outcome.reason) == ("error", "", reason)
    assert outcome.failure == "crash"
    assert fault is not None
    assert (fault.owner, fault.message) == ("handler", reason)


async def test_the_traceback_of_a_callable_is_its_own() -> None:
    _, fault = await ask(client(answer(call=f"{TOOLS}:raising_later")))

    assert fault is not None
    assert fault.detail is not None
    files = [line for line in fault.detail.splitlines() if line.lstrip().startswith("File ")]
    assert [line.partition(" in ")[2] for line in files] == ["raising_later", "raising"]
    assert all(f'{Path("simulator", "pal", "client_tools.py")}"' in line for line in files)
    assert fault.detail.splitlines()[-1] == "LookupError: the book is gone"


@pytest.mark.parametrize(("name", "kind"), [("a_set", "set"), ("not_a_number", "float")])
async def test_an_answer_that_is_no_json_is_a_fault(name: str, kind: str) -> None:
    outcome, fault = await ask(client(answer(call=f"{TOOLS}:{name}")))

    message = f"{TOOLS}:{name} returned a value of type {kind!r}, not JSON"
    assert (outcome.status, outcome.reason, outcome.failure) == ("error", message, "unreadable")
    assert fault == Fault(owner="handler", message=message)


async def test_a_callable_that_cannot_be_found_is_an_error_and_a_fault() -> None:
    outcome, fault = await ask(client(answer(call=f"{TOOLS}:blockin")))

    message = (
        f"'{TOOLS}:blockin' does not exist: the module has no attribute 'blockin'; "
        "did you mean 'blocking'?"
    )
    assert (outcome.status, outcome.reason, outcome.failure) == ("error", message, "unreachable")
    assert fault == Fault(owner="handler", message=message)


async def test_a_callable_that_hangs_does_not_delay_a_cancelled_call() -> None:
    threads, release = set(threading.enumerate()), threading.Event()
    hanging = ClientTools(
        answers={"find": (answer(call="the:page"),)}, load=lambda name: stuck(release)
    )
    asking = asyncio.create_task(hanging.answer(called(), clock=ManualClock()))
    await wait_until(lambda: set(threading.enumerate()) - threads)

    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    (left,) = set(threading.enumerate()) - threads
    assert left.daemon
    release.set()
    await wait_until(lambda: not left.is_alive())


async def test_an_output_that_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError):
        as_output({1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_output(float("inf"))
