"""An argument that no place of the request carries: an error if expected, advice elsewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_tavus.errors import ScenarioError
from tests.run.conftest import BuildProject

ORDER = {"type": "object", "properties": {"order_id": {"type": "string"}}}
CALL = "cancel_order: {order_id: A-10428}"


def scenario(call: str = CALL, plays: str = "It is done.", **api: Any) -> str:
    """A scenario file whose tool is delivered so."""
    api = {"url": "https://shop.example/cancel", **api}
    tool = {"name": "cancel_order", "description": "Cancels.", "parameters": ORDER}
    tool |= {"delivery": {"api": api}, "on_call": "silent", "on_resolve": "generate_response"}
    return f"""\
pal: {json.dumps({"tools": [tool]})}
handler: {{canned: {{cancel_order: {{body: {{}}}}}}}}
turns:
  - user: Cancel it.
    calls:
      - {call}
    plays: {plays}
"""


def problems(build_project: BuildProject, text: str, **settings: Any) -> list[str]:
    try:
        build_project(**settings).load(text)
    except ScenarioError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize(
    "api",
    [
        {"body_template": {"all": True}},
        {"body_template": {"order": "{tavus_conversation_id}"}},
        {"url": "https://shop.example/cancel#{order_id}", "method": "GET"},
        {"method": "DELETE"},
        {"method": "DELETE", "headers": {"X-Order": "{order_id}"}},
    ],
)
def test_an_expected_argument_that_nothing_carries_is_an_error(
    build_project: BuildProject, api: dict[str, Any]
) -> None:
    places = (
        "url, query_params or body_template" if "body_template" in api else "url or query_params"
    )
    carries = "s.yaml:6:34: no place of the request of 'cancel_order' carries 'order_id'"
    hint = f"write {{order_id}} in {places} of the tool, or do not expect it"
    assert problems(build_project, scenario(**api)) == [
        f"{carries}, so nobody sees it\n    hint: {hint}"
    ]


@pytest.mark.parametrize(
    "api",
    [
        {},
        {"body_template": {"orders": [{"id": "id {order_id}"}]}},
        {"url": "https://shop.example/cancel/{order_id}", "method": "DELETE"},
        {"method": "GET", "query_params": {"id": "{order_id}"}},
        {"auth": {"type": "hmac", "secret": "s3cret"}},
    ],
)
def test_an_expected_argument_that_one_place_carries_is_played(
    build_project: BuildProject, api: dict[str, Any]
) -> None:
    (loaded,) = (project := build_project()).load(scenario(**api))
    assert not [lint for lint in loaded.lints if "no place" in lint.message]
    assert project.runner.run(loaded).verdict.outcome == "passed"


def test_a_header_carries_arguments_if_the_profile_says_so(build_project: BuildProject) -> None:
    text = scenario(method="DELETE", headers={"X-Order": "{order_id}"})
    assert problems(build_project, text, simulator={"header_placeholders": "true"}) == []


def test_an_argument_that_is_expected_to_be_absent_must_be_carried_too(
    build_project: BuildProject,
) -> None:
    call, plays = "cancel_order: {order_id: !absent }", "{calls: [cancel_order], says: Done.}"
    assert len(problems(build_project, scenario(call, plays, body_template={"all": True}))) == 1
    assert problems(build_project, scenario(call, plays)) == []


@pytest.mark.parametrize(
    "arguments",
    [
        "!not {order_id: A-1}",
        "!exact {order_id: A-1}",
        "!one_of [{order_id: A-1}, {order_id: A-2}]",
    ],
)
def test_an_argument_within_a_matcher_must_be_carried_too(
    build_project: BuildProject, arguments: str
) -> None:
    call, plays = f"cancel_order: {arguments}", "{calls: [cancel_order], says: Done.}"
    (problem,) = problems(build_project, scenario(call, plays, body_template={"all": True}))
    assert problem.startswith("s.yaml:6:23: no place of the request of 'cancel_order' carries")
    assert problems(build_project, scenario(call, plays)) == []


def test_a_declared_or_played_argument_that_nothing_carries_is_advice(
    build_project: BuildProject,
) -> None:
    played = "{calls: [cancel_order: {order_id: A-1}], says: Done.}"
    text = scenario("cancel_order", plays=played, body_template={"all": True})
    (loaded,) = build_project().load(text)
    hint = "write {order_id} in url, query_params or body_template of the tool"
    lints = [
        (str(lint.span), lint.message, lint.hint)
        for lint in loaded.lints
        if "no place" in lint.message
    ]
    carries = "no place of the request of 'cancel_order' carries 'order_id'"
    declared, said = lints
    assert declared[0].startswith("s.yaml:1:")
    assert declared[1:] == (carries, hint)
    assert said == ("s.yaml:7:46", f"{carries}, so nobody sees it", f"{hint}, or do not play it")
