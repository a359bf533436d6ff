"""An expected argument that no place of the request carries is refused in Python, too."""

from __future__ import annotations

from tests.plugin.api.conftest import Project, body, error_lines

PAL = """
pal_name: Waiter
tools:
  - name: find
    description: Finds a table.
    parameters: {type: object, properties: {guests: {type: integer}, at: {type: string}}}
    on_call: silent
    on_resolve: generate_response
    delivery: {api: {url: "https://shop.example/find", body_template: {table: "{guests}"}}}
"""
HINT = "hint: write {at} in url, query_params or body_template of the tool, or do not expect it"


def test_a_line_that_expects_an_uncarried_argument_is_refused(project: Project) -> None:
    project.write("tests/pals/waiter.pal.yaml", PAL)
    line = 'session.say("A table.", calls=[{"find": {"guests": 2, "at": "8pm"}}])'

    run = project.run(body(line))

    run.assert_outcomes(failed=1)
    said = error_lines(run)
    assert said[0].endswith(
        "tests/test_talk.py:5:1: calls[0].arguments.at: no place of the request of 'find' carries "
        "'at', so nobody sees it"
    )
    assert said[1].strip() == HINT


def test_a_line_that_expects_a_carried_argument_is_said(project: Project) -> None:
    project.write("tests/pals/waiter.pal.yaml", PAL)

    run = project.run(body('session.say("A table.", calls=[{"find": {"guests": 2}}])'))

    run.assert_outcomes(passed=1)


def test_a_scenario_in_a_mapping_is_refused(project: Project) -> None:
    project.write("tests/pals/waiter.pal.yaml", PAL)
    test = """
def test_talk(tavus_run):
    call = {"find": {"guests": 2, "at": "8pm"}}
    turn = {"user": "A table.", "calls": [call], "plays": "Done."}
    tavus_run({"pal": "pals/waiter.pal.yaml", "handler": {"app": "handlers:app"}, "turns": [turn]})
"""

    run = project.run(test)

    run.assert_outcomes(failed=1)
    said = error_lines(run)
    assert "turns[0].calls[0].arguments.at: no place of the request of 'find' carries" in said[0]
    assert said[1].strip() == HINT
