"""Conversations held by sync tests."""

from __future__ import annotations

import pytest

from tests.plugin.api.conftest import Project, body, error_lines

TALK = """
from pytest_tavus import PalSaid, ToolCalled, ToolResolved, UserSaid


def test_talk(tavus):
    with tavus.open(pal="pals/waiter.pal.yaml", handler="handlers:app") as session:
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


def test_a_test_drives_a_conversation_line_by_line(project: Project) -> None:
    project.run(TALK).assert_outcomes(passed=1)


FAILS = """
def test_talk(tavus):
    with tavus.open(pal="pals/waiter.pal.yaml", handler="handlers:app") as session:
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
    told = error_lines(result)
    assert told[:12] == [
        "pytest_tavus.plugin.failure.VerdictError: tests/test_talk.py:5:1: unknown answer",
        "",
        "  the PAL cannot fill {result.number}: the answer of find has no such value",
        "",
        "  | line: Table {result.number}.",
        "  | answer: {table: 7}",
        "",
        '  3 |     with tavus.open(pal="pals/waiter.pal.yaml", handler="handlers:app") as session:',
        '  4 |         session.say("Hello.")',
        "> 5 |         session.say(",
        "    | ^",
        '  6 |             "A table for two.",',
    ]
    (marked,) = (line for line in told if line.startswith(">>>"))
    assert "{result.number}: the answer has no such value" in marked
    assert "  conversation (scripted PAL, real handler)" in told


def test_a_failure_shows_no_frame_of_the_plugin(project: Project) -> None:
    printed = project.run(FAILS).stdout.str()

    assert "tests/test_talk.py:5: VerdictError" in printed
    assert "pytest_tavus/" not in printed


def test_the_cursor_fails_at_its_own_line_with_the_conversation(project: Project) -> None:
    result = project.run(
        body(
            'cursor = session.say("A table.", calls=[{"find": {"guests": 2}}])',
            "cursor.find(",
            '    ToolCalled, arguments={"guests": 4})',
        )
    )

    result.assert_outcomes(failed=1)
    told = error_lines(result)
    assert told[:7] == [
        "pytest_tavus.plugin.failure.VerdictError: tests/test_talk.py:6:1: missing event",
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
            opened='pal="pals/waiter.pal.yaml", handler="handlers:app", judge={"overall": "fail"}',
        )
    )

    assert error_lines(result) == ["LookupError: mine"]


def test_a_failure_that_the_test_swallowed_is_raised_again_at_the_end(project: Project) -> None:
    result = project.run(
        body(
            "with pytest.raises(VerdictError, match='missing speech'):",
            '    session.say("Hello.", plays="Hi.", says="Good day.")',
        )
    )

    result.assert_outcomes(failed=1)
    assert error_lines(result)[0].endswith("tests/test_talk.py:6:1: missing speech")


def test_a_failure_that_is_expected_around_the_block_is_heard(project: Project) -> None:
    project.run(
        "import pytest\n"
        "from pytest_tavus import VerdictError\n"
        "def test_talk(tavus):\n"
        "    with pytest.raises(VerdictError, match='missing speech'):\n"
        "        with tavus.open(pal='pals/waiter.pal.yaml') as session:\n"
        "            session.say('Hello.', plays='Hi.', says='Good day.')\n"
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["pass"], "undecided, not passed"),
        (["session.say('Hello.', plays='Hi.')"], "undecided, not passed"),
        (["session.cursor().skip()"], "undecided, not passed"),
        (
            ["with pytest.raises(VerdictError):", "    session.cursor().next(ToolCalled)"],
            "missing event",
        ),
        (
            ["with pytest.raises(ScenarioError):", "    session.say('Hi.', cals=[])"],
            "scenario fault",
        ),
        (
            [
                "with pytest.raises(ScenarioError, match='did you mean .find.'):",
                "    session.cursor().not_called('fnd')",
            ],
            "scenario fault",
        ),
        (
            [
                "with pytest.raises(ScenarioError, match='did you mean .guests.'):",
                "    session.cursor().not_called('find', gests=2)",
            ],
            "scenario fault",
        ),
        (
            [
                "import threading",
                "def say(): session.say('Hello.', plays='Hi.', says='Bye.')",
                "threading.excepthook = lambda args: None",
                "thread = threading.Thread(target=say)",
                "thread.start()",
                "thread.join()",
            ],
            "missing speech",
        ),
        (
            [
                "try:",
                "    session.say('Hello.', plays='Hi.', says='Bye.')",
                "except VerdictError:",
                "    pytest.skip('not today')",
            ],
            "missing speech",
        ),
    ],
)
def test_a_block_ends_without_an_error_only_if_the_verdict_is_passed(
    project: Project, lines: list[str], told: str
) -> None:
    result = project.run(body(*lines))

    result.assert_outcomes(failed=1)
    assert told in error_lines(result)[0]


@pytest.mark.parametrize(
    "lines",
    [
        ["session.cursor().next(PalSaid, text='Good evening.')"],
        ["session.say('Hello.', plays='Hi.').not_called('find', guests=2)"],
        ["session.say('Hello.', plays='Hi.', calls='none')"],
    ],
)
def test_a_checked_expectation_is_evidence(project: Project, lines: list[str]) -> None:
    project.run(body(*lines)).assert_outcomes(passed=1)


def test_a_conversation_whose_block_never_runs_is_an_error(project: Project) -> None:
    result = project.run('def test_talk(tavus):\n    tavus.open(pal="pals/waiter.pal.yaml")\n')

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["*test_talk.py:2:1: a conversation was opened here and never ended"]
    )


def test_a_failure_that_only_the_end_finds_fails_the_test(project: Project) -> None:
    result = project.run(
        body(
            'session.say("Hello.")',
            opened='pal="pals/waiter.pal.yaml", judge={"tools": {"find": "invoked"}}',
        )
    )

    result.assert_outcomes(failed=1)
    assert error_lines(result)[0].endswith("tests/test_talk.py:4:1: judged otherwise")


SELF_CHECKED = 'pal="pals/waiter.pal.yaml", self_checked=True'


def test_a_self_checked_test_needs_no_evidence(project: Project) -> None:
    checked = body(
        "session.say('Hello.')", "assert session.trace.turns() == 1", opened=SELF_CHECKED
    )
    project.run(checked).assert_outcomes(passed=1)


def test_a_self_checked_test_still_fails_for_a_finding(project: Project) -> None:
    swallowed = body(
        "with pytest.raises(VerdictError):",
        "    session.say('Hello.', plays='Hi.', says='Bye.')",
        opened=SELF_CHECKED,
    )
    project.run(swallowed).assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["session.result"],
            "the conversation has no result yet: read it after its `with` block",
        ),
        (
            [
                "session.cursor().next(PalSaid)",
                "session.__exit__(None, None, None)",
                'session.say("Hello.")',
            ],
            "the conversation is not open: say its lines inside its `with` block",
        ),
    ],
)
def test_a_call_of_the_api_at_the_wrong_time_is_refused(
    project: Project, lines: list[str], message: str
) -> None:
    result = project.run(body(*lines))

    result.assert_outcomes(failed=1)
    assert error_lines(result) == [f"pytest_tavus.errors.ScenarioError: {message}"]


def test_a_conversation_that_was_never_opened_takes_no_line(project: Project) -> None:
    result = project.run(
        'def test_talk(tavus):\n    tavus.open(pal="pals/waiter.pal.yaml").say("Hello.")\n'
    )

    assert error_lines(result) == [
        (
            "pytest_tavus.errors.ScenarioError: the conversation is not open: "
            "say its lines inside its `with` block"
        )
    ]
