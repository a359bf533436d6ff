"""Cursors of a conversation: they read it as it is, and refuse what can never fail."""

from __future__ import annotations

import pytest

from tests.plugin.api.conftest import Project, body, error_lines

FIND = "session.say('A table.', calls=[{'find': {'guests': 2}}])"
SHOW = "session.say('The plan.', calls=['show'])"
CLIENT = (
    'pal="pals/waiter.pal.yaml", handler="handlers:app", client={"show": {"output": {"ok": 1}}}'
)


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
    assert told is None or f"tests/test_talk.py:8:1: {told}" in error_lines(result)[0]


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


SHOP = """
pal_name: Shop
tools:
  - name: order
    description: Orders.
    parameters:
      type: object
      properties:
        qty: {type: integer}
        size: {type: string, enum: [S, L]}
        lines: {type: array, items: {type: object, properties: {id: {type: string}}}}
        note: {type: string}
    on_call: silent
    on_resolve: generate_response
    delivery: {api: {url: "https://shop.example/{qty}/{size}", method: GET}}
  - name: survey
    description: Asks how it was.
    trigger_type: post_call
    on_call: silent
    on_resolve: fire_and_forget
    delivery: {api: {url: "https://shop.example/survey"}}
"""
OPENED = 'pal="pals/waiter.pal.yaml", handler="handlers:wsgi"'
CALLED = {"order": {"qty": 3, "size": "L", "note": "x"}}
ORDER = f"session.say('Three.', calls=['order'], plays={{'calls': [{CALLED}]}})"
WANTED = """session.say("Three.", calls=[{"order": {"qty": 3}}])"""


@pytest.fixture
def shop(project: Project) -> Project:
    project.write("tests/pals/waiter.pal.yaml", SHOP)
    return project


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("'order', qty='3'", "qty: this can never be met: it is declared as integer, and '3'"),
        ("'order', qty={'$re': '3'}", "qty: this can never be met: it is declared as integer"),
        ("'order', size='M'", "size: this can never be met: 'M' (text) is not one of 'S'"),
        ("'order', lines=[{'idd': 'a'}]", "lines[0].idd: this can never be met: nothing is decl"),
        ("'survey'", "'survey' is a post-call tool: it is not called within the conversation"),
    ],
)
def test_a_call_that_can_never_come_is_refused(shop: Project, asked: str, message: str) -> None:
    result = shop.run(body(WANTED, f"session.cursor().not_called({asked})", opened=OPENED))

    result.assert_outcomes(failed=1)
    assert f"tests/test_talk.py:6:1: {message}" in error_lines(result)[0]


def test_a_refused_call_that_the_test_swallows_is_reported_again(shop: Project) -> None:
    result = shop.run(
        body(
            WANTED,
            "with pytest.raises(ScenarioError):",
            "    session.cursor().not_called('order', qty='3')",
            opened=OPENED,
        )
    )

    result.assert_outcomes(failed=1)
    assert "tests/test_talk.py:7:1: scenario fault" in error_lines(result)[0]


@pytest.mark.parametrize(
    ("asked", "passes"),
    [("qty=4", True), ("qty=3", False), ("size='S'", True), ("size={'$re': 'L'}", False)],
)
def test_a_call_that_may_come_is_looked_for(shop: Project, asked: str, passes: bool) -> None:
    result = shop.run(
        body(WANTED, ORDER, f"session.cursor().not_called('order', {asked})", opened=OPENED)
    )

    result.assert_outcomes(passed=passes, failed=not passes)
    assert passes or "order was called, and must not be" in "\n".join(error_lines(result))


@pytest.mark.parametrize(("qty", "passes"), [("'3'", False), ("'4'", True)])
@pytest.mark.parametrize("where", ["turn", "conversation"])
def test_any_call_may_come_where_the_schema_is_unchecked(
    shop: Project, qty: str, passes: bool, where: str
) -> None:
    loose = "unchecked=['argument_schema']"
    called = "plays={'calls': [{'order': {'qty': '3', 'size': 'L'}}]}"
    inside = f", {loose}" if where == "turn" else ""

    result = shop.run(
        body(
            f"session.say('Three.', {called}, calls=['order']{inside})",
            f"session.cursor().not_called('order', qty={qty})",
            opened=f"{OPENED}, {loose}" if where == "conversation" else OPENED,
        )
    )

    result.assert_outcomes(passed=passes, failed=not passes)
    assert passes or "order was called, and must not be" in "\n".join(error_lines(result))


def test_a_value_that_is_refused_is_shown_masked(
    shop: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_KEY", "sesame-4711")

    result = shop.run(
        body(
            WANTED,
            "session.cursor().not_called('order', qty=__import__('os').environ['DESK_KEY'])",
            opened='pal="pals/waiter.pal.yaml", handler="handlers:wsgi", env=["DESK_KEY"]',
        ),
        "--showlocals",
    )

    result.assert_outcomes(failed=1)
    assert "⟦env.DESK_KEY⟧" in error_lines(result)[0]
    assert "sesame-4711" not in result.stdout.str()


@pytest.mark.parametrize(
    ("arguments", "passes"),
    [
        ("{'note': 'x'}", False),
        ("{'qty': 3, 'note': {'$any': None}}", False),
        ("{'$not': {'note': 'y'}}", False),
        ("""'{"qty": 3, "size": "L", "note": "x"}'""", False),
        ("{'qty': 3, 'size': 'L'}", True),
        ("{'$not': {'qty': 4}}", True),
    ],
)
@pytest.mark.parametrize("method", ["find(", "skip(1) or cursor.next("])
def test_an_argument_that_no_request_carries_cannot_be_expected(
    shop: Project, arguments: str, passes: bool, method: str
) -> None:
    result = shop.run(
        body(
            f"cursor = {ORDER}",
            f"cursor.{method}ToolCalled, arguments={arguments})",
            opened=OPENED,
        )
    )

    result.assert_outcomes(passed=passes, failed=not passes)
    assert passes or "no place of the request of 'order' carries 'note'" in error_lines(result)[0]


@pytest.mark.parametrize(
    ("found", "passes"),
    [
        ("next(UserSaid)", False),
        ("find(UserSaid, text='Hello.')", False),
        ("find(PalSaid, text='Hi.')", True),
    ],
)
def test_the_tests_own_lines_are_no_evidence(project: Project, found: str, passes: bool) -> None:
    result = project.run(
        body(
            "from pytest_tavus import UserSaid",
            f"session.say('Hello.', plays='Hi.').{found}",
        )
    )

    result.assert_outcomes(passed=passes, failed=not passes)
    assert passes or "undecided, not passed" in error_lines(result)[0]
