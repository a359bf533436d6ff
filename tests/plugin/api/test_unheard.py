"""Conversations that fail where pytest hears nothing: in another thread, in a task of its own."""

from __future__ import annotations

import pytest

from tests.plugin.api.conftest import Project
from tests.plugin.api.runners import RUNNERS, AsyncRunner

HOLD = """
import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_tavus import VerdictError


def hold(tavus, says, handler="handlers:app"):
    with tavus.open(pal="pals/waiter.pal.yaml", handler=handler) as session:
        session.say("Hello.", plays="Hi.", says=says)


def hold_silently(tavus, says):
    with tavus.open(pal="pals/waiter.pal.yaml") as session:
        session.say("Hello.", plays="Hi.")
        if says == "Hi.":
            session.say("Hello.", plays="Hi.", says=says)


async def ahold(tavus_async, says):
    async with tavus_async.open(pal="pals/waiter.pal.yaml") as session:
        await session.say("Hello.", plays="Hi.", says=says)

"""

UNHEARD = "a conversation did not pass in another thread or task, and the test did not fail:"

THREADS = {
    "submitted": ["with ThreadPoolExecutor() as pool:", "    pool.submit(hold, tavus, SAYS)"],
    "mapped": ["with ThreadPoolExecutor() as pool:", "    pool.map(hold, [tavus], [SAYS])"],
    "silent": ["with ThreadPoolExecutor() as pool:", "    pool.submit(hold_silently, tavus, SAYS)"],
    "a thread": [
        "threading.excepthook = lambda args: None",
        "thread = threading.Thread(target=hold, args=(tavus, SAYS))",
        "thread.start()",
        "thread.join()",
    ],
    "skipped": [
        "with ThreadPoolExecutor() as pool:",
        "    pool.submit(hold, tavus, SAYS)",
        "if SAYS != 'Hi.': pytest.skip('not today')",
    ],
}

TASKS = {
    "awaited by none": [
        "task = asyncio.create_task(ahold(tavus_async, SAYS))",
        "await asyncio.wait([task])",
        "del task",
        "import gc; gc.collect()",
    ],
    "gathered": [
        "await asyncio.gather(ahold(tavus_async, SAYS), return_exceptions=True)",
    ],
    "in a thread": [
        "loop = asyncio.get_running_loop()",
        "future = loop.run_in_executor(None, asyncio.run, ahold(tavus_async, SAYS))",
        "await asyncio.wait([future])",
        "future.exception()",
    ],
}


def sync_test(*lines: str, mark: str = "") -> str:
    return f"{HOLD}{mark}\ndef test_talk(tavus):\n" + "".join(f"    {line}\n" for line in lines)


def async_test(*lines: str, mark: str = "@pytest.mark.asyncio") -> str:
    return f"{HOLD}{mark}\nasync def test_talk(tavus_async):\n" + "".join(
        f"    {line}\n" for line in lines
    )


@pytest.mark.parametrize("way", THREADS)
@pytest.mark.parametrize("says", ["Hi.", "Bye."])
def test_a_failure_in_another_thread_is_reported_after_the_test(
    project: Project, way: str, says: str
) -> None:
    result = project.run(sync_test(f"SAYS = {says!r}", *THREADS[way]))

    if says == "Hi.":
        result.assert_outcomes(passed=1)
        return
    skipped = int(way == "skipped")
    result.assert_outcomes(passed=1 - skipped, skipped=skipped, errors=1)
    assert UNHEARD in result.stdout.str()
    told = "undecided, not passed" if way == "silent" else "missing speech"
    result.stdout.fnmatch_lines([f"*tests/test_talk.py:*:1: {told}*"])
    assert "pytest_tavus/" not in result.stdout.str()


@pytest.mark.parametrize("way", TASKS)
@pytest.mark.parametrize("says", ["Hi.", "Bye."])
def test_a_failure_in_a_task_of_the_test_is_reported_after_the_test(
    project: Project, way: str, says: str
) -> None:
    result = project.run(
        async_test(f"SAYS = {says!r}", *TASKS[way]), plugins=["pytest_asyncio.plugin"]
    )

    result.assert_outcomes(passed=1, errors=int(says == "Bye."))
    if says == "Bye.":
        assert UNHEARD in result.stdout.str()
        result.stdout.fnmatch_lines(["*tests/test_talk.py:*:1: missing speech*"])


@pytest.mark.parametrize(("handler", "errors"), [("handlers:nothing", 1), ("handlers:app", 0)])
def test_a_conversation_that_cannot_open_in_another_thread_is_reported(
    project: Project, handler: str, errors: int
) -> None:
    result = project.run(
        sync_test(
            "with ThreadPoolExecutor() as pool:",
            f"    pool.submit(hold, tavus, 'Hi.', {handler!r})",
        )
    )

    result.assert_outcomes(passed=1, errors=errors)
    assert ("handler fault" in result.stdout.str()) is bool(errors)


def test_every_lost_failure_is_reported(project: Project) -> None:
    result = project.run(
        sync_test(
            "with ThreadPoolExecutor() as pool:",
            "    for says in ('Bye.', 'Hi.', 'Ciao.'):",
            "        pool.submit(hold, tavus, says)",
        )
    )

    result.assert_outcomes(passed=1, errors=1)
    assert result.stdout.str().count("missing speech") == 2


@pytest.mark.parametrize(
    "lines",
    [
        ["ThreadPoolExecutor().submit(hold, tavus, 'Bye.').result()"],
        ["with ThreadPoolExecutor() as pool: pool.submit(hold, tavus, 'Bye.')", "assert 0"],
    ],
)
def test_a_test_that_fails_anyway_gets_no_second_failure(
    project: Project, lines: list[str]
) -> None:
    project.run(sync_test(*lines)).assert_outcomes(failed=1)


def test_a_failure_of_another_test_hides_no_lost_failure(project: Project) -> None:
    before = "def test_before():\n    assert 0\n"
    line = "with ThreadPoolExecutor() as pool: pool.submit(hold, tavus, 'Bye.')"

    result = project.run(sync_test(line).replace("async def ahold", f"{before}async def ahold"))

    result.assert_outcomes(passed=1, failed=1, errors=1)


def test_a_test_that_is_expected_to_fail_is_left_alone(project: Project) -> None:
    lines = ["with ThreadPoolExecutor() as pool: pool.submit(hold, tavus, 'Bye.').result()"]
    mark = "@pytest.mark.xfail(reason='not yet')"

    project.run(sync_test(*lines, mark=mark)).assert_outcomes(xfailed=1)


@pytest.mark.parametrize(
    "lines",
    [
        ["with pytest.raises(VerdictError): hold(tavus, 'Bye.')"],
        ["try: hold(tavus, 'Bye.')", "except VerdictError: pass"],
    ],
)
def test_a_failure_that_the_test_hears_in_its_own_thread_is_its_own(
    project: Project, lines: list[str]
) -> None:
    project.run(sync_test(*lines)).assert_outcomes(passed=1)


@pytest.mark.parametrize(("says", "passes"), [("Bye.", True), ("Hi.", False)])
@pytest.mark.parametrize("name", RUNNERS)
def test_a_failure_that_the_test_hears_in_its_own_task_is_its_own(
    project: Project, name: str, says: str, passes: bool
) -> None:
    result = AsyncRunner(project, name).run(
        "pass",
        opened="self_checked=True",
        after=(
            "    with pytest.raises(VerdictError):\n"
            "        async with tavus_async.open(pal=PAL) as session:\n"
            f"            await session.say('Hello.', plays='Hi.', says={says!r})\n"
        ),
    )

    result.assert_outcomes(passed=passes, failed=not passes)


@pytest.mark.parametrize("plugin", ["pytest_asyncio.plugin", "anyio"])
@pytest.mark.parametrize("decorated", ["", "@wrapped"])
def test_a_sync_conversation_in_an_async_test_is_its_own(
    project: Project, plugin: str, decorated: str
) -> None:
    runner = "asyncio" if plugin.startswith("pytest") else "anyio"
    project.run(
        HOLD
        + "import functools\n"
        + "def wrapped(test):\n"
        + "    @functools.wraps(test)\n"
        + "    async def outer(*args, **kwargs):\n"
        + "        await test(*args, **kwargs)\n"
        + "    return outer\n"
        + "@pytest.fixture\n"
        + "def anyio_backend():\n    return 'asyncio'\n"
        + f"@pytest.mark.{runner}\n{decorated}\n"
        + "async def test_talk(tavus):\n"
        + "    with pytest.raises(VerdictError): hold(tavus, 'Bye.')\n",
        plugins=[plugin],
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize(("says", "errors"), [("Bye.", 0), ("Hi.", 1)])
def test_a_failure_that_an_async_fixture_hears_is_its_own(
    project: Project, says: str, errors: int
) -> None:
    result = project.run(
        HOLD
        + "import pytest_asyncio\n"
        + "@pytest_asyncio.fixture\n"
        + "async def talk(tavus_async):\n"
        + "    yield\n"
        + "    with pytest.raises(VerdictError):\n"
        + f"        await ahold(tavus_async, {says!r})\n"
        + "@pytest.mark.asyncio\n"
        + "async def test_talk(talk):\n    pass\n",
        plugins=["pytest_asyncio.plugin"],
    )

    result.assert_outcomes(passed=1, errors=errors)


@pytest.mark.parametrize(("line", "errors"), [("await asyncio.sleep(0)", 1), ("await task", 0)])
def test_a_task_that_nobody_waits_for_is_no_success(
    project: Project, line: str, errors: int
) -> None:
    result = project.run(
        async_test("task = asyncio.create_task(ahold(tavus_async, 'Hi.'))", line),
        plugins=["pytest_asyncio.plugin"],
    )

    result.assert_outcomes(passed=1, errors=errors)


@pytest.mark.parametrize(("says", "errors"), [("Hi.", 0), ("Bye.", 1)])
def test_a_task_that_the_test_cancels_is_given_up(project: Project, says: str, errors: int) -> None:
    result = project.run(
        async_test(
            "async def stuck():",
            "    async with tavus_async.open(pal='pals/waiter.pal.yaml'):",
            "        opened.set()",
            "        await asyncio.Event().wait()",
            "opened = asyncio.Event()",
            "task = asyncio.create_task(stuck())",
            "await opened.wait()",
            "task.cancel()",
            f"await asyncio.gather(task, ahold(tavus_async, {says!r}), return_exceptions=True)",
        ),
        plugins=["pytest_asyncio.plugin"],
    )

    result.assert_outcomes(passed=1, errors=errors)
