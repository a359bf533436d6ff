"""Arguments are held against the schema of their tool."""

from __future__ import annotations

import pytest

from pytest_tavus.trace.redaction.redact import Redaction, Secret
from pytest_tavus.verdict.verdict import Difference
from tests.verdict.checks.story import (
    ANY,
    READ,
    check,
    expect,
    findings,
    in_order,
    report,
    scenario,
    story_with_answer,
    tool,
    turn,
)


def test_arguments_are_validated_by_the_schema_of_their_tool() -> None:
    (finding,) = report(story_with_answer({"order_id": 5}), ANY).findings
    assert (finding.kind, finding.owner) == ("invalid_arguments", "agent")
    assert finding.message == (
        "get_order_status was called with arguments.order_id 5 (number), "
        "where its parameters ask for string"
    )
    assert finding.differences == (
        Difference(path="arguments.order_id", expected="string", actual="5 (number)"),
    )
    assert finding.hint == "its parameters are at p.pal.yaml#tools[0].parameters:1:1"


def test_a_required_argument_that_is_absent_is_named() -> None:
    inner = {"type": "object", "required": ["city"]}
    parameters = {"type": "object", "properties": {"to": inner}, "required": ["to"]}
    tools = (tool(parameters=parameters),)
    assert findings(story_with_answer({"to": {"city": "Oslo"}}), ANY, tools=tools) == []
    assert findings(story_with_answer({"to": {}}), ANY, tools=tools) == [
        (
            "invalid_arguments",
            ("get_order_status was called without arguments.to.city, which its parameters require"),
        )
    ]


def test_a_rarer_schema_keyword_has_the_message_of_the_validator() -> None:
    parameters = {"type": "object", "properties": {"size": {"enum": ["S", "M"]}}}
    tools = (tool(parameters=parameters),)
    assert findings(story_with_answer({"size": "M"}), ANY, tools=tools) == []
    (finding,) = report(story_with_answer({"size": "XL"}), ANY, tools=tools).findings
    assert finding.message.startswith(
        "get_order_status was called with arguments.size not as its parameters ask: "
    )
    assert finding.differences == (
        Difference(path="arguments.size", expected='enum: ["S", "M"]', actual="'XL' (text)"),
    )


def test_a_secret_argument_is_validated_and_not_quoted() -> None:
    parameters = {"type": "object", "properties": {"pin": {"type": "string", "maxLength": 4}}}
    case = scenario(ANY, tools=(tool(parameters=parameters),))
    redaction = Redaction([Secret("env.PIN", "12345")])
    trace = story_with_answer({"pin": "12345"}).trace()
    (finding,) = check(case, trace, read=READ, show=redaction.value).findings
    assert finding.message == (
        "get_order_status was called with arguments.pin not as its parameters ask: maxLength: 4"
    )
    assert finding.differences[0].actual == "'⟦env.PIN⟧' (text)"
    assert (
        check(
            case, story_with_answer({"pin": "1234"}).trace(), read=READ, show=redaction.value
        ).findings
        == ()
    )


@pytest.mark.parametrize("place", ["turn", "scenario"])
def test_the_schema_rule_can_be_switched_off(place: str) -> None:
    off = frozenset({"argument_schema"})
    expected = turn(in_order(expect()), unchecked=off if place == "turn" else frozenset())
    story = story_with_answer({"order_id": 5})
    assert findings(story, expected, unchecked=off if place == "scenario" else frozenset()) == []


def test_arguments_that_are_not_json_are_a_finding_even_if_unchecked() -> None:
    expected = turn(in_order(expect()), unchecked=frozenset({"argument_schema"}))
    assert findings(story_with_answer("{order"), expected) == [
        ("invalid_arguments", "the arguments of get_order_status are not JSON: '{order'")
    ]


def test_empty_arguments_are_an_empty_mapping() -> None:
    assert findings(story_with_answer(""), ANY) == []
