"""Whose conversation it is: ids, and the answers to hundreds at once."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from pytest_tavus.handler.asgi.call import Message
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.trace.log import Trace
from tests.run.conftest import FINDS, PAL, BuildProject, asgi


def conversation_id(result: ScenarioResult) -> str:
    opened = result.trace.opened()
    assert opened is not None
    return opened.conversation_id


def ids(result: ScenarioResult) -> set[str]:
    return {conversation_id(result), *(call.call_id for _, call in result.trace.calls())}


def test_two_plays_of_one_scenario_are_two_conversations(build_project: BuildProject) -> None:
    project = build_project()
    (scenario,) = project.load(FINDS)

    first, second = project.runner.run(scenario), project.runner.run(scenario)

    assert not ids(first) & ids(second)


def test_the_same_seed_gives_the_same_ids_in_the_next_run(build_project: BuildProject) -> None:
    first, second = build_project(seed=3), build_project(seed=3)

    assert ids(first.run(FINDS)) == ids(second.run(FINDS))


def test_another_seed_gives_other_ids(build_project: BuildProject) -> None:
    assert not ids(build_project(seed=3).run(FINDS)) & ids(build_project(seed=4).run(FINDS))


def test_the_ids_of_a_scenario_do_not_depend_on_what_ran_before(
    build_project: BuildProject,
) -> None:
    alone, after = build_project(), build_project()
    after.run(FINDS.replace("finds a table", "finds another"))

    assert ids(alone.run(FINDS)) == ids(after.run(FINDS))


SIGNED = PAL.replace(
    'delivery: {api: {url: "https://shop.example/find", timeout: 30}}',
    'delivery: {api: {url: "https://shop.example/find", timeout: 60,'
    " auth: {type: hmac, secret: hush-hush}}}",
)


def test_hundreds_of_conversations_at_once_each_get_their_own_answers(
    build_project: BuildProject,
) -> None:
    project = build_project()
    (project.path / "waiter.pal.yaml").write_text(SIGNED)
    reply = "It is {result.conversation_id} {result.tool_call_id}."
    (scenario,) = project.load(
        FINDS.replace("Table {result.table}.", reply).replace("        says: Table 7\n", "")
    )
    waiting: list[str] = []
    everybody = asyncio.Event()

    async def echo(scope: Message, body: Any) -> Any:
        waiting.append(body["tool_call_id"])
        if len(waiting) == 500:
            everybody.set()  # nobody is answered before the last one has asked
        await everybody.wait()
        return body

    async def all_at_once() -> list[Trace]:
        app = asgi(echo)
        plays = (project.runner.play(scenario, handler=app) for _ in range(500))
        return await asyncio.gather(*plays)

    traces = project.runner.loop.run(all_at_once())

    for trace in traces:
        opened = trace.opened()
        ((_, call),) = trace.calls()
        resolution = trace.resolution(call.call_id)
        assert opened is not None
        assert resolution is not None
        answer = json.loads(resolution[1].output)
        assert answer["conversation_id"] == opened.conversation_id
        assert answer["tool_call_id"] == call.call_id
        assert json.loads(answer["arguments"]) == {"guests": 2}
    assert len({trace.opened() for trace in traces}) == 500
    assert sorted(waiting) == sorted(call.call_id for t in traces for _, call in t.calls())
