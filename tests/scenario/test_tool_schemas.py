"""Schemas of tools: what is wrong with one is told at its line of the PAL's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_tavus.errors import ScenarioError
from tests.scenario.files import PAL, SCENARIO, loaded, problems

ORDER_ID = "order_id: {type: string, description: The order}"


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        (
            '{$ref: "https://shop.example/order.json"}',
            (
                "support.pal.yaml:10:26: 'https://shop.example/order.json' leads out of these "
                "parameters, and nothing is ever fetched"
            ),
        ),
        (
            r'{pattern: "\\A-"}',
            (
                r"support.pal.yaml:10:29: '\\A-' is not a pattern of JSON Schema, which are those "
                r"of ECMA-262: \A is no escape of ECMA-262: write ^ for the beginning"
            ),
        ),
    ],
)
def test_a_schema_is_refused_at_its_line(tmp_path: Path, schema: str, told: str) -> None:
    pal = PAL.replace(ORDER_ID, f"order_id: {schema}", 1)
    (tmp_path / "support.pal.yaml").write_text(pal, encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        loaded(tmp_path, SCENARIO)
    assert [str(problem).partition("\n")[0] for problem in refused.value.problems] == [told]


def test_a_schema_that_refers_to_itself_below_a_property_is_loaded(tmp_path: Path) -> None:
    pal = PAL.replace(ORDER_ID, ORDER_ID + '\n        part: {$ref: "#"}', 1)
    (tmp_path / "support.pal.yaml").write_text(pal, encoding="utf-8")
    assert len(loaded(tmp_path, SCENARIO)) == 1


@pytest.mark.parametrize(
    ("auth", "told"),
    [
        (
            "{type: bearer, bearer: x}",
            ["unknown key in auth of type bearer", "auth of type bearer needs the key 'token'"],
        ),
        (
            "{type: basic, user: a, password: b}",
            ["unknown key in auth of type basic", "auth of type basic needs the key 'username'"],
        ),
        ("{type: bearer, token: x}", []),
    ],
)
def test_a_wrong_key_is_told_before_the_one_that_is_missing(
    tmp_path: Path, auth: str, told: list[str]
) -> None:
    url = 'url: "https://shop.example.com/orders/status"'
    pal = PAL.replace(url, f"{url}, auth: {auth}", 1)
    (tmp_path / "support.pal.yaml").write_text(pal, encoding="utf-8")
    assert [
        one.split(": ", 1)[1].partition("\n")[0] for one in problems(tmp_path, SCENARIO)
    ] == told
