"""Values that are kept for later turns, or come from the environment."""

from __future__ import annotations

import pytest

from pytest_tavus.errors import ScenarioError
from tests.run.conftest import FINDS, BuildProject, asgi, faults, found

TAKEN = """
pal: waiter.pal.yaml
scenarios:
  - name: cancels what was in the way
    turns:
      - user: A table for two.
        calls:
          - find: {guests: 2}
            status: 409
            %(of the call)s
        %(of the turn)s
        plays: {on_error: It is taken.}
      - user: Cancel the other one.
        calls: [{cancel: {id: "{saved.id}"}, status: 409}]
"""


@pytest.mark.parametrize("place", ["of the call", "of the turn"])
def test_a_value_of_an_error_is_kept_for_later_turns(
    build_project: BuildProject, place: str
) -> None:
    saves = {"of the call": "", "of the turn": "", place: "save: {id: result.booking.id}"}
    taken = asgi(lambda scope, body: {"error": "taken", "booking": {"id": 7}}, status=409)

    result = build_project().run(TAKEN % saves, handler=taken)

    assert found(result) == []
    assert result.trace.saved() == {"id": 7}
    assert [call.arguments for _, call in result.trace.calls()] == ['{"guests": 2}', '{"id": 7}']


@pytest.mark.parametrize("place", ["of the call", "of the turn"])
def test_a_value_that_an_error_has_not_is_a_finding(
    build_project: BuildProject, place: str
) -> None:
    saves = {"of the call": "", "of the turn": "", place: "save: {id: result.booking.id}"}
    taken = asgi(lambda scope, body: {"error": "taken"}, status=409)

    result = build_project().run(TAKEN % saves, handler=taken)

    assert found(result)[0] == (
        "nothing_saved",
        "handler",
        "'id' was to be kept from result.booking.id, but find has no such value",
    )


def test_a_variable_that_is_not_set_is_told_where_it_is_read(build_project: BuildProject) -> None:
    text = FINDS.replace("    turns:", "    env: [NAME]\n    turns:")

    result = build_project().run(text.replace("A table for two.", "I am {env.NAME}."))

    assert [fault.message for fault in faults(result.trace)] == [
        ("s.yaml:8:9: the caller's line cannot be said: {env.NAME}: there is no 'NAME' in env")
    ]


def test_a_scenario_sees_only_the_variables_it_names(build_project: BuildProject) -> None:
    text = FINDS.replace("    turns:", "    env: [NAME]\n    turns:")
    project = build_project({"NAME": "Ada", "OTHER": "x"})

    result = project.run(text.replace("A table for two.", "I am {env.NAME}."))

    assert result.verdict.outcome == "passed"
    with pytest.raises(ScenarioError, match="'OTHER' is not among those under env"):
        project.load(text.replace("A table for two.", "I am {env.OTHER}."))


@pytest.mark.parametrize(("played", "outcome"), [("A1", "passed"), ("B1", "failed")])
def test_one_secret_is_not_taken_for_another(
    build_project: BuildProject, played: str, outcome: str
) -> None:
    text = FINDS.replace("    turns:", "    env: [A1, B1]\n    turns:")
    text = text.replace("{find: {body: {table: 7}}}", "{cancel: {body: {}}}")
    head, _, _ = text.partition("        calls:")
    turn = f"""\
        calls: [cancel: {{id: "{{env.A1}}"}}]
        plays: {{calls: [cancel: {{id: "{{env.{played}}}"}}], says: "Yes."}}
"""

    result = build_project({"A1": "alpha-secret", "B1": "bravo-secret"}).run(head + turn)

    assert result.verdict.outcome == outcome
