"""Arguments that no tool of the PAL declares are refused where they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.files import problems

TOOL = """
  - name: {name}
    description: Find a table.
    parameters: {parameters}
    delivery: {delivery}
"""
API = '{api: {url: "https://tables.example.com/find"}}'
PAGE = "{app_message: true}"
PARAMETERS = "{type: object, properties: {guests: {type: integer}, day: {type: string}}}"


def scenario(body: str, *, parameters: str = PARAMETERS, delivery: str = API) -> str:
    tool = TOOL.format(name="find", parameters=parameters, delivery=delivery)
    tools = tool.replace("\n", "\n  ")
    return f"pal:\n  pal_name: Desk\n  system_prompt: Hi.\n  tools:{tools}\n{body}"


@pytest.mark.parametrize(
    ("body", "delivery"),
    [
        ("turns: [{user: hi, calls: [find: {guest: 2}]}]", API),
        ("turns: [{user: hi, calls: [{tool: find, arguments: {guest: 2}}]}]", API),
        ("turns: [{user: hi, calls: [find], plays: {calls: [find: {guest: 2}]}}]", API),
        ("turns: [{user: hi, calls: [find], never: {find: {guest: 2}}}]", API),
        ("never: {find: {guest: 2}}\nturns: [{user: hi, calls: [find]}]", API),
        (
            (
                "handler: {canned: {find: {when: {guest: 2}, body: {}}}}\n"
                "turns: [{user: hi, calls: [find]}]"
            ),
            API,
        ),
        (
            "client: {find: {when: {guest: 2}, output: T-1}}\nturns: [{user: hi, calls: [find]}]",
            PAGE,
        ),
    ],
)
def test_an_undeclared_argument_is_refused(tmp_path: Path, body: str, delivery: str) -> None:
    text = scenario(body, delivery=delivery)
    (found,) = problems(tmp_path, text)
    place, _, message = found.partition(": ")
    line, column = (int(number) for number in place.split(":")[1:])
    assert text.splitlines()[line - 1][column - 1 :].startswith(("2", "{when"))
    assert message == "the tool 'find' has no parameter 'guest'\n    hint: did you mean 'guests'?"


@pytest.mark.parametrize(
    ("parameters", "hint"),
    [
        (PARAMETERS, "its parameters are: guests, day"),
        ("{type: object, properties: {}}", "it has none at all"),
    ],
)
def test_without_a_close_name_the_hint_lists_all_parameters(
    tmp_path: Path, parameters: str, hint: str
) -> None:
    text = scenario("turns: [{user: hi, calls: [find: {xyzzy: 2}]}]", parameters=parameters)
    (found,) = problems(tmp_path, text)
    assert found.endswith(f"the tool 'find' has no parameter 'xyzzy'\n    hint: {hint}")


@pytest.mark.parametrize(
    "parameters",
    [
        "{}",
        "{type: object}",
        "{type: object, properties: {day: {}}, additionalProperties: true}",
        "{type: object, properties: {day: {}}, patternProperties: {'^x': {}}}",
        "{type: object, properties: {day: {}}, anyOf: [{required: [day]}]}",
    ],
)
def test_an_open_schema_takes_undeclared_arguments(tmp_path: Path, parameters: str) -> None:
    body = "turns: [{user: hi, calls: [find: {xyzzy: 2}]}]"
    assert problems(tmp_path, scenario(body, parameters=parameters)) == []


@pytest.mark.parametrize(
    "turn",
    [
        "{user: hi, calls: [find: {guest: 2}], unchecked: argument_schema}",
    ],
)
def test_unchecked_argument_schema_allows_an_undeclared_argument(tmp_path: Path, turn: str) -> None:
    assert problems(tmp_path, scenario(f"turns: [{turn}]")) == []


@pytest.mark.parametrize("place", ["turn", "file"])
def test_calls_none_is_refused_where_extra_calls_are_allowed(tmp_path: Path, place: str) -> None:
    extra = "extra: allowed\n" if place == "file" else ""
    inside = ", extra: allowed" if place == "turn" else ""
    text = scenario(f"{extra}turns: [{{user: hi, calls: none{inside}, plays: Hi.}}]")
    (found,) = problems(tmp_path, text)
    assert found.endswith(
        "calls: none cannot fail where any call is allowed\n"
        "    hint: leave calls out, or write extra: refused in this turn"
    )
