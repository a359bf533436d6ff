"""The fixture `tavus`: who the handler is, what the PAL is, deadlines, traces, scenarios."""

from __future__ import annotations

from tests.plugin.api.conftest import Project, body, error_lines

HANDLERS = """
import pytest
import handlers
from pytest_tavus import ToolResolved

CANNED = {"canned": {"find": {"body": {"table": 9}}}}


def table(tavus, **handler):
    with tavus.open(pal="pals/waiter.pal.yaml", **handler) as session:
        cursor = session.say("A table.", calls=["find"])
        return cursor.find(ToolResolved).output


@pytest.fixture
def tavus_handler():
    return handlers.wsgi


@pytest.mark.parametrize(
    ("handler", "number"),
    [
        (handlers.app, 7),
        (handlers.wsgi, 8),
        ("handlers:app", 7),
        ({"app": "handlers:wsgi"}, 8),
        (CANNED, 9),
    ],
)
def test_of_the_call(tavus, handler, number):
    assert table(tavus, handler=handler) == '{"table": %d}' % number


def test_of_the_fixture(tavus):
    assert table(tavus) == '{"table": 8}'


def test_one_after_the_other(tavus):
    assert table(tavus, handler=handlers.app) == '{"table": 7}'
    assert table(tavus) == '{"table": 8}'
"""


def test_the_handler_is_that_of_the_call_or_else_of_the_fixture(project: Project) -> None:
    project.write("tests/conftest.py", "")
    project.run(HANDLERS, "--import-mode=prepend").assert_outcomes(passed=7)


PALS = """
import pytest
from pathlib import Path
from pytest_tavus import PalSaid, Tavus

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
        session.cursor().next(PalSaid, text=greeting)


def test_a_pal_that_was_read_before(tavus: Tavus):
    with tavus.open(pal="pals/waiter.pal.yaml", self_checked=True) as session:
        pass
    with tavus.open(pal=session.result.scenario.pal) as session:
        session.say("Hello.", calls="none")
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
    assert "broken guardrail" in error_lines(result)[0]


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
            opened='pal="pals/waiter.pal.yaml", handler="handlers:stuck", deadline=0.05',
        )
    )

    result.assert_outcomes(failed=1)
    assert error_lines(result)[2:4] == [
        "  the conversation did not end within 0.05 s; find had not been answered",
        "",
    ]


def test_a_conversation_over_its_deadline_takes_no_further_line(project: Project) -> None:
    result = project.run(
        body(
            "with pytest.raises(VerdictError, match='did not end within'):",
            '    session.say("A table.", calls=["find"])',
            "with pytest.raises(VerdictError, match='turn 2 of 2 was not played'):",
            '    session.say("Hello?")',
            opened='pal="pals/waiter.pal.yaml", handler="handlers:stuck", deadline=0.05',
        )
    )

    result.assert_outcomes(failed=1)
    assert "did not end within" in "\n".join(error_lines(result)[:4])
