"""Handlers that do not start or end badly, deadlines, and what is cancelled."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

import pytest

from pytest_tavus.errors import HarnessError
from pytest_tavus.handler.asgi.call import Message, Receive, Send
from pytest_tavus.trace.events import Fault
from tests.run.conftest import FINDS, BuildProject, asgi, close_reason, faults, found


def test_a_handler_that_does_not_start_is_a_fault_and_nothing_is_played(
    build_project: BuildProject,
) -> None:
    result = build_project().run(
        FINDS.replace("canned: {find: {body: {table: 7}}}", "app: 'nowhere:app'")
    )

    assert result.verdict.outcome == "failed"
    (fault,) = faults(result.trace)
    assert fault.owner == "handler"
    assert fault.message.startswith("there is no module 'nowhere'")
    assert found(result) == [
        ("fault", "handler", fault.message),
        ("not_run", "handler", f"turn 1 of 1 was not played: {fault.message}"),
    ]
    assert close_reason(result.trace) == "fault"
    assert result.provenance == "not held"


def test_a_handler_that_raises_while_it_starts_gives_its_traceback(
    build_project: BuildProject,
) -> None:
    project = build_project()
    (project.path / "raises_at_import.py").write_text("def app(): pass\n1 / 0\n")

    result = project.run(
        FINDS.replace("canned: {find: {body: {table: 7}}}", "app: 'raises_at_import:app'")
    )

    (fault,) = faults(result.trace)
    assert fault.message == (
        "importing 'raises_at_import' raised ZeroDivisionError: division by zero"
    )
    assert fault.detail is not None
    assert "    1 / 0" in fault.detail
    assert "pytest_tavus" not in fault.detail


async def for_ever(scope: Message, body: Any) -> None:
    await asyncio.Event().wait()


def test_a_conversation_over_its_deadline_names_the_open_call(build_project: BuildProject) -> None:
    result = build_project(deadline=0.05).run(FINDS, handler=asgi(for_ever))

    assert faults(result.trace) == [
        Fault(
            owner="handler",
            message=("the conversation did not end within 0.05 s; find had not been answered"),
        )
    ]
    assert close_reason(result.trace) == "deadline"
    assert found(result)[0][:2] == ("fault", "handler")


def test_a_handler_that_blocks_ends_a_conversation_too_late(build_project: BuildProject) -> None:
    def blocks(scope: Message, body: Any) -> dict[str, int]:
        over = time.monotonic() + 0.6
        while time.monotonic() < over:
            pass
        return {"table": 7}

    # Long enough for a busy machine to reach the handler within it.
    result = build_project(deadline=0.5).run(FINDS, handler=asgi(blocks))

    assert close_reason(result.trace) == "deadline"
    assert [fault.message for fault in faults(result.trace)] == [
        "the conversation did not end within 0.5 s"
    ]


def test_a_scenario_may_have_a_deadline_of_its_own(build_project: BuildProject) -> None:
    text = FINDS.replace("    turns:", "    deadline: 50ms\n    turns:")

    result = build_project(deadline=3600.0).run(text, handler=asgi(for_ever))

    assert close_reason(result.trace) == "deadline"


def test_a_deadline_without_an_open_call_is_the_scenarios(build_project: BuildProject) -> None:
    async def slow_start(scope: Message, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    result = build_project(deadline=0.05).run(FINDS, handler=slow_start)

    assert faults(result.trace) == [
        Fault(owner="test", message="the conversation did not end within 0.05 s")
    ]


def test_a_client_callable_that_hangs_does_not_hold_up_the_run(build_project: BuildProject) -> None:
    project = build_project(deadline=0.05)
    (project.path / "hanging_page.py").write_text(
        "import threading\nrelease = threading.Event()\ndef show(arguments): release.wait(30)\n"
    )

    result = project.run(
        "pal: waiter.pal.yaml\n"
        "client: {show: {call: 'hanging_page:show'}}\n"
        "scenarios:\n"
        "  - turns: [{user: Show me., calls: [show]}]\n"
    )

    sys.modules["hanging_page"].release.set()
    (fault,) = faults(result.trace)
    assert fault.message == (
        "the conversation did not end within 0.05 s; show had not been answered"
    )


def test_a_conversation_in_time_has_no_fault(build_project: BuildProject) -> None:
    assert faults(build_project(deadline=60.0).run(FINDS).trace) == []


def test_another_timeout_is_not_mistaken_for_the_deadline(
    build_project: BuildProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = build_project()
    (scenario,) = project.load(FINDS)

    async def broken(*args: object, **kwargs: object) -> object:
        message = "of another making"
        raise TimeoutError(message)

    monkeypatch.setattr("pytest_tavus.handler.pool.HandlerPool.acquire", broken)

    with pytest.raises(HarnessError, match="TimeoutError: of another making"):
        project.runner.run(scenario)


def test_a_bug_is_reported_without_a_secret_and_without_its_frames(
    build_project: BuildProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = build_project({"SHOP_KEY": "canary-77e1"}, redact=("SHOP_KEY",))
    (scenario,) = project.load(FINDS)

    async def broken(*args: object, **kwargs: object) -> object:
        message = "the key canary-77e1 is wrong"
        raise ValueError(message)

    monkeypatch.setattr("pytest_tavus.handler.pool.HandlerPool.acquire", broken)

    with pytest.raises(HarnessError) as caught:
        project.runner.run(scenario)
    assert str(caught.value).startswith("ValueError: the key ⟦env.SHOP_KEY⟧ is wrong\n")
    assert "canary" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_cancelled_conversation_leaves_no_task(build_project: BuildProject) -> None:
    project = build_project()
    (scenario,) = project.load(FINDS)
    told: list[str] = []

    async def given_up(scope: Message, body: Any) -> None:
        told.append("asked")
        try:
            await asyncio.Event().wait()
        finally:
            told.append("given up")

    async def cancelled() -> set[asyncio.Task[Any]]:
        before = asyncio.all_tasks()
        playing = asyncio.create_task(project.runner.play(scenario, handler=asgi(given_up)))
        async with asyncio.timeout(10):
            while not told:  # noqa: ASYNC110 - the others run meanwhile
                await asyncio.sleep(0)
            playing.cancel()
            await asyncio.wait([playing])
        assert playing.cancelled()
        return asyncio.all_tasks() - before

    assert project.runner.loop.run(cancelled()) == set()
    assert told == ["asked", "given up"]


def test_a_handler_that_does_not_end_well_is_a_fault_of_its_conversation(
    build_project: BuildProject,
) -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        while scope["type"] == "lifespan":
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                reason = "the till is still open"
                raise RuntimeError(reason)
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b'{"table": 7}'})

    result = build_project().run(FINDS, handler=app)

    assert faults(result.trace)[0].message == (
        "the handler's shut-down failed: RuntimeError: the till is still open"
    )
    assert close_reason(result.trace) == "finished"
    assert result.verdict.outcome == "failed"


def test_a_runner_may_be_closed_twice(build_project: BuildProject) -> None:
    project = build_project()
    project.run(FINDS)

    project.runner.close()
    project.runner.close()
