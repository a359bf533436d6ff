"""Conversations held by sync tests."""

from __future__ import annotations

import pytest

from pytest_tavus.trace import codec
from tests.api.conftest import Project, red

TALK = """
from pytest_tavus import PalSaid, ToolCalled, ToolResolved, UserSaid


def test_talk(tavus):
    with tavus.open(pal="pals/waiter.pal.yaml", handler="desk:app") as session:
        cursor = session.say(
            "A table for two.",
            calls=[{"find": {"guests": 2}}],
            plays="Table {result.table}.",
            says="Table 7",
        )
        cursor.next(UserSaid)
        called = cursor.next(ToolCalled, name="find", arguments={"guests": {"$gt": 1}})
        assert cursor.next(ToolResolved, output={"table": 7}).call_id == called.call_id
        cursor.next(PalSaid, text="Table 7.")
        cursor.end()
        session.cursor(turn=0).next(PalSaid, text="Good evening.")
        session.cursor().not_called("show")
    assert session.result.verdict.outcome == "passed"
    assert session.result.provenance == "scripted PAL, real handler"
    assert session.result.scenario.name == "test_talk"
"""


def test_a_test_holds_a_conversation_line_by_line(project: Project) -> None:
    project.run(TALK).assert_outcomes(passed=1)


FAILS = """
def test_talk(tavus):
    with tavus.open(pal="pals/waiter.pal.yaml", handler="desk:app") as session:
        session.say("Hello.")
        session.say(
            "A table for two.",
            calls=[{"find": {"guests": 2}}],
            plays="Table {result.number}.",
        )
"""


def test_a_failure_is_the_picture_at_the_line_of_the_test(project: Project) -> None:
    result = project.run(FAILS)

    result.assert_outcomes(failed=1)
    told = red(result)
    assert told[:12] == [
        "pytest_tavus.outcome.VerdictError: tests/test_talk.py:5:1: unknown answer",
        "",
        "  the PAL cannot fill {result.number}: the answer of find has no such value",
        "",
        "  | line: Table {result.number}.",
        "  | answer: {table: 7}",
        "",
        '  3 |     with tavus.open(pal="pals/waiter.pal.yaml", handler="desk:app") as session:',
        '  4 |         session.say("Hello.")',
        "> 5 |         session.say(",
        "    | ^",
        '  6 |             "A table for two.",',
    ]
    (marked,) = (line for line in told if line.startswith(">>>"))
    assert "{result.number}: the answer has no such value" in marked
    assert "  conversation (scripted PAL, real handler)" in told


def test_a_failure_shows_no_frame_of_ours(project: Project) -> None:
    printed = project.run(FAILS).stdout.str()

    assert "tests/test_talk.py:5: VerdictError" in printed
    assert "pytest_tavus/" not in printed


def body(*lines: str, opened: str = 'pal="pals/waiter.pal.yaml", handler="desk:app"') -> str:
    """A test whose conversation has these lines, from line 5 on."""
    inside = "".join(f"        {line}\n" for line in lines)
    return (
        "import pytest\n"
        "from pytest_tavus import PalSaid, ScenarioError, ToolCalled, VerdictError\n"
        "def test_talk(tavus, request):\n"
        f"    with tavus.open({opened}) as session:\n{inside}"
    )


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            ['session.say("Hello.", cals=["find"])'],
            [
                (
                    "pytest_tavus.errors.ScenarioError: tests/test_talk.py:5:1: "
                    "cals: unknown key 'cals' in a turn"
                ),
                "    hint: did you mean 'calls'?",
            ],
        ),
        (
            ['session.say("Hello.", calls=["fnd"])'],
            [
                (
                    "pytest_tavus.errors.ScenarioError: tests/test_talk.py:5:1: "
                    "calls[0]: the PAL has no tool 'fnd'"
                ),
                "    hint: did you mean 'find'?",
            ],
        ),
        (
            ['session.say("Hello.")', 'session.say("Hello.", says="Hi.")'],
            [
                (
                    "pytest_tavus.errors.ScenarioError: tests/test_talk.py:6:1: says: "
                    "speech is expected, but nothing says what a simulated PAL says in this turn"
                ),
                "    hint: write plays: <what the PAL says>",
            ],
        ),
        (
            ['session.say("Hello.", says=[])'],
            None,
        ),
        (
            ['session.say("Hello.").next(ToolCalled, argument={})'],
            ["TypeError: ToolCalled has no 'argument'; did you mean 'arguments'?"],
        ),
    ],
)
def test_what_cannot_be_understood_is_told_at_the_line_of_the_test(
    project: Project, lines: list[str], told: list[str] | None
) -> None:
    result = project.run(body(*lines))

    result.assert_outcomes(failed=1)
    assert "pytest_tavus/" not in result.stdout.str()
    assert told is None or red(result) == told


def test_a_line_that_was_refused_was_not_said(project: Project) -> None:
    project.run(
        body(
            "with pytest.raises(ScenarioError):",
            '    session.say("Hello.", cals=["find"])',
            'session.say("A table.", calls=[{"find": {"guests": 2}}], plays="Fine.", says="Fine")',
            "assert session.trace.turns() == 1",
            "with pytest.raises(VerdictError, match='test_talk.py:10:1'):",
            '    session.say("Goodbye.", plays="Bye.", says="Farewell.")',
        )
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("opened", "told"),
    [
        (
            'pal="pals/witer.pal.yaml"',
            "tests/test_talk.py:4:1: pal: the PAL file 'tests/pals/witer.pal.yaml' does not exist",
        ),
        (
            'pal="pals/waiter.pal.yaml", clint={}',
            "tests/test_talk.py:4:1: clint: unknown key 'clint' in a scenario",
        ),
        (
            'pal="pals/waiter.pal.yaml", handler=7',
            "tests/test_talk.py:4:1: handler: a value of type 'int' is no handler",
        ),
        (
            'pal="pals/waiter.pal.yaml", handler={"ap": "desk:app"}',
            "tests/test_talk.py:4:1: handler.ap: unknown key 'ap' in a handler",
        ),
        (
            'pal={"pal_name": "P", "tools": [{"name": "a b"}]}',
            "tests/test_talk.py:4:1: pal.tools[0].description: a tool needs the key 'description'",
        ),
    ],
)
def test_what_cannot_be_opened_is_told_at_the_line_of_the_test(
    project: Project, opened: str, told: str
) -> None:
    result = project.run(body("pass", opened=opened))

    result.assert_outcomes(failed=1)
    assert "pytest_tavus/" not in result.stdout.str()
    first, *_ = red(result)
    assert first == f"pytest_tavus.errors.ScenarioError: {told}"


def test_a_handler_that_does_not_start_fails_where_it_is_opened(project: Project) -> None:
    result = project.run(body("pass", opened='pal="pals/waiter.pal.yaml", handler="desk:nothing"'))

    result.assert_outcomes(failed=1)
    told = red(result)
    assert told[0] == "pytest_tavus.outcome.VerdictError: tests/test_talk.py:4:1: handler fault"
    assert told[2:4] == [
        "  'desk:nothing' does not exist: the module has no attribute 'nothing'",
        "",
    ]
    assert "pytest_tavus/" not in result.stdout.str()


def test_the_cursor_fails_at_its_own_line_with_the_conversation(project: Project) -> None:
    result = project.run(
        body(
            'cursor = session.say("A table.", calls=[{"find": {"guests": 2}}])',
            "cursor.find(",
            '    ToolCalled, arguments={"guests": 4})',
        )
    )

    result.assert_outcomes(failed=1)
    told = red(result)
    assert told[:7] == [
        "pytest_tavus.outcome.VerdictError: tests/test_talk.py:6:1: missing event",
        "",
        "  expected ToolCalled(arguments={guests: 4}), but it never came; the closest differs",
        "",
        "  at        arguments.guests",
        "  expected  4 (number)",
        "  actual    2 (number)",
    ]
    assert '>>>   4  call    find {"guests": 2}' in [line.strip() for line in told]
    assert "pytest_tavus/" not in result.stdout.str()


def test_an_exception_inside_the_block_is_not_hidden(project: Project) -> None:
    result = project.run(
        body(
            "raise LookupError('mine')",
            opened='pal="pals/waiter.pal.yaml", handler="desk:app", judge={"overall": "fail"}',
        )
    )

    assert red(result) == ["LookupError: mine"]


def test_a_failure_that_the_test_caught_does_not_come_again_at_the_end(project: Project) -> None:
    project.run(
        body(
            "with pytest.raises(VerdictError, match='missing speech'):",
            '    session.say("Hello.", plays="Hi.", says="Good day.")',
        )
        + "    assert session.result.verdict.outcome == 'failed'\n"
    ).assert_outcomes(passed=1)


def test_what_is_found_only_at_the_end_fails_the_test(project: Project) -> None:
    result = project.run(
        body(
            'session.say("Hello.")',
            opened='pal="pals/waiter.pal.yaml", judge={"tools": {"find": "invoked"}}',
        )
    )

    result.assert_outcomes(failed=1)
    assert red(result)[0].endswith("tests/test_talk.py:4:1: judged otherwise")


def test_a_test_that_checks_by_itself_is_not_held_to_a_verdict(project: Project) -> None:
    project.run(body("pass")).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["session.result"],
            "the conversation has no result yet: read it after its `with` block",
        ),
        (
            ["pass", "pass", "session.__exit__(None, None, None)", 'session.say("Hello.")'],
            "the conversation is not open: say its lines inside its `with` block",
        ),
    ],
)
def test_what_comes_at_the_wrong_time_is_refused(
    project: Project, lines: list[str], message: str
) -> None:
    result = project.run(body(*lines))

    result.assert_outcomes(failed=1)
    assert red(result) == [f"pytest_tavus.errors.ScenarioError: {message}"]


def test_a_conversation_that_was_never_opened_takes_no_line(project: Project) -> None:
    result = project.run(
        'def test_talk(tavus):\n    tavus.open(pal="pals/waiter.pal.yaml").say("Hello.")\n'
    )

    assert red(result) == [
        (
            "pytest_tavus.errors.ScenarioError: the conversation is not open: "
            "say its lines inside its `with` block"
        )
    ]


HANDLERS = """
import pytest
import desk
from pytest_tavus import ToolResolved

CANNED = {"canned": {"find": {"body": {"table": 9}}}}


def table(tavus, **handler):
    with tavus.open(pal="pals/waiter.pal.yaml", **handler) as session:
        cursor = session.say("A table.", calls=["find"])
        return cursor.find(ToolResolved).output


@pytest.fixture
def tavus_handler():
    return desk.wsgi


@pytest.mark.parametrize(
    ("handler", "number"),
    [(desk.app, 7), (desk.wsgi, 8), ("desk:app", 7), ({"app": "desk:wsgi"}, 8), (CANNED, 9)],
)
def test_of_the_call(tavus, handler, number):
    assert table(tavus, handler=handler) == '{"table": %d}' % number


def test_of_the_fixture(tavus):
    assert table(tavus) == '{"table": 8}'


def test_one_after_the_other(tavus):
    assert table(tavus, handler=desk.app) == '{"table": 7}'
    assert table(tavus) == '{"table": 8}'
"""


def test_a_handler_is_what_the_call_gives_or_else_the_fixture(project: Project) -> None:
    project.write("tests/conftest.py", "")
    project.run(HANDLERS, "--import-mode=prepend").assert_outcomes(passed=7)


PALS = """
import pytest
from pathlib import Path
from pytest_tavus import Tavus

DEFINITION = {"pal_name": "Own", "greeting": "Hi."}


@pytest.mark.parametrize(
    ("pal", "greeting"),
    [
        ("pals/waiter.pal.yaml", "Good evening."),
        ("tests/pals/waiter.pal.yaml", "Good evening."),
        (Path(__file__).parent / "pals" / "waiter.pal.yaml", "Good evening."),
        (DEFINITION, "Hi."),
    ],
)
def test_pal(tavus: Tavus, pal, greeting):
    with tavus.open(pal=pal) as session:
        assert [event.text for _, event in session.trace.of(object) if hasattr(event, "text")] == [
            greeting
        ]


def test_a_pal_that_was_read_before(tavus: Tavus):
    with tavus.open(pal="pals/waiter.pal.yaml") as session:
        pass
    with tavus.open(pal=session.result.scenario.pal) as session:
        session.say("Hello.")
"""


def test_a_pal_is_a_file_or_its_definition(project: Project) -> None:
    project.run(PALS).assert_outcomes(passed=5)


def test_rules_of_the_pal_file_hold_for_the_whole_conversation(project: Project) -> None:
    project.write(
        "tests/pals/strict.pal.yaml",
        "pal_name: Strict\n"
        "guardrails: [{guardrail_name: no_names, guardrail_prompt: Name nobody.}]\n"
        "judge_rules: {guardrails: {no_names: {never_said: Ada}}}\n",
    )

    result = project.run(
        body('session.say("Who?", plays="Ada.")', opened='pal="pals/strict.pal.yaml"')
    )

    result.assert_outcomes(failed=1)
    assert "broken guardrail" in red(result)[0]


def test_settings_are_the_keys_of_a_scenario(project: Project) -> None:
    project.run(
        body(
            'session.say("Show me.", calls=["show"], plays="See: {result}", says="See: plan")',
            'session.say("And you?", extra="allowed", plays={"calls": ["show"]})',
            opened='pal="pals/waiter.pal.yaml", client={"show": "plan"}, unchecked="on_resolve"',
        )
    ).assert_outcomes(passed=1)


def test_a_value_is_kept_from_one_line_for_the_next(project: Project) -> None:
    project.run(
        body(
            'session.say("A table.", calls=[{"find": {}, "save": {"table": "result.table"}}])',
            'session.say("Table {saved.table}?", plays="Yes, {saved.table}.", says="Yes, 7.")',
        )
    ).assert_outcomes(passed=1)


def test_each_line_has_the_deadline(project: Project) -> None:
    result = project.run(
        body(
            'session.say("A table.", calls=["find"])',
            opened='pal="pals/waiter.pal.yaml", handler="desk:stuck", deadline=0.05',
        )
    )

    result.assert_outcomes(failed=1)
    assert red(result)[2:4] == [
        "  the conversation did not end within 0.05 s; find had not been answered",
        "",
    ]


def test_a_conversation_over_its_deadline_takes_no_further_line(project: Project) -> None:
    project.run(
        body(
            "with pytest.raises(VerdictError, match='did not end within'):",
            '    session.say("A table.", calls=["find"])',
            "with pytest.raises(VerdictError, match='turn 2 of 2 was not played'):",
            '    session.say("Hello?")',
            opened='pal="pals/waiter.pal.yaml", handler="desk:stuck", deadline=0.05',
        )
    ).assert_outcomes(passed=1)


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


def test_what_a_handler_does_later_goes_on_between_the_lines(project: Project) -> None:
    project.run(BACKGROUND).assert_outcomes(passed=1)


TRACES = """
import pytest


@pytest.mark.parametrize("guests", [2, 3])
def test_talk(tavus, guests):
    for _ in range(2):
        with tavus.open(pal="pals/waiter.pal.yaml", handler="desk:app") as session:
            session.say("A table.", calls=[{"find": {"guests": guests}}])
        assert session.result.trace_path


class TestGroup:
    def test_talk(self, tavus):
        with tavus.open(pal="pals/waiter.pal.yaml") as session:
            session.say("Hello.")
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
    with tavus.open(pal="pals/waiter.pal.yaml", handler="desk:app") as session:
        ask(session, calls=["find"], within=2)
        ask(session, calls=["show"])
"""


def test_a_line_said_by_a_helper_is_the_helpers(project: Project) -> None:
    result = project.run(HELPER)

    assert red(result)[0].startswith(
        "pytest_tavus.outcome.VerdictError: tests/test_talk.py:6:1: unhandled call"
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
import desk


def test_talk(tavus_run):
    result = tavus_run("conversations/find.yaml")
    assert result.verdict.outcome == "passed"
    assert result.provenance == "scripted PAL, canned answers"

    result = tavus_run("conversations/find.yaml", "finds a table", handler=desk.wsgi)
    assert result.provenance == "scripted PAL, real handler"
""").assert_outcomes(passed=1)


def test_a_scenario_written_in_a_test_is_played(project: Project) -> None:
    project.run("""
import desk
import pytest

TURN = {"user": "A table.", "calls": ["find"], "plays": "Table {result.table}."}


@pytest.mark.parametrize("pal", ["pals/waiter.pal.yaml", "tests/pals/waiter.pal.yaml"])
def test_talk(tavus_run, pal):
    result = tavus_run({"pal": pal, "turns": [TURN]}, "asks for a table", handler=desk.app)
    assert result.verdict.outcome == "passed"
    assert result.scenario.name == "asks for a table"
""").assert_outcomes(passed=2)
