"""Reads a participant's app message as a command, or refuses the message in one sentence.

Shapes: [doc] interactions-protocols. A client adds `name` to a tool result [client].
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Literal, NoReturn

from msgspec import Struct

from pytest_tavus.contract.event_types import EVENT_TYPES
from pytest_tavus.errors import ServiceError, did_you_mean
from pytest_tavus.scenario.text.plain import is_dict

SENSITIVITIES = ("participant_pause_sensitivity", "participant_interrupt_sensitivity")
SENSITIVITY_VALUES = ("superlow", "verylow", "low", "medium", "high", "auto")
"""From an older list of Tavus [doc]."""


class Respond(Struct, frozen=True, kw_only=True):
    """A line of the caller."""

    text: str


class Echo(Struct, frozen=True, kw_only=True):
    """A text that the PAL says word for word; `None`: audio, which the simulator does not play."""

    text: str | None
    inference_id: str | None = None


class Interrupt(Struct, frozen=True, kw_only=True):
    """Cuts the turn of the PAL short."""


class Context(Struct, frozen=True, kw_only=True):
    """A text that replaces the context of the PAL, or is appended to the context."""

    text: str
    append: bool


class Sensitivity(Struct, frozen=True, kw_only=True):
    """How soon the PAL takes a pause for the end of a line, or stops when interrupted."""

    setting: str
    value: str


class ToolResult(Struct, frozen=True, kw_only=True):
    """The client's answer to a call."""

    call_id: str
    output: str
    status: Literal["success", "error"]


Command = Respond | Echo | Interrupt | Context | Sensitivity | ToolResult


def read(message: object, *, conversation_id: str) -> Command:
    """Return the command of an app message.

    Raises:
        ServiceError: Tavus takes no such message; the sentence says why.

    """
    if not is_dict(message):
        _refuse(f"an app message is an object, not {_describe_value(message)}")
    event_type = _event_type(message)
    _require_word(message, "message_type", "conversation")
    _require_word(message, "conversation_id", conversation_id)
    properties = message.get("properties", {})
    if not is_dict(properties):
        _refuse(f"the properties of {event_type} are {_describe_value(properties)}, not an object")
    return _READERS[event_type](_Properties(event_type, properties))


def _event_type(message: Mapping[str, object]) -> str:
    event_type = message.get("event_type")
    if not isinstance(event_type, str):
        _refuse(f"the event_type of an app message is {_describe_value(event_type)}, not text")
    if event_type not in _READERS:
        _refuse(_describe_refused_type(event_type))
    return event_type


def _describe_refused_type(event_type: str) -> str:
    if event_type in EVENT_TYPES:
        return f"{event_type} is sent by Tavus and not to it; it takes: {', '.join(_READERS)}"
    hint = did_you_mean(event_type, _READERS) or f"it takes: {', '.join(_READERS)}"
    return f"Tavus takes no app message of type {_describe_value(event_type)}; {hint}"


def _require_word(message: Mapping[str, object], key: str, expected: str) -> None:
    if (found := message.get(key)) != expected:
        _refuse(
            f"the {key} of an app message is {_describe_value(found)}; here it must be {expected!r}"
        )


class _Properties(Struct, frozen=True):
    event_type: str
    members: Mapping[str, object]

    def read_text(self, name: str, *, required: bool = True) -> str | None:
        value = self.members.get(name)
        if value is None and not required:
            return None
        if not isinstance(value, str):
            _refuse(f"{self.event_type}: `{name}` is {_describe_value(value)}, not text")
        return value

    def require_text(self, name: str) -> str:
        value = self.read_text(name)
        if not value:
            _refuse(f"{self.event_type}: `{name}` is empty")
        return value

    def read_choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.members.get(name, default)
        if not isinstance(value, str) or value not in choices:
            found = _describe_value(value)
            _refuse(f"{self.event_type}: `{name}` is {found}; one of: {', '.join(choices)}")
        return value


def _respond(properties: _Properties) -> Command:
    return Respond(text=properties.require_text("text"))


def _echo(properties: _Properties) -> Command:
    inference_id = properties.read_text("inference_id", required=False)
    if properties.read_choice("modality", ("text", "audio"), "text") == "text":
        return Echo(text=properties.require_text("text"), inference_id=inference_id)
    properties.require_text("audio")
    return Echo(text=None, inference_id=inference_id)


def _interrupt(properties: _Properties) -> Command:
    del properties
    return Interrupt()


def _overwrite(properties: _Properties) -> Command:
    return Context(text=properties.read_text("context") or "", append=False)


def _append(properties: _Properties) -> Command:
    return Context(text=properties.require_text("context"), append=True)


def _sensitivity(properties: _Properties) -> Command:
    settings = [name for name in SENSITIVITIES if name in properties.members]
    if len(settings) != 1:
        _refuse(
            f"{properties.event_type}: give exactly one of {' and '.join(SENSITIVITIES)}, "
            f"not {'both' if settings else 'neither'}"
        )
    value = properties.read_choice(settings[0], SENSITIVITY_VALUES, "")
    return Sensitivity(setting=settings[0], value=value)


def _tool_result(properties: _Properties) -> Command:
    call_id = properties.require_text("tool_call_id")
    status = properties.read_choice("status", ("success", "error"), "success")
    return ToolResult(
        call_id=call_id,
        output=_output(properties),
        status="error" if status == "error" else "success",
    )


def _output(properties: _Properties) -> str:
    """Return the output as the PAL receives it: text unchanged, an object as JSON [doc]."""
    output = properties.members.get("output")
    if output is None:
        return ""
    if isinstance(output, str):
        return output
    if not is_dict(output):
        _refuse(
            f"{properties.event_type}: `output` is {_describe_value(output)}, not text or an object"
        )
    return json.dumps(output, ensure_ascii=False)


_READERS: Mapping[str, Callable[[_Properties], Command]] = {
    "conversation.respond": _respond,
    "conversation.echo": _echo,
    "conversation.interrupt": _interrupt,
    "conversation.overwrite_llm_context": _overwrite,
    "conversation.append_llm_context": _append,
    "conversation.sensitivity": _sensitivity,
    "conversation.tool_result": _tool_result,
}


def _describe_value(value: object) -> str:
    return "missing" if value is None else f"{value!r:.60}"


def _refuse(message: str) -> NoReturn:
    raise ServiceError(message)
