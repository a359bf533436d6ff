"""JSON Patch: what the official client lets through, and what it refuses by itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from pytest_tavus.json_data import JsonObject
from pytest_tavus.simulator.mcp.client import ToolRefusal
from pytest_tavus.simulator.mcp.patching import (
    field_operations,
    pal_patch_paths,
    read_operations,
)
from tests.strategies import any_text, json_objects


@pytest.mark.fidelity("mcp.patch_paths")
def test_a_pal_has_as_many_paths_as_in_the_official_client() -> None:
    assert len(pal_patch_paths()) == 118


@pytest.mark.fidelity("mcp.patch_paths")
@pytest.mark.parametrize(
    "path",
    [
        "/greeting",
        "/layers/llm/model",
        "/layers/llm/headers/x-team",
        "/layers/sts/a/b",
        "/tool_ids/-",
        "/document_ids/0",
        "/layers/conferencing/username",
    ],
)
def test_a_known_path_is_let_through(path: str) -> None:
    operation: JsonObject = {"op": "add", "path": path, "value": 1}

    assert read_operations([operation], paths=pal_patch_paths()) == [operation]


@pytest.mark.fidelity("mcp.patch_paths")
@pytest.mark.parametrize(
    ("operation", "told"),
    [
        (
            {"op": "add", "path": "/layers/llm/tools", "value": []},
            (
                "ops[0].path: '/layers/llm/tools' is no path of a PAL, did you mean "
                "/layers/llm/model or /layers/llm or /layers/llm/is_custom?"
            ),
        ),
        (
            {"op": "remove", "path": "greeting"},
            "ops[0].path: a path must begin with '/', found 'greeting'",
        ),
        ({"op": "remove", "path": "/zzzzzzz"}, "ops[0].path: '/zzzzzzz' is no path of a PAL"),
        (
            {"op": "move", "path": "/greeting", "from": "/zzzzzzz"},
            "ops[0].from: '/zzzzzzz' is no path of a PAL",
        ),
        (
            {"op": "put", "path": "/greeting"},
            "ops[0].op: expected one of add, remove, replace, move, copy, test",
        ),
        ({"op": "remove"}, "ops[0].path: expected a pointer such as '/greeting'"),
        (
            {"op": "remove", "path": "/greeting", "to": 1},
            "ops[0].to: an operation has op, path, value and from only",
        ),
    ],
)
def test_an_operation_that_the_official_client_does_not_send_is_refused(
    operation: dict[str, Any], told: str
) -> None:
    with pytest.raises(ToolRefusal) as refusal:
        read_operations([operation], paths=pal_patch_paths())

    assert str(refusal.value) == told


def test_the_operation_that_is_wrong_is_counted() -> None:
    with pytest.raises(ToolRefusal, match=r"^ops\[1\]\.op"):
        read_operations([{"op": "test", "path": "/x"}, {"path": "/x"}])


@given(any_text.filter(bool), json_objects)
def test_fields_become_operations_that_set_them(name: str, value: dict[str, Any]) -> None:
    assert field_operations({name: value}) == [{"op": "add", "path": f"/{name}", "value": value}]


def test_no_field_is_nothing_to_change() -> None:
    with pytest.raises(ToolRefusal) as refusal:
        field_operations({})

    assert str(refusal.value) == "nothing to change was given: give at least one field"
