"""`/pronunciation-dictionaries`."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.resources import pronunciation_dictionaries
from tests.simulator.account.account import Desk

pytestmark = pytest.mark.asyncio

RULE = {"text": "Tavus", "pronunciation": "TAH-vus", "type": "alias"}


def desk() -> Desk:
    return Desk(pronunciation_dictionaries.ROUTES)


async def made(at: Desk, *rules: dict[str, Any], name: str = "Brands") -> dict[str, Any]:
    answer = await at.ask("POST /pronunciation-dictionaries/", {"name": name, "rules": list(rules)})
    assert answer.status == 201, answer
    body: dict[str, Any] = answer.body
    return body


@pytest.mark.fidelity("resources.dictionaries")
async def test_a_dictionary_is_made_with_201_and_its_defaults() -> None:
    row = await made(desk(), RULE, {"text": "x", "pronunciation": "eks", "type": "ipa"})
    assert row["pronunciation_dictionary_id"].startswith("pd_")
    assert row["rules_count"] == 2
    assert row["rules"] == [
        {**RULE, "case_sensitive": False, "word_boundaries": True},
        {
            "text": "x",
            "pronunciation": "eks",
            "type": "ipa",
            "alphabet": "ipa",
            "case_sensitive": False,
            "word_boundaries": True,
        },
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": ""}, "{'name': ['name has 0 characters, expected 1 to 255']}"),
        (
            {"name": "x", "rules": [RULE, RULE]},
            (
                "{'rules': {1: {'text': [\"the text 'Tavus' is already that of rules[0]: texts "
                'must be unique in a dictionary"]}}}'
            ),
        ),
        (
            {"name": "x", "rules": [{**RULE, "text": "x" * 201, "pronunciation": ""}]},
            (
                "{'rules': {0: {'text': ['text has 201 characters, expected 1 to 200'], "
                "'pronunciation': ['pronunciation has 0 characters, expected 1 to 500']}}}"
            ),
        ),
        (
            {"name": "x", "rules": [{**RULE, "text": str(i)} for i in range(10_001)]},
            "{'rules': ['rules has 10001 entries, expected at most 10000']}",
        ),
    ],
)
async def test_a_dictionary_is_held_to_its_limits(body: dict[str, Any], said: str) -> None:
    assert await desk().refused("POST /pronunciation-dictionaries", body) == (
        400,
        {"error": f"Bad Request. {said}"},
    )


@pytest.mark.fidelity("resources.dictionaries")
async def test_a_dictionary_is_patched_by_operations_and_a_no_op_is_304() -> None:
    at = desk()
    line = f"PATCH /pronunciation-dictionaries/{(await made(at))['pronunciation_dictionary_id']}"
    row = await at.get(line, [{"op": "add", "path": "/rules/-", "value": RULE}])
    assert row["rules_count"] == 1
    assert (await at.ask(line, [{"op": "replace", "path": "/name", "value": "Brands"}])).status == (
        304
    )
    assert (await at.refused(line, [{"op": "add", "path": "/rules/-", "value": RULE}]))[0] == 400
    assert await at.refused(line, {"name": "x"}) == (
        422,
        {"message": "Invalid JSON patch format"},
    )


async def test_dictionaries_are_listed_the_latest_first_from_page_0() -> None:
    at = desk()
    first, second = [
        {"uuid": row["pronunciation_dictionary_id"], **row}
        for row in (await made(at, name="One"), await made(at, name="Two"))
    ]
    line = "GET /pronunciation-dictionaries"
    assert (await at.get(line))["data"] == [second, first]
    assert (await at.get(line, page="1", limit="1", sort="asc"))["data"] == [second]


async def test_a_deleted_dictionary_is_not_found() -> None:
    at = desk()
    line = f"/pronunciation-dictionaries/{(await made(at))['pronunciation_dictionary_id']}"
    assert (await at.get(f"GET {line}"))["name"] == "Brands"
    assert (await at.ask(f"DELETE {line}")).status == 204
    assert await at.refused(f"GET {line}") == (
        404,
        {"error": "Pronunciation dictionary not found"},
    )
