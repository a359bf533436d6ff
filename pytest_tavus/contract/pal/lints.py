"""Warnings about allowed settings that are probably mistakes. Each message names the consequence.

`lints` is for any PAL. `creation_problems` reports fields that Tavus requires on create, and that
a simulated conversation does not need.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pytest_tavus.contract.body import json_object
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.tool.lints import check_answer_heard, tool_lints
from pytest_tavus.errors import did_you_mean

__all__ = ["LAYER_VALUES", "check_answer_heard", "creation_problems", "lints", "tool_lints"]

LAYER_VALUES: Mapping[tuple[str, str], tuple[str, ...]] = MappingProxyType(
    {
        ("perception", "perception_model"): ("raven-1", "raven-0", "off"),
        ("stt", "stt_engine"): (
            "tavus-auto",
            "tavus-parakeet",
            "tavus-soniox",
            "tavus-whisper",
            "tavus-deepgram-medical",
            "tavus-advanced",
        ),
        ("tts", "tts_engine"): ("cartesia", "elevenlabs"),
        ("conversational_flow", "turn_detection_model"): ("sparrow-1", "sparrow-0", "sparrow-2"),
        ("conversational_flow", "turn_taking_patience"): ("low", "medium", "high"),
        ("conversational_flow", "face_interruptibility"): ("low", "medium", "high"),
        ("conversational_flow", "voice_isolation"): ("near", "off"),
        ("conversational_flow", "idle_engagement"): ("off", "patient", "eager"),
    }
)
"""Known values of layer settings: [doc] openapi.yaml; `sparrow-2` is [wild]."""


def lints(pal: Pal) -> Iterator[RuleProblem]:
    """Yield the probable mistakes of a PAL, each with its path in the PAL's body."""
    for index, tool in enumerate(pal.tools):
        for lint in tool_lints(tool):
            yield lint.under(("tools", index))
    yield from _layer_value_lints(pal)
    yield from _guardrail_name_lints(pal)


def creation_problems(pal: Pal) -> Iterator[RuleProblem]:
    """Yield the problems for which ``POST /v2/pals`` would refuse a partial PAL.

    The full pipeline requires `system_prompt`; the other pipelines forbid `system_prompt` and
    `context` [client]. The route requires `default_face_id` [doc].
    """
    full = pal.pipeline_mode == "full"
    if full and not pal.system_prompt:
        message = "system_prompt is missing: Tavus requires it when pipeline_mode is 'full'"
        yield RuleProblem(loc=("system_prompt",), message=message, rule="create_prompt")
    for name in () if full else ("system_prompt", "context"):
        if getattr(pal, name) is not None:
            message = f"Tavus refuses {name} when pipeline_mode is {pal.pipeline_mode!r}"
            yield RuleProblem(loc=(name,), message=message, rule="create_prompt")
    if pal.default_face_id is None:
        message = "default_face_id is missing: Tavus requires it to create a PAL"
        yield RuleProblem(loc=("default_face_id",), message=message, rule="create_face")


def _layer_value_lints(pal: Pal) -> Iterator[RuleProblem]:
    for (layer, key), known in LAYER_VALUES.items():
        value = (json_object(pal.layers.get(layer)) or {}).get(key)
        if value is None or value in known:
            continue
        hint = did_you_mean(value, known) if isinstance(value, str) else None
        yield RuleProblem(
            loc=("layers", layer, key),
            message=f"{value!r} is not a known value of {key}: expected {', '.join(known)}",
            hint=hint,
            rule="layer_value",
        )


def _guardrail_name_lints(pal: Pal) -> Iterator[RuleProblem]:
    names = [guardrail.guardrail_name for guardrail in pal.guardrails]
    for index, name in enumerate(names):
        if names.index(name) != index:
            message = f"two guardrails are named {name!r}: a verdict cannot tell them apart"
            loc = ("guardrails", index, "guardrail_name")
            yield RuleProblem(loc=loc, message=message, rule="guardrail_unique")
