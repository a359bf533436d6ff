"""The fixture `tavus`: traces, ids, helpers, and scenarios played from a test."""

from __future__ import annotations

from pytest_tavus.trace import codec
from tests.plugin.api.conftest import Project, error_lines

BACKGROUND = """
import asyncio
import threading

written = threading.Event()


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        raise LookupError("there is none")
    await receive()

    async def later():
        await asyncio.sleep(0)
        written.set()

    app.task = asyncio.create_task(later())
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


def test_talk(tavus):
    with tavus.open(pal="pals/waiter.pal.yaml", handler=app) as session:
        session.say("A table.", calls=["find"])
        assert written.wait(10)
"""


def test_background_tasks_of_a_handler_run_between_the_lines(project: Project) -> None:
    project.run(BACKGROUND).assert_outcomes(passed=1)


TRACES = """
import pytest


@pytest.mark.parametrize("guests", [2, 3])
def test_talk(tavus, guests):
    for _ in range(2):
        with tavus.open(pal="pals/waiter.pal.yaml", handler="handlers:app") as session:
            session.say("A table.", calls=[{"find": {"guests": guests}}])
        assert session.result.trace_path


class TestGroup:
    def test_talk(self, tavus):
        with tavus.open(pal="pals/waiter.pal.yaml") as session:
            session.say("Hello.", calls="none")
"""


def test_every_conversation_keeps_a_trace_of_its_own(project: Project) -> None:
    project.run(TRACES, "--tavus-trace-dir=traces").assert_outcomes(passed=3)

    headers = [codec.read(path)[0] for path in (project.path / "traces").iterdir()]
    assert sorted(header.scenario for header in headers) == [
        "TestGroup::test_talk",
        "test_talk[2]",
        "test_talk[2] (2)",
        "test_talk[3]",
        "test_talk[3] (2)",
    ]
    assert {header.file for header in headers} == {"tests/test_talk.py"}


def opened_ids(project: Project) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in (project.path / "traces").iterdir():
        header, trace = codec.read(path)
        opened = trace.opened()
        assert opened is not None
        found[header.scenario] = opened.conversation_id
    return found


def test_the_ids_of_a_test_do_not_depend_on_which_tests_ran_before(project: Project) -> None:
    project.run(TRACES, "--tavus-trace-dir=traces")
    every = opened_ids(project)
    project.run(TRACES, "--tavus-trace-dir=traces", "-k", "TestGroup or 3")

    assert opened_ids(project) == every
    assert len(set(every.values())) == 5


HELPER = """
from pytest_tavus import Conversation


def ask(session: Conversation, **expected):
    return session.say("A table.", **expected)


def test_talk(tavus):
    with tavus.open(pal="pals/waiter.pal.yaml", handler="handlers:app") as session:
        ask(session, calls=["find"], within=2)
        ask(session, calls=["show"])
"""


def test_a_line_said_by_a_helper_is_the_helpers(project: Project) -> None:
    result = project.run(HELPER)

    assert error_lines(result)[0].startswith(
        "pytest_tavus.plugin.failure.VerdictError: tests/test_talk.py:6:1: unhandled call"
    )
    result.stdout.fnmatch_lines(
        ['>           ask(session, calls=[[]"show"[]])', "tests/test_talk.py:12: "]
    )


def test_a_file_of_scenarios_is_played_from_a_test(project: Project) -> None:
    project.write(
        "conversations/find.yaml",
        "pal: ../tests/pals/waiter.pal.yaml\n"
        "handler: {canned: {find: {body: {table: 7}}}}\n"
        "scenarios:\n"
        "  - name: finds a table\n"
        "    turns: [{user: A table., calls: [find], plays: 'Table {result.table}.'}]\n",
    )

    project.run("""
import handlers


def test_talk(tavus_run):
    result = tavus_run("conversations/find.yaml")
    assert result.verdict.outcome == "passed"
    assert result.provenance == "scripted PAL, canned answers"

    result = tavus_run("conversations/find.yaml", "finds a table", handler=handlers.wsgi)
    assert result.provenance == "scripted PAL, real handler"
""").assert_outcomes(passed=1)


def test_a_scenario_written_in_a_test_is_played(project: Project) -> None:
    project.run("""
import handlers
import pytest

TURN = {"user": "A table.", "calls": ["find"], "plays": "Table {result.table}."}


@pytest.mark.parametrize("pal", ["pals/waiter.pal.yaml", "tests/pals/waiter.pal.yaml"])
def test_talk(tavus_run, pal):
    result = tavus_run({"pal": pal, "turns": [TURN]}, "asks for a table", handler=handlers.app)
    assert result.verdict.outcome == "passed"
    assert result.scenario.name == "asks for a table"
""").assert_outcomes(passed=2)
