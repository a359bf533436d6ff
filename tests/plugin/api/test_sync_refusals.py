"""The fixture `tavus`: what cannot be understood or opened is told at its line."""

from __future__ import annotations

import pytest

from tests.plugin.api.conftest import Project, body, error_lines


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
def test_an_invalid_turn_is_reported_at_the_line_of_the_test(
    project: Project, lines: list[str], told: list[str] | None
) -> None:
    result = project.run(body(*lines))

    result.assert_outcomes(failed=1)
    assert "pytest_tavus/" not in result.stdout.str()
    assert told is None or error_lines(result) == told


def test_a_line_that_was_refused_was_not_said(project: Project) -> None:
    result = project.run(
        body(
            "with pytest.raises(ScenarioError):",
            '    session.say("Hello.", cals=["find"])',
            'session.say("A table.", calls=[{"find": {"guests": 2}}], plays="Fine.", says="Fine")',
            "assert session.trace.turns() == 1",
            "with pytest.raises(VerdictError, match='test_talk.py:10:1'):",
            '    session.say("Goodbye.", plays="Bye.", says="Farewell.")',
        )
    )

    result.assert_outcomes(failed=1)
    assert error_lines(result)[0].endswith("tests/test_talk.py:10:1: missing speech  (1 of 2)")
    assert "tests/test_talk.py:6:1: scenario fault  (2 of 2)" in error_lines(result)


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
            'pal="pals/waiter.pal.yaml", handler={"ap": "handlers:app"}',
            "tests/test_talk.py:4:1: handler.ap: unknown key 'ap' in a handler",
        ),
        (
            'pal={"pal_name": "P", "tools": [{"name": "a b"}]}',
            "tests/test_talk.py:4:1: pal.tools[0].description: a tool needs the key 'description'",
        ),
    ],
)
def test_an_invalid_conversation_is_reported_at_the_line_of_the_test(
    project: Project, opened: str, told: str
) -> None:
    result = project.run(body("pass", opened=opened))

    result.assert_outcomes(failed=1)
    assert "pytest_tavus/" not in result.stdout.str()
    first, *_ = error_lines(result)
    assert first == f"pytest_tavus.errors.ScenarioError: {told}"


@pytest.mark.parametrize(
    ("opened", "message", "hint"),
    [
        (
            '"pals/waiter.pal.yaml"',
            "'pal' is missing",
            "write open(pal=...): values are given by name",
        ),
        (
            'handler="handlers:app"',
            "'pal' is missing",
            "write open(pal=...), with a PAL, its file, or its definition",
        ),
        (
            '"handlers:app", pal="pals/waiter.pal.yaml"',
            "a value has no name",
            "write open(name=...): values are given by name",
        ),
    ],
)
@pytest.mark.parametrize("fixture", ["tavus", "tavus_async"])
def test_a_pal_that_is_not_named_is_missing_at_the_line_of_the_test(
    project: Project, fixture: str, opened: str, message: str, hint: str
) -> None:
    result = project.run(f"def test_talk({fixture}):\n    {fixture}.open({opened})\n")

    result.assert_outcomes(failed=1)
    assert "pytest_tavus/" not in result.stdout.str()
    assert error_lines(result) == [
        f"pytest_tavus.errors.ScenarioError: tests/test_talk.py:2:1: {message}",
        f"    hint: {hint}",
    ]


def test_a_handler_that_does_not_start_fails_where_it_is_opened(project: Project) -> None:
    result = project.run(
        body("pass", opened='pal="pals/waiter.pal.yaml", handler="handlers:nothing"')
    )

    result.assert_outcomes(failed=1)
    told = error_lines(result)
    assert (
        told[0] == "pytest_tavus.plugin.failure.VerdictError: tests/test_talk.py:4:1: handler fault"
    )
    assert told[2:4] == [
        "  'handlers:nothing' does not exist: the module has no attribute 'nothing'",
        "",
    ]
    assert "pytest_tavus/" not in result.stdout.str()
