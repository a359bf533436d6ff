"""Models, editor schema and reference page say the same."""

# ruff: noqa: E501 - messages are quoted whole

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pytest_tavus.contract.json_schema import describe_field
from pytest_tavus.contract.reader import plan_of
from pytest_tavus.scenario.language import reference, schema
from pytest_tavus.scenario.language.schema import WholeScenario
from pytest_tavus.scenario.text import source
from pytest_tavus.scenario.text.limits import FileLimits
from pytest_tavus.scenario.text.reader import load_yaml
from pytest_tavus.scenario.values import call_values
from pytest_tavus.scenario.values.matcher_values import from_tag
from pytest_tavus.scenario.values.turn_values import Turn
from tests.docs.golden import hold
from tests.scenario.files import SCENARIO

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "scenarios.md"


def errors(text: str) -> list[str]:
    data = load_yaml(text, "a.yaml", limits=FileLimits(), tagged=from_tag).data
    validator: Any = jsonschema.Draft202012Validator(schema.json_schema())
    return [error.message for error in validator.iter_errors(data)]


def turn(text: str) -> str:
    return f"pal: support.pal.yaml\nturns:\n  - {{user: hi, {text}}}\n"


def test_the_shipped_schema_is_current() -> None:
    hold(schema.SHIPPED, schema.render_schema())


def test_the_reference_page_is_current() -> None:
    hold(PAGE, reference.markdown())


def test_the_schema_is_one_of_its_dialect() -> None:
    jsonschema.Draft202012Validator.check_schema(schema.json_schema())


def test_every_part_of_the_schema_is_explained_and_the_other_way_round() -> None:
    defs: dict[str, Any] = schema.json_schema()["$defs"]
    explained = {part.__name__ for part in reference.PARTS} - {"WholeFile"}
    shorts = {"Matcher", "ShortCall", "ShortEvent", "ShortMark", "ShortPattern"}
    assert defs.keys() - {"File", "Scenario"} - shorts == explained


def test_every_key_of_the_language_is_described() -> None:
    missing = [
        f"{part.__name__}.{name}"
        for part in reference.PARTS
        for name, field in plan_of(part).fields.items()
        if not describe_field(field)
    ]
    assert missing == []


def test_every_key_of_a_part_is_in_the_schema() -> None:
    defs: dict[str, Any] = schema.json_schema()["$defs"]
    for part in (WholeScenario, Turn, call_values.CallExpectation):
        name = "Scenario" if part is WholeScenario else part.__name__
        assert plan_of(part).fields.keys() <= set(defs[name]["properties"])


def test_positions_know_the_reserved_words() -> None:
    assert {*call_values.RESERVED, "absent"} == source.BESIDE_A_NAME


@pytest.mark.parametrize(
    "text",
    [
        SCENARIO,
        turn("calls: none"),
        turn("calls: [a, {b: }, {c: {x: 1}, within: 2s}, {tool: d}, {unordered: [e, {f: {}}]}]"),
        turn("says: hello"),
        turn("says: [a, {$re: x}]"),
        turn("says: {contains: a, not: [b], matches: c}"),
        turn("plays: {calls: [a, {parallel: [b, {c: {x: 1}}]}], later: {after: 2, says: x}}"),
        turn("never: a"),
        turn("never: [a, {b: {x: 1}}]"),
        turn("events: [conversation.utterance, {absent: conversation.interrupt}]"),
        turn("quiet: 2s, extra: allowed, unchecked: on_call"),
        (
            "pal: {pal_name: P}\nhandler: {canned: {a: {body: 1}, b: [{status: 404}]}}\n"
            "client: {c: shown, d: {unanswered: true}}\nmarks: [{skip: why}, mine]\nturns: [{user: hi}]\n"
        ),
        "pal: p\nmarks: {xfail: why}\nparametrize: {matrix: {a: [1]}}\nturns: [{user: hi}]\n",
        "include: shared.yaml\nscenarios: [{name: a, parametrize: [{a: 1}], turns: [{user: hi}]}]\n",
    ],
)
def test_an_editor_accepts_what_the_loader_accepts(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize(
    "text",
    [
        turn("cals: none"),
        turn("calls: [{tool: a, resul: 1}]"),
        turn("says: {contain: a}"),
        turn("extra: maybe"),
        turn("within: soon"),
        turn("events: [conversation.utteranc]"),
        "pal: p\nturns: []\n",
        "pal: p\nhandlr: x\nturns: [{user: hi}]\n",
        "scenarios: []\n",
        "{}\n",
    ],
)
def test_an_editor_marks_what_the_loader_refuses(text: str) -> None:
    assert errors(text) != []
