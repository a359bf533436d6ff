"""Conversations held by async tests, under every runner and loop there is."""

from __future__ import annotations

import pytest

from tests.plugin.api.conftest import Project, error_lines
from tests.plugin.api.runners import RUNNERS, AsyncRunner


@pytest.fixture(params=RUNNERS)
def runner(request: pytest.FixtureRequest, project: Project) -> AsyncRunner:
    return AsyncRunner(project, request.param)


def test_a_test_drives_a_conversation_line_by_line(runner: AsyncRunner) -> None:
    runner.run(
        "cursor = await session.say('A table.', calls=['find'], plays='Table {result.table}.')",
        "cursor.find(ToolCalled, name='find')",
        "cursor.find(PalSaid, text='Table 7.')",
        "cursor.end()",
        after="    assert session.result.verdict.outcome == 'passed'\n",
    ).assert_outcomes(passed=1)


def test_a_failure_is_the_picture_at_the_line_of_the_test(runner: AsyncRunner) -> None:
    result = runner.run(
        "await session.say('Hello.')",
        "await session.say('A table.', calls=['find'], plays='Table {result.number}.')",
    )

    result.assert_outcomes(failed=1)
    told = error_lines(result)
    assert told[:3] == [
        "pytest_tavus.plugin.failure.VerdictError: tests/test_talk.py:12:1: unknown answer",
        "",
        "  the PAL cannot fill {result.number}: the answer of find has no such value",
    ]
    assert "pytest_tavus/" not in result.stdout.str()


def test_a_handler_that_does_not_start_fails_where_it_is_opened(runner: AsyncRunner) -> None:
    result = runner.run("pass", opened='handler="handlers:nothing"')

    result.assert_outcomes(failed=1)
    told = error_lines(result)
    assert (
        told[0]
        == "pytest_tavus.plugin.failure.VerdictError: tests/test_talk.py:10:1: handler fault"
    )
    assert "pytest_tavus/" not in result.stdout.str()


def test_an_invalid_turn_is_reported_at_the_line_of_the_test(runner: AsyncRunner) -> None:
    result = runner.run("await session.say('A table.', cals=['find'])")

    result.assert_outcomes(failed=1)
    assert error_lines(result) == [
        (
            "pytest_tavus.errors.ScenarioError: tests/test_talk.py:11:1: cals: unknown key 'cals' "
            "in a turn"
        ),
        "    hint: did you mean 'calls'?",
    ]
    assert "pytest_tavus/" not in result.stdout.str()


def test_an_invalid_conversation_is_reported_at_the_line_of_the_test(runner: AsyncRunner) -> None:
    result = runner.run("pass", opened='handlr="handlers:app"')

    result.assert_outcomes(failed=1)
    assert error_lines(result) == [
        (
            "pytest_tavus.errors.ScenarioError: tests/test_talk.py:10:1: handlr: unknown key "
            "'handlr' in a scenario"
        ),
        "    hint: did you mean 'handler'?",
    ]
    assert "pytest_tavus/" not in result.stdout.str()


def test_a_failure_that_only_the_end_finds_fails_the_test(runner: AsyncRunner) -> None:
    result = runner.run(
        "await session.say('Hello.')",
        opened='handler="handlers:app", judge={"tools": {"find": "invoked"}}',
    )

    result.assert_outcomes(failed=1)
    assert error_lines(result)[0].endswith("tests/test_talk.py:10:1: judged otherwise")


def test_an_exception_inside_the_block_is_not_hidden(runner: AsyncRunner) -> None:
    result = runner.run(
        "raise LookupError('mine')",
        opened='handler="handlers:app", judge={"tools": {"find": "invoked"}}',
    )

    assert error_lines(result)[-1] == "LookupError: mine"


def test_a_line_said_in_a_task_is_reported_at_the_line_that_said_it(runner: AsyncRunner) -> None:
    result = runner.run(
        "async def said(waiting):",
        "    await waiting",
        "async with anyio.create_task_group() as group:",
        "    group.start_soon(said, session.say('A table.', calls=['find']))",
        "async with anyio.create_task_group() as group:",
        "    group.start_soon(said, session.say('Hello.', plays='Hi.', says='Bye.'))",
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*VerdictError: tests/test_talk.py:16:1: missing speech"])


def test_lines_said_at_once_wait_for_each_other(runner: AsyncRunner) -> None:
    runner.run(
        "async def said(number):",
        "    calls = [{'find': {'guests': number}}]",
        "    cursor = await session.say(f'{number}', calls=calls, plays='Table {result.table}.')",
        "    cursor.find(ToolCalled, arguments={'guests': number})",
        "async with anyio.create_task_group() as group:",
        "    for number in range(20):",
        "        group.start_soon(said, number)",
        after=(
            "    assert session.result.verdict.outcome == 'passed'\n"
            "    assert session.trace.turns() == 20\n"
        ),
    ).assert_outcomes(passed=1)


def test_many_conversations_go_on_at_once(runner: AsyncRunner) -> None:
    runner.run(
        "async def talk(number):",
        "    async with tavus_async.open(pal=PAL, handler='handlers:app') as other:",
        "        calls = [{'find': {'guests': number}}]",
        "        cursor = await other.say('A table.', calls=calls)",
        "        cursor.find(ToolCalled, arguments={'guests': number})",
        "        ids.add(other.trace.opened().conversation_id)",
        "ids = set()",
        "async with anyio.create_task_group() as group:",
        "    for number in range(60):",
        "        group.start_soon(talk, number)",
        "assert len(ids) == 60",
        opened="self_checked=True",
    ).assert_outcomes(passed=1)


def test_the_tests_own_loop_goes_on_while_a_line_is_waited_for(runner: AsyncRunner) -> None:
    runner.run(
        "import threading",
        "async def app(scope, receive, send):",
        "    if scope['type'] == 'lifespan':",
        "        raise LookupError('there is none')",
        "    while not went_on.is_set():",
        "        await asyncio.sleep(0)",
        "    await send({'type': 'http.response.start', 'status': 200})",
        "    await send({'type': 'http.response.body', 'body': b'{}'})",
        "import asyncio",
        "went_on = threading.Event()",
        "async def go_on():",
        "    await anyio.sleep(0)",
        "    went_on.set()",
        "async with tavus_async.open(pal=PAL, handler=app) as other:",
        "    async with anyio.create_task_group() as group:",
        "        group.start_soon(go_on)",
        "        await other.say('A table.', calls=['find'])",
        opened="self_checked=True",
    ).assert_outcomes(passed=1)


def test_a_cancelled_line_fails_the_next_line_and_the_test(runner: AsyncRunner) -> None:
    result = runner.run(
        "with anyio.move_on_after(0.5):",
        "    await session.say('A table.', calls=['find'])",
        "with pytest.raises(VerdictError, match='turn 2 of 2 was not played'):",
        "    await session.say('Hello?')",
        opened='handler="handlers:stuck"',
    )

    result.assert_outcomes(failed=1)
    told = error_lines(result)
    assert "VerdictError: tests/test_talk.py:12:1: unanswered call" in told[0]
    assert "closed  cancelled" in "\n".join(told)


@pytest.mark.parametrize(
    "runner", [name for name in RUNNERS if "without" not in name], indirect=True
)
def test_a_test_that_is_cancelled_ends_its_conversation(runner: AsyncRunner) -> None:
    runner.run(
        "pass",
        opened="self_checked=True",
        after=(
            "    with anyio.move_on_after(0.5) as scope:\n"
            "        async with tavus_async.open(pal=PAL, handler='handlers:stuck') as other:\n"
            "            await other.say('A table.', calls=['find'])\n"
            "    assert scope.cancelled_caught\n"
            "    assert other.result.trace.entries[-1].event.reason == 'cancelled'\n"
        ),
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "runner", [name for name in RUNNERS if name.startswith("pytest-asyncio")], indirect=True
)
def test_a_test_that_asyncio_cancels_ends_its_conversation(runner: AsyncRunner) -> None:
    runner.run(
        "pass",
        opened="self_checked=True",
        after=(
            "    import asyncio\n"
            "    with pytest.raises(TimeoutError):\n"
            "        async with asyncio.timeout(0.5):\n"
            "            async with tavus_async.open(pal=PAL, handler='handlers:stuck') as other:\n"
            "                await other.say('A table.', calls=['find'])\n"
            "    assert other.result.trace.entries[-1].event.reason == 'cancelled'\n"
        ),
    ).assert_outcomes(passed=1)


def test_a_conversation_that_was_never_opened_takes_no_line(runner: AsyncRunner) -> None:
    result = runner.run(
        "pass",
        opened="self_checked=True",
        after="    await tavus_async.open(pal=PAL).say('Hello.')\n",
    )

    assert error_lines(result)[0] == (
        "pytest_tavus.errors.ScenarioError: the conversation is not open: "
        "say its lines inside its `with` block"
    )


def test_a_line_that_was_never_said_is_a_failure(runner: AsyncRunner) -> None:
    result = runner.run(
        "session.cursor().next(PalSaid)",
        "session.say('Hello.', plays='Hi.').close()",
    )

    result.assert_outcomes(failed=1)
    assert "tests/test_talk.py:12:1: not run" in error_lines(result)[0]


def test_a_failure_in_an_unawaited_task_is_reported_at_the_end(runner: AsyncRunner) -> None:
    result = runner.run(
        "async def said(waiting):",
        "    with pytest.raises(VerdictError):",
        "        await waiting",
        "async with anyio.create_task_group() as group:",
        "    group.start_soon(said, session.say('Hello.', plays='Hi.', says='Bye.'))",
    )

    result.assert_outcomes(failed=1)
    assert "missing speech" in error_lines(result)[0]


def test_the_sync_fixture_works_in_an_async_test_too(project: Project) -> None:
    project.run(
        "import pytest\n"
        "@pytest.mark.asyncio\n"
        "async def test_talk(tavus):\n"
        "    with tavus.open(pal='pals/waiter.pal.yaml', handler='handlers:app') as session:\n"
        "        session.say('A table.', calls=['find'])\n",
        plugins=["pytest_asyncio.plugin"],
    ).assert_outcomes(passed=1)


def test_the_fixture_of_the_user_gives_the_handler(project: Project) -> None:
    project.run(
        "import handlers, pytest\n"
        "@pytest.fixture\n"
        "def tavus_handler():\n"
        "    return handlers.wsgi\n"
        "@pytest.mark.asyncio\n"
        "async def test_talk(tavus_async):\n"
        "    async with tavus_async.open(pal='pals/waiter.pal.yaml') as session:\n"
        "        await session.say('A table.', calls=['find'], plays='{result.table}', says='8')\n",
        plugins=["pytest_asyncio.plugin"],
    ).assert_outcomes(passed=1)
