from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.contract.pal.lints import (
    LAYER_VALUES,
    check_answer_heard,
    creation_problems,
    lints,
)
from pytest_tavus.contract.tool.lints import PROMISE, tool_lints
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.spans import format_loc
from tests.contract.samples import api_body, api_tool, only, pal, told, tool, tool_body

HEAR = "set on_resolve: generate_response, or response_in_result to have it spoken word for word"


def test_a_tool_that_says_what_it_means_is_not_warned_of() -> None:
    assert told(tool_lints(tool())) == []
    assert told(tool_lints(api_tool())) == []
    assert told(tool_lints(tool(description="Adds a note.", on_resolve="fire_and_forget"))) == []


def test_on_resolve_left_at_its_default_is_warned_of() -> None:
    lint = only(tool_lints(tool(on_resolve=None)))
    assert lint.loc == ("on_resolve",)
    assert lint.message == (
        "on_resolve of 'get_order_status' is not written, which means fire_and_forget: "
        "the PAL never hears the answer"
    )
    assert lint.hint == "write on_resolve: fire_and_forget where that is meant"


@pytest.mark.parametrize(
    ("written", "cause"),
    [
        (None, "is not written, which means fire_and_forget"),
        ("fire_and_forget", "is fire_and_forget"),
    ],
)
def test_a_promised_answer_that_is_never_heard_is_warned_of(
    written: str | None, cause: str
) -> None:
    lint = only(tool_lints(tool(description="Looks up an order.", on_resolve=written)))
    assert lint.loc == ("on_resolve",)
    assert lint.message == (
        "the description of 'get_order_status' promises an answer ('Looks up'), "
        f"but its on_resolve {cause}: the PAL never hears it"
    )
    assert lint.hint == HEAR


@pytest.mark.parametrize("value", ["generate_response", "response_in_result", "add_to_context"])
def test_a_promise_that_is_kept_is_not_warned_of(value: str) -> None:
    assert told(tool_lints(tool(description="Looks up an order.", on_resolve=value))) == []


@pytest.mark.parametrize("changes", [{"origin": "vision"}, {"trigger_type": "post_call"}])
def test_tools_that_nobody_can_hear_are_not_asked_for_on_resolve(changes: dict[str, Any]) -> None:
    assert told(tool_lints(tool(description="Looks up.", on_resolve=None, **changes))) == []


@pytest.mark.parametrize(
    "description",
    [
        "Returns the price of a product.",
        "Look up an order by its number.",
        "Tells the caller when the parcel arrives.",
        "Get the order status.",
        "Gets the current account balance",
        "Fetch the latest delivery details.",
        "Check whether a table is free.",
        "Checks the availability of a room.",
        "Searches for a flight.",
    ],
)
def test_words_that_promise_an_answer_are_known(description: str) -> None:
    assert PROMISE.search(description) is not None


@pytest.mark.parametrize(
    "description",
    [
        "",
        "Starts the return of an item.",
        "Registers that the customer returns shoes.",
        "Books a table.",
        "Cancel an order.",
        "Sends the status to the warehouse.",
        "Getting ready for the call.",
        "Shows the cart on the screen.",
        "Ends the call.",
    ],
)
def test_words_that_promise_nothing_are_left_alone(description: str) -> None:
    assert PROMISE.search(description) is None


@pytest.mark.parametrize(
    ("written", "cause"),
    [
        (None, "is not written, which means fire_and_forget"),
        ("fire_and_forget", "is fire_and_forget"),
    ],
)
def test_an_answer_that_is_expected_and_never_heard_is_named(
    written: str | None, cause: str
) -> None:
    lint = check_answer_heard(tool(on_resolve=written))
    assert lint is not None
    assert lint.loc == ("on_resolve",)
    assert lint.message == (
        "the answer of 'get_order_status' is expected to be heard, "
        f"but its on_resolve {cause}: the PAL never hears it"
    )
    assert lint.hint == HEAR


@pytest.mark.parametrize("value", ["generate_response", "response_in_result", "add_to_context"])
def test_an_answer_that_reaches_the_pal_may_be_expected(value: str) -> None:
    assert check_answer_heard(tool(on_resolve=value)) is None


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"url": "https://api.example.com/{order_id}"}, "delivery.api.url"),
        (
            {"url": "https://api.example.com", "query_params": {"q": "{order_id}"}},
            "delivery.api.query_params.q",
        ),
        (
            {"url": "https://api.example.com", "body_template": {"a": ["{order_id}"]}},
            "delivery.api.body_template.a[0]",
        ),
    ],
)
def test_a_placeholder_for_an_optional_parameter_is_warned_of(
    changes: dict[str, Any], place: str
) -> None:
    body = api_body(**changes)
    assert told(tool_lints(Tool.from_json(body))) == []
    optional: dict[str, Any] = {**body["parameters"], "required": []}
    lint = only(tool_lints(Tool.from_json({**body, "parameters": optional})))
    assert format_loc(lint.loc) == place
    assert lint.message == (
        "the placeholder {order_id} stands for an optional parameter: "
        "a call may leave it out, and what is sent then is not known"
    )
    assert lint.hint == "add order_id to parameters.required"


@pytest.mark.parametrize("text", ["{order-id}", "{ order_id }", "{{order_id}}", "{order.id}"])
def test_what_only_looks_like_a_placeholder_is_warned_of(text: str) -> None:
    assert told(tool_lints(api_tool(query_params={"q": f"x{text}"}))) == [
        (
            "delivery.api.query_params.q",
            (
                f"{text!r} is not a placeholder and is not replaced as one: "
                "expected a name of letters, digits and _ in single braces"
            ),
        )
    ]


@pytest.mark.parametrize("text", ["{}", '{"a": 1}', "{1}", "{order_id}", "a { b", "[x]"])
def test_other_braces_are_left_alone(text: str) -> None:
    assert told(tool_lints(api_tool(query_params={"q": text}))) == []


def test_a_filler_that_is_never_said_is_warned_of() -> None:
    said = tool(on_call="static_filler", static_filler="One moment.")
    assert told(tool_lints(said)) == []
    assert told(tool_lints(tool(on_call="silent", static_filler="One moment."))) == [
        ("static_filler", "static_filler is never said: on_call is 'silent'")
    ]


def test_a_required_parameter_that_is_not_described_is_warned_of() -> None:
    parameters: dict[str, Any] = {"type": "object", "properties": {"a": {}}, "required": ["a", "b"]}
    assert told(tool_lints(tool(parameters=parameters))) == [
        (
            "parameters.required[1]",
            (
                "'b' is required but not described in parameters.properties: "
                "the model is not told what it is"
            ),
        )
    ]


def test_lints_of_a_pal_have_their_place_in_the_pal() -> None:
    tested = pal(
        tools=[tool_body(), tool_body(name="other", on_resolve=None)],
        layers={"perception": {"perception_model": "raven-7"}},
        guardrails=[{"guardrail_name": "g", "guardrail_prompt": "p"}] * 2,
    )
    assert told(lints(tested))[1:] == [
        (
            "layers.perception.perception_model",
            "'raven-7' is not a known value of perception_model: expected raven-1, raven-0, off",
        ),
        (
            "guardrails[1].guardrail_name",
            "two guardrails are named 'g': a verdict cannot tell them apart",
        ),
    ]
    assert told(lints(tested))[0][0] == "tools[1].on_resolve"


def test_known_values_of_layers_are_not_warned_of() -> None:
    for (layer, key), values in LAYER_VALUES.items():
        for value in values:
            assert told(lints(pal(layers={layer: {key: value}}))) == []


def test_a_pal_that_tavus_would_create_is_not_warned_of() -> None:
    full = pal(system_prompt="You help.", default_face_id="r1", context="c")
    echo = pal(pipeline_mode="echo", default_face_id="r1")
    assert told(creation_problems(full)) == []
    assert told(creation_problems(echo)) == []


def test_what_tavus_would_refuse_on_create_is_told_apart_from_the_rest() -> None:
    assert told(lints(pal())) == []
    assert told(creation_problems(pal())) == [
        (
            "system_prompt",
            "system_prompt is missing: Tavus requires it when pipeline_mode is 'full'",
        ),
        ("default_face_id", "default_face_id is missing: Tavus requires it to create a PAL"),
    ]
    echo = pal(pipeline_mode="echo", system_prompt="x", context="c", default_face_id="r1")
    assert told(creation_problems(echo)) == [
        ("system_prompt", "Tavus refuses system_prompt when pipeline_mode is 'echo'"),
        ("context", "Tavus refuses context when pipeline_mode is 'echo'"),
    ]
