"""What a client may send, and the one sentence for everything else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.rooms.inbound import (
    SENSITIVITY_VALUES,
    Command,
    Context,
    Echo,
    Interrupt,
    Respond,
    Sensitivity,
    ToolResult,
    read,
)
from tests.simulator.rooms.room import CONVERSATION_ID, build_app_message

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)

TAKEN = (
    "conversation.respond, conversation.echo, conversation.interrupt, "
    "conversation.overwrite_llm_context, conversation.append_llm_context, "
    "conversation.sensitivity, conversation.tool_result"
)


def taken(message: object) -> Command:
    return read(message, conversation_id=CONVERSATION_ID)


def refused(message: object) -> str:
    with pytest.raises(ServiceError) as refusal:
        taken(message)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("message", "command"),
    [
        (build_app_message("respond", text="Hi."), Respond(text="Hi.")),
        (build_app_message("echo", modality="text", text="Hello."), Echo(text="Hello.")),
        (
            build_app_message("echo", text="Hello.", inference_id="i1", done=True),
            Echo(text="Hello.", inference_id="i1"),
        ),
        (
            build_app_message("echo", modality="audio", audio="AAAA", sample_rate=24000),
            Echo(text=None),
        ),
        (build_app_message("interrupt"), Interrupt()),
        (
            build_app_message("overwrite_llm_context", context="New."),
            Context(text="New.", append=False),
        ),
        (build_app_message("overwrite_llm_context", context=""), Context(text="", append=False)),
        (
            build_app_message("append_llm_context", context="More."),
            Context(text="More.", append=True),
        ),
        (
            build_app_message("tool_result", tool_call_id="call_1", name="find", output="T4"),
            ToolResult(call_id="call_1", output="T4", status="success"),
        ),
        (
            build_app_message(
                "tool_result", tool_call_id="call_1", output={"table": "4"}, status="error"
            ),
            ToolResult(call_id="call_1", output='{"table": "4"}', status="error"),
        ),
        (
            build_app_message("tool_result", tool_call_id="call_1"),
            ToolResult(call_id="call_1", output="", status="success"),
        ),
    ],
)
@pytest.mark.fidelity("live.client_messages")
def test_a_message_that_tavus_accepts_is_read_as_its_command(
    message: dict[str, Any], command: Command
) -> None:
    assert taken(message) == command


@pytest.mark.parametrize("value", SENSITIVITY_VALUES)
def test_a_sensitivity_is_one_of_a_list(value: str) -> None:
    message = build_app_message("sensitivity", participant_pause_sensitivity=value)
    assert taken(message) == Sensitivity(setting="participant_pause_sensitivity", value=value)


def test_an_interrupt_needs_no_properties() -> None:
    message = build_app_message("interrupt")
    del message["properties"]
    assert taken(message) == Interrupt()


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("text", "an app message is an object, not 'text'"),
        ({}, "the event_type of an app message is missing, not text"),
        (
            {**build_app_message("respond", text="Hi."), "message_type": "system"},
            "the message_type of an app message is 'system'; here it must be 'conversation'",
        ),
        (
            build_app_message("respond", "c9", text="Hi."),
            f"the conversation_id of an app message is 'c9'; here it must be '{CONVERSATION_ID}'",
        ),
        (
            {**build_app_message("respond"), "properties": "Hi."},
            "the properties of conversation.respond are 'Hi.', not an object",
        ),
        (build_app_message("respond"), "conversation.respond: `text` is missing, not text"),
        (build_app_message("respond", text=7), "conversation.respond: `text` is 7, not text"),
        (build_app_message("respond", text=""), "conversation.respond: `text` is empty"),
        (
            build_app_message("utterance", role="user", speech="Hi."),
            f"conversation.utterance is sent by Tavus and not to it; it takes: {TAKEN}",
        ),
        (
            build_app_message("responds", text="Hi."),
            (
                "Tavus takes no app message of type 'conversation.responds'; "
                "did you mean 'conversation.respond'?"
            ),
        ),
        (
            {**build_app_message("respond"), "event_type": "zzz"},
            f"Tavus takes no app message of type 'zzz'; it takes: {TAKEN}",
        ),
        (
            build_app_message("echo", modality="video", text="Hi."),
            "conversation.echo: `modality` is 'video'; one of: text, audio",
        ),
        (
            build_app_message("echo", modality="audio"),
            "conversation.echo: `audio` is missing, not text",
        ),
        (
            build_app_message("append_llm_context", context=""),
            "conversation.append_llm_context: `context` is empty",
        ),
        (
            build_app_message("sensitivity"),
            (
                "conversation.sensitivity: give exactly one of participant_pause_sensitivity and "
                "participant_interrupt_sensitivity, not neither"
            ),
        ),
        (
            build_app_message(
                "sensitivity",
                participant_pause_sensitivity="low",
                participant_interrupt_sensitivity="low",
            ),
            (
                "conversation.sensitivity: give exactly one of participant_pause_sensitivity and "
                "participant_interrupt_sensitivity, not both"
            ),
        ),
        (
            build_app_message("sensitivity", participant_pause_sensitivity="lower"),
            (
                "conversation.sensitivity: `participant_pause_sensitivity` is 'lower'; "
                "one of: superlow, verylow, low, medium, high, auto"
            ),
        ),
        (
            build_app_message("tool_result", output="T4"),
            "conversation.tool_result: `tool_call_id` is missing, not text",
        ),
        (
            build_app_message("tool_result", tool_call_id="call_1", status="ok"),
            "conversation.tool_result: `status` is 'ok'; one of: success, error",
        ),
        (
            build_app_message("tool_result", tool_call_id="call_1", output=[1]),
            "conversation.tool_result: `output` is [1], not text or an object",
        ),
    ],
)
def test_a_wrong_message_is_refused_with_a_sentence(message: object, sentence: str) -> None:
    assert refused(message) == sentence


@given(JSON, st.sampled_from([*TAKEN.split(", "), "zzz"]), JSON)
def test_any_json_is_read_or_refused(message: Any, event_type: str, value: Any) -> None:
    envelope = {
        **build_app_message("x", text=value, context=value, output=value),
        "event_type": event_type,
    }
    for each in (message, envelope, {**envelope, "properties": message}):
        try:
            taken(each)
        except ServiceError as refusal:
            assert str(refusal)  # noqa: PT017 - either way is right, and nothing else is


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=4))
def test_an_output_that_is_an_object_becomes_json(output: dict[str, Any]) -> None:
    command = taken(build_app_message("tool_result", tool_call_id="call_1", output=output))
    assert isinstance(command, ToolResult)
    assert json.loads(command.output) == output
