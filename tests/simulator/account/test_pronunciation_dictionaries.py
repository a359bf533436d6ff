"""`/pronunciation-dictionaries`."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.account.resources import pronunciation_dictionaries
from tests.simulator.account.account import AccountClient

pytestmark = pytest.mark.asyncio

RULE = {"text": "Tavus", "pronunciation": "TAH-vus", "type": "alias"}


def open_account() -> AccountClient:
    return AccountClient(pronunciation_dictionaries.ROUTES)


async def create_dictionary(
    client: AccountClient, *rules: dict[str, Any], name: str = "Brands"
) -> dict[str, Any]:
    answer = await client.send(
        "POST /pronunciation-dictionaries/", {"name": name, "rules": list(rules)}
    )
    assert answer.status == 201, answer
    body: dict[str, Any] = answer.body
    return body


@pytest.mark.fidelity("resources.dictionaries")
async def test_a_dictionary_is_created_with_201_and_its_defaults() -> None:
    row = await create_dictionary(
        open_account(), RULE, {"text": "x", "pronunciation": "eks", "type": "ipa"}
    )
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
async def test_a_dictionary_beyond_a_limit_is_refused(body: dict[str, Any], said: str) -> None:
    assert await open_account().refusal("POST /pronunciation-dictionaries", body) == (
        400,
        {"error": f"Bad Request. {said}"},
    )


@pytest.mark.fidelity("resources.dictionaries")
async def test_a_dictionary_is_patched_by_operations_and_a_no_op_is_304() -> None:
    client = open_account()
    key = (await create_dictionary(client))["pronunciation_dictionary_id"]
    line = f"PATCH /pronunciation-dictionaries/{key}"
    row = await client.fetch(line, [{"op": "add", "path": "/rules/-", "value": RULE}])
    assert row["rules_count"] == 1
    assert (
        await client.send(line, [{"op": "replace", "path": "/name", "value": "Brands"}])
    ).status == (304)
    assert (await client.refusal(line, [{"op": "add", "path": "/rules/-", "value": RULE}]))[
        0
    ] == 400
    assert await client.refusal(line, {"name": "x"}) == (
        422,
        {"message": "Invalid JSON patch format"},
    )


async def test_dictionaries_are_listed_the_latest_first_from_page_0() -> None:
    client = open_account()
    first, second = [
        {"uuid": row["pronunciation_dictionary_id"], **row}
        for row in (
            await create_dictionary(client, name="One"),
            await create_dictionary(client, name="Two"),
        )
    ]
    line = "GET /pronunciation-dictionaries"
    assert (await client.fetch(line))["data"] == [second, first]
    assert (await client.fetch(line, page="1", limit="1", sort="asc"))["data"] == [second]


async def test_a_deleted_dictionary_is_not_found() -> None:
    client = open_account()
    key = (await create_dictionary(client))["pronunciation_dictionary_id"]
    line = f"/pronunciation-dictionaries/{key}"
    assert (await client.fetch(f"GET {line}"))["name"] == "Brands"
    assert (await client.send(f"DELETE {line}")).status == 204
    assert await client.refusal(f"GET {line}") == (
        404,
        {"error": "Pronunciation dictionary not found"},
    )
