"""A resource that is nothing but its description."""

from __future__ import annotations

from functools import partial

import pytest

from pytest_tavus.contract.body import JsonDict
from pytest_tavus.simulator.account.requests.api import ApiAnswer
from pytest_tavus.simulator.account.requests.bodies import read_object
from pytest_tavus.simulator.account.requests.pages import any_of, contains, equals
from pytest_tavus.simulator.account.requests.refusals import bad_field, not_found
from pytest_tavus.simulator.account.resource import JsonResource
from tests.simulator.account.account import AccountClient

pytestmark = pytest.mark.asyncio


def read(body: object) -> JsonDict:
    name = read_object(body).get("name")
    if not isinstance(name, str):
        raise bad_field("name", "expected a text")
    return {"name": name, "kind": "own", "tags": ["a", "b"], "secret": "s", "_seen": 0}


SHELVES = JsonResource(
    table=lambda account: account.tools,
    path="/shelves",
    key="shelf_id",
    placeholder="id",
    missing=partial(not_found, "Shelf not found"),
    prefix="sh",
    length=4,
    read=read,
    patchable_fields=("name",),
    created_status=201,
    filters=(equals("name", kind=("own", "stock")), any_of("tags"), contains("search", "name")),
    hidden=("secret",),
    check_change=lambda row, done: (
        f"A stock shelf cannot be {done}" if row["kind"] == "stock" else ""
    ),
    pal_field="tool_ids",
    plain={
        "create": "doc",
        "listing": "client",
        "show": "doc",
        "change": "doc",
        "delete": "inferred",
    },
)


async def create_shelf(client: AccountClient, name: str = "north") -> str:
    answer = await client.send("POST /shelves", {"name": name})
    assert answer.status == 201
    return str(answer.body["shelf_id"])


def open_account() -> AccountClient:
    return AccountClient(SHELVES.routes())


async def test_the_plain_routes_are_those_that_the_description_has_a_source_for() -> None:
    assert [(each.method, each.path, each.source) for each in SHELVES.routes()] == [
        ("POST", "/shelves", "doc"),
        ("GET", "/shelves", "client"),
        ("GET", "/shelves/{id}", "doc"),
        ("PATCH", "/shelves/{id}", "doc"),
        ("DELETE", "/shelves/{id}", "inferred"),
    ]


async def test_a_record_is_answered_without_hidden_fields() -> None:
    client = open_account()
    key = await create_shelf(client)

    found = await client.fetch(f"GET /shelves/{key}")

    assert (len(key), key[:2]) == (6, "sh")
    assert found.keys() == {"shelf_id", "name", "kind", "tags", "created_at", "updated_at"}
    assert client.account.tools.require(key, not_found("?"))["secret"] == "s"


async def test_a_body_that_is_refused_leaves_no_record() -> None:
    client = open_account()

    assert (await client.refusal("POST /shelves", {}))[0] == 400
    assert [*client.account.tools.rows()] == []


@pytest.mark.parametrize("line", ["GET /shelves/x", "PATCH /shelves/x", "DELETE /shelves/x"])
async def test_an_unknown_id_is_not_found(line: str) -> None:
    assert await open_account().refusal(line, []) == (404, {"error": "Shelf not found"})


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["north", "south"]),
        ({"name": "north"}, ["north"]),
        ({"kind": "own"}, ["north", "south"]),
        ({"kind": "stock"}, []),
        ({"tags": "c, b"}, ["north", "south"]),
        ({"tags": "c"}, []),
        ({"search": "OUT"}, ["south"]),
    ],
)
async def test_a_list_has_the_rows_that_match_every_filter(
    query: dict[str, str], names: list[str]
) -> None:
    client = open_account()
    await create_shelf(client)
    await create_shelf(client, "south")

    assert [row["name"] for row in (await client.fetch("GET /shelves", **query))["data"]] == names


async def test_a_choice_that_does_not_exist_is_refused_even_of_an_empty_list() -> None:
    assert (await open_account().refusal("GET /shelves", kind="other"))[0] == 400


async def test_a_patch_sees_client_fields_only_and_its_result_is_validated() -> None:
    client = open_account()
    key = await create_shelf(client)
    client.time += 60

    changed = await client.fetch(
        f"PATCH /shelves/{key}", [{"op": "replace", "path": "/name", "value": "west"}]
    )
    assert changed["name"] == "west"
    assert changed["updated_at"] > changed["created_at"]
    for path in ("/kind", "/secret"):
        patch = [{"op": "replace", "path": path, "value": "x"}]
        assert (await client.refusal(f"PATCH /shelves/{key}", patch))[0] == 400
    wrong = [{"op": "replace", "path": "/name", "value": 1}]
    assert (await client.refusal(f"PATCH /shelves/{key}", wrong))[0] == 400
    assert (await client.fetch(f"GET /shelves/{key}"))["name"] == "west"


async def test_a_patch_that_changes_nothing_is_a_304() -> None:
    client = open_account()
    patch = [{"op": "replace", "path": "/name", "value": "north"}]

    assert await client.send(f"PATCH /shelves/{await create_shelf(client)}", patch) == ApiAnswer(
        status=304
    )


async def test_a_stock_record_is_neither_changed_nor_deleted() -> None:
    client = open_account()
    key = await create_shelf(client)
    client.account.tools.require(key, not_found("?"))["kind"] = "stock"

    assert await client.refusal(f"PATCH /shelves/{key}", []) == (
        400,
        {"error": "A stock shelf cannot be changed"},
    )
    assert await client.refusal(f"DELETE /shelves/{key}") == (
        400,
        {"error": "A stock shelf cannot be deleted"},
    )
    assert client.account.tools.get(key) is not None


async def test_a_deleted_record_leaves_the_pals_that_name_it() -> None:
    client = open_account()
    key = await create_shelf(client)
    pal = client.account.pals.put("p1", {"tool_ids": [key, "other"]})

    assert (await client.send(f"DELETE /shelves/{key}")).status == 204
    assert pal["tool_ids"] == ["other"]
    assert (await client.refusal(f"GET /shelves/{key}"))[0] == 404
