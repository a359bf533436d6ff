"""Cursors of a conversation: they read it as it is, and refuse what can never fail."""

from __future__ import annotations

import pytest

from tests.api.conftest import Project, body, red

FIND = "session.say('A table.', calls=[{'find': {'guests': 2}}])"
SHOW = "session.say('The plan.', calls=['show'])"
CLIENT = 'pal="pals/waiter.pal.yaml", handler="desk:app", client={"show": {"output": {"ok": 1}}}'


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("cursor.not_called('find')", "missing event"),
        ("cursor.end()", "missing event"),
        ("cursor.find(ToolCalled, name='find')", None),
        ("cursor.find(ToolCalled, name='show')", "missing event"),
        ("cursor.not_called('show')", None),
        ("cursor.skip(4)", None),
        ("cursor.skip(5)", "missing event"),
    ],
)
@pytest.mark.parametrize("turn", ["", "turn=1"])
def test_a_cursor_reads_what_happened_after_it_was_made(
    project: Project, asked: str, told: str | None, turn: str
) -> None:
    greeting = "cursor.next(PalSaid)" if not turn else "pass"

    result = project.run(body(f"cursor = session.cursor({turn})", greeting, FIND, asked))

    result.assert_outcomes(passed=told is None, failed=told is not None)
    assert told is None or f"tests/test_talk.py:8:1: {told}" in red(result)[0]


@pytest.mark.parametrize("made", ["session.cursor(turn=1)", FIND])
@pytest.mark.parametrize(("tool", "passes"), [("find", False), ("show", True)])
def test_a_cursor_of_one_turn_reads_no_other(
    project: Project, made: str, tool: str, passes: bool
) -> None:
    said = "pass" if made == FIND else FIND

    result = project.run(
        body(f"cursor = {made}", said, SHOW, f"cursor.not_called({tool!r})", opened=CLIENT)
    )

    result.assert_outcomes(passed=passes, failed=not passes)


def test_a_cursor_goes_on_where_it_was(project: Project) -> None:
    project.run(
        body(
            "cursor = session.cursor()",
            FIND,
            "cursor.find(ToolCalled, name='find')",
            "cursor.skip(2)",
            "cursor.end()",
            FIND,
            "cursor.skip()",
            "cursor.next(ToolCalled, name='find')",
            "cursor.not_called('find')",
        )
    ).assert_outcomes(passed=1)


def test_a_cursor_can_be_asked_after_the_conversation(project: Project) -> None:
    project.run(
        body("cursor = session.cursor()", FIND) + "    cursor.find(ToolCalled, name='find')\n"
    ).assert_outcomes(passed=1)


def test_a_live_cursor_compares_in_clear_and_returns_masked(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_KEY", "sesame-4711")
    opened = 'pal="pals/waiter.pal.yaml", env=["DESK_KEY"], self_checked=True'

    project.run(
        body(
            "from pytest_tavus import UserSaid",
            "cursor = session.cursor()",
            "session.say('It is sesame-4711.')",
            "said = cursor.find(UserSaid, text='It is sesame-4711.')",
            "assert said.text == 'It is ⟦env.DESK_KEY⟧.'",
            opened=opened,
        )
    ).assert_outcomes(passed=1)


def test_a_miss_of_a_live_cursor_shows_no_secret(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_KEY", "sesame-4711")
    said = "__import__('os').environ['DESK_KEY']"
    opened = 'pal="pals/waiter.pal.yaml", env=["DESK_KEY"]'

    result = project.run(
        body(
            "cursor = session.cursor()",
            f"session.say({said})",
            "cursor.find(ToolCalled)",
            opened=opened,
        ),
        "--showlocals",
        "--full-trace",
    )

    result.assert_outcomes(failed=1)
    assert "⟦env.DESK_KEY⟧" in result.stdout.str()
    assert "sesame-4711" not in result.stdout.str()
