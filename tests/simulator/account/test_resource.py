"""A resource that is nothing but its description."""

from __future__ import annotations

from functools import partial

import pytest

from pytest_tavus.contract.body import Json
from pytest_tavus.simulator.account.requests.api import ApiAnswer
from pytest_tavus.simulator.account.requests.bodies import read_object
from pytest_tavus.simulator.account.requests.pages import any_of, contains, equals
from pytest_tavus.simulator.account.requests.refusals import bad_field, not_found
from pytest_tavus.simulator.account.resource import JsonResource
from tests.simulator.account.account import Desk

pytestmark = pytest.mark.asyncio


def read(body: object) -> Json:
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


async def made(at: Desk, name: str = "north") -> str:
    answer = await at.ask("POST /shelves", {"name": name})
    assert answer.status == 201
    return str(answer.body["shelf_id"])


def desk() -> Desk:
    return Desk(SHELVES.routes())


async def test_the_plain_routes_are_those_that_the_description_has_a_source_for() -> None:
    assert [(each.method, each.path, each.source) for each in SHELVES.routes()] == [
        ("POST", "/shelves", "doc"),
        ("GET", "/shelves", "client"),
        ("GET", "/shelves/{id}", "doc"),
        ("PATCH", "/shelves/{id}", "doc"),
        ("DELETE", "/shelves/{id}", "inferred"),
    ]


async def test_a_record_is_answered_without_what_is_hidden() -> None:
    at = desk()
    key = await made(at)

    found = await at.get(f"GET /shelves/{key}")

    assert (len(key), key[:2]) == (6, "sh")
    assert found.keys() == {"shelf_id", "name", "kind", "tags", "created_at", "updated_at"}
    assert at.account.tools.require(key, not_found("?"))["secret"] == "s"


async def test_a_body_that_is_refused_leaves_no_record() -> None:
    at = desk()

    assert (await at.refused("POST /shelves", {}))[0] == 400
    assert [*at.account.tools.rows()] == []


@pytest.mark.parametrize("line", ["GET /shelves/x", "PATCH /shelves/x", "DELETE /shelves/x"])
async def test_an_id_that_is_nobodys_is_missing(line: str) -> None:
    assert await desk().refused(line, []) == (404, {"error": "Shelf not found"})


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
async def test_a_list_has_what_every_filter_lets_through(
    query: dict[str, str], names: list[str]
) -> None:
    at = desk()
    await made(at)
    await made(at, "south")

    assert [row["name"] for row in (await at.get("GET /shelves", **query))["data"]] == names


async def test_a_choice_that_does_not_exist_is_refused_even_of_an_empty_list() -> None:
    assert (await desk().refused("GET /shelves", kind="other"))[0] == 400


async def test_a_patch_sees_what_is_written_and_is_read_like_a_new_record() -> None:
    at = desk()
    key = await made(at)
    at.time += 60

    changed = await at.get(
        f"PATCH /shelves/{key}", [{"op": "replace", "path": "/name", "value": "west"}]
    )
    assert changed["name"] == "west"
    assert changed["updated_at"] > changed["created_at"]
    for path in ("/kind", "/secret"):
        patch = [{"op": "replace", "path": path, "value": "x"}]
        assert (await at.refused(f"PATCH /shelves/{key}", patch))[0] == 400
    wrong = [{"op": "replace", "path": "/name", "value": 1}]
    assert (await at.refused(f"PATCH /shelves/{key}", wrong))[0] == 400
    assert (await at.get(f"GET /shelves/{key}"))["name"] == "west"


async def test_a_patch_that_changes_nothing_is_a_304() -> None:
    at = desk()
    patch = [{"op": "replace", "path": "/name", "value": "north"}]

    assert await at.ask(f"PATCH /shelves/{await made(at)}", patch) == ApiAnswer(status=304)


async def test_a_record_that_is_fixed_is_neither_changed_nor_deleted() -> None:
    at = desk()
    key = await made(at)
    at.account.tools.require(key, not_found("?"))["kind"] = "stock"

    assert await at.refused(f"PATCH /shelves/{key}", []) == (
        400,
        {"error": "A stock shelf cannot be changed"},
    )
    assert await at.refused(f"DELETE /shelves/{key}") == (
        400,
        {"error": "A stock shelf cannot be deleted"},
    )
    assert at.account.tools.get(key) is not None


async def test_a_deleted_record_leaves_the_pals_that_name_it() -> None:
    at = desk()
    key = await made(at)
    pal = at.account.pals.put("p1", {"tool_ids": [key, "other"]})

    assert (await at.ask(f"DELETE /shelves/{key}")).status == 204
    assert pal["tool_ids"] == ["other"]
    assert (await at.refused(f"GET /shelves/{key}"))[0] == 404
