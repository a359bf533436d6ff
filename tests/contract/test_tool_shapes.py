from __future__ import annotations

from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator

from pytest_tavus.contract.json_schema import schema_of
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.refusal import ShapeError
from pytest_tavus.contract.tool.auth import NoAuth
from pytest_tavus.contract.tool.tool import Delivery, Tool
from tests.contract.samples import api_body, api_tool, pal, tool, tool_body

DOCUMENTED: dict[str, Any] = {
    "tool_id": "tabc123def456",
    "owner_id": "o1",
    "name": "get_price",
    "description": "The price of a product.",
    "parameters": {"type": "object", "properties": {"sku": {"type": "string"}}},
    "delivery": {
        "app_message": False,
        "api": {
            "url": "https://api.example.com/prices",
            "method": "POST",
            "timeout": 10,
            "headers": None,
            "auth": {"type": "bearer", "token": "t0ken"},
            "body_template": {"sku": "{sku}"},
            "query_params": None,
            "content_type": "application/json",
        },
    },
    "origin": "llm",
    "on_call": None,
    "on_resolve": None,
    "static_filler": None,
    "tags": [],
    "is_system_tool": False,
    "created_at": "2026-04-29T03:45:49Z",
    "updated_at": None,
}


def test_a_tool_pasted_from_the_api_is_accepted_with_its_nulls_and_server_fields() -> None:
    pasted = Tool.from_json(DOCUMENTED)
    assert pasted.tool_id == "tabc123def456"
    assert pasted.delivery.api is not None
    assert pasted.delivery.api.headers == {}
    assert pasted.on_resolve is None


def test_defaults_are_those_of_the_service() -> None:
    plain = Tool.from_json({"name": "a", "description": "d"})
    assert plain.delivery == Delivery(app_message=True)
    assert (plain.trigger_type, plain.origin, plain.tags) == ("in_call", "llm", ())
    assert (plain.effective_on_call, plain.effective_on_resolve) == (
        "generate_filler",
        "fire_and_forget",
    )
    api = api_tool().delivery.api
    assert api is not None
    assert (api.method, api.timeout, api.auth) == ("POST", 10, NoAuth())


def test_what_the_author_wrote_can_be_told_from_a_default() -> None:
    written = tool(on_resolve="fire_and_forget")
    absent = Tool.from_json({"name": "a", "description": "d", "on_resolve": None})
    assert written.effective_on_resolve == absent.effective_on_resolve
    assert "on_resolve" in written.written
    assert "on_resolve" not in absent.written


@pytest.mark.parametrize(
    ("changes", "heard"),
    [
        ({}, "generate_filler"),
        ({"on_call": "passthrough"}, "passthrough"),
        ({"origin": "vision"}, "silent"),
        ({"origin": "audio"}, "silent"),
        ({"trigger_type": "post_call"}, "silent"),
    ],
)
def test_only_a_tool_that_the_model_calls_has_a_filler_by_default(
    changes: dict[str, Any], heard: str
) -> None:
    assert tool(**changes).effective_on_call == heard


def test_the_channel_follows_the_delivery() -> None:
    assert tool().channel == "app_message"
    assert api_tool().channel == "api"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": 1},
        {"tags": "a"},
        {"tags": {"a": 1}},
        {"tags": [1]},
        {"on_call": "loud"},
        {"colour": "red"},
        {"delivery": {"app_message": "yes"}},
        {"delivery": {"app_message": 1}},
    ],
)
def test_nothing_is_converted_and_nothing_unknown_is_accepted(changes: dict[str, Any]) -> None:
    assert Tool.from_json(tool_body())
    with pytest.raises(ShapeError):
        tool(**changes)


@pytest.mark.parametrize("timeout", ["10", True, None])
def test_a_timeout_is_a_number_and_null_is_the_default(timeout: Any) -> None:
    if timeout is None:
        api = api_tool(timeout=timeout).delivery.api
        assert api is not None
        assert api.timeout == 10
    else:
        with pytest.raises(ShapeError):
            api_tool(timeout=timeout)


def test_a_pal_is_frozen_and_finds_its_tools_by_name() -> None:
    one = pal()
    with pytest.raises(AttributeError):
        one.pal_name = "Other"  # type: ignore[misc]
    assert one.tool("get_order_status") is one.tools[0]
    assert one.tool("other") is None


def test_a_pal_may_be_partial() -> None:
    assert Pal.from_json({}).pal_name == "Agentic Tavus PAL"


def test_older_spellings_are_read_as_the_newer_ones() -> None:
    older = Pal.from_json(
        {
            "persona_id": "p1",
            "persona_name": "Support",
            "persona_description": "Helps.",
            "default_replica_id": "r1",
            "layers": {"conversational_flow": {"replica_interruptibility": "low"}},
        }
    )
    newer = Pal.from_json(
        {
            "pal_id": "p1",
            "pal_name": "Support",
            "pal_description": "Helps.",
            "default_face_id": "r1",
            "layers": {"conversational_flow": {"face_interruptibility": "low"}},
        }
    )
    assert older == newer


def test_two_spellings_of_one_field_must_agree() -> None:
    assert Pal.from_json({"persona_name": "A", "pal_name": "A"}).pal_name == "A"
    with pytest.raises(ShapeError, match="persona_name and pal_name are two spellings"):
        Pal.from_json({"persona_name": "A", "pal_name": "B"})


def test_a_body_can_be_written_back_and_read_again() -> None:
    body = {"tools": [api_body(auth={"type": "hmac", "secret": "s3cret"})], "tool_ids": ["t1"]}
    read = Pal.from_json(body)
    assert Pal.from_json(read.to_json(nulls=False)) == read


def test_an_objective_is_found_by_its_name() -> None:
    written = [{"objective_name": name, "objective_prompt": "Ask."} for name in ("a", "b")]
    objectives = pal(objectives={"data": written}).objectives
    assert objectives is not None
    assert objectives.objective("b") is objectives.data[1]
    assert objectives.objective("c") is None


def test_a_json_schema_of_a_pal_accepts_what_the_models_accept() -> None:
    schema = schema_of(Pal)
    Draft202012Validator.check_schema(schema)
    validator: Any = cast("Any", Draft202012Validator)(schema)
    assert validator.is_valid({"pal_name": "Support", "tools": [tool_body(), api_body()]})
    assert not validator.is_valid({"pal_nme": "Support"})
    assert not validator.is_valid({"tools": [tool_body(on_call="loud")]})
