"""The rules for `layers`: known layers with known keys.

The lists come from the official client, which refuses any other key before it sends [client].
`lints` checks the values, because the service may accept newer values than the documents name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pytest_tavus.contract.body import json_object
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.errors import did_you_mean
from pytest_tavus.spans import Loc


def _keys(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LAYERS: Mapping[str, tuple[str, ...] | None] = MappingProxyType(
    {
        "llm": _keys(
            "headers extra_body default_query base_url api_key model disable_vision "
            "speculative_inference enable_llm_proxy model_name is_custom endpoint"
        ),
        "tts": _keys(
            "voice_settings external_voice_id tts_engine api_key playht_user_id "
            "tts_emotion_control tts_model_name pronunciation_dictionary_id"
        ),
        "stt": _keys(
            "stt_engine participant_pause_sensitivity participant_interrupt_sensitivity "
            "smart_turn_detection hotwords"
        ),
        "perception": _keys(
            "perception_model visual_awareness_queries visual_tool_prompt audio_awareness_queries "
            "audio_tool_prompt perception_analysis_queries ambient_awareness_queries "
            "perception_tool_prompt tool_prompt emotion_recognition"
        ),
        "conversational_flow": _keys(
            "turn_detection_model turn_taking_patience turn_commitment face_interruptibility "
            "active_listening voice_isolation noise_cancellation wake_phrase sleep_phrase "
            "idle_engagement"
        ),
        "conferencing": _keys("username allowlist whitelabel email"),
        "capabilities": _keys(
            "mcp_enabled search_enabled activity_log_enabled "
            "search_results_prompt_injection_prevention_enabled"
        ),
        "knowledge_base": _keys(
            "rag_score_threshold rag_n_chunks rag_surrounding_chunk_radius "
            "enable_rag_observability_app_messages use_procedure_goalchain"
        ),
        "mcp": _keys("connector_tools"),
        "sts": None,
        "transport": None,
    }
)
"""The keys of each layer; `None` allows any key. The server sets `email` and the builder sets
`emotion_recognition` [client]; `mcp` is [wild]; all other keys are [client]."""

INLINE_TOOLS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "llm": ("tools",),
        "perception": ("visual_tools", "audio_tools", "perception_tools"),
    }
)
"""Tools stood under these keys before the tool registry [doc]. The client refuses the keys since
0.4.0 [client]."""

PERCEPTION_OFF = "off"
"""The value of `layers.perception.perception_model` that turns vision and audio tools off."""


def perception_model(layers: Mapping[str, object]) -> object:
    """Return the perception model of a PAL; the default is `raven-1` [doc]."""
    perception = json_object(layers.get("perception")) or {}
    return perception.get("perception_model", "raven-1")


def layer_problems(layers: Mapping[str, object]) -> Iterator[RuleProblem]:
    """Yield the problems of a PAL's layers; paths begin at `layers`."""
    for name, layer in layers.items():
        at: Loc = ("layers", name)
        body = json_object(layer)
        if name not in LAYERS:
            message = f"unknown layer {name!r}"
            yield _unknown_problem(message, name, at, tuple(LAYERS))
        elif layer is not None and body is None:
            # The message does not quote the value: a misplaced value may be an API key.
            message = f"the layer {name!r} must be a mapping of settings"
            yield RuleProblem(loc=at, message=message, rule="layer_shape")
        else:
            yield from _key_problems(name, body or {}, at)


def _key_problems(name: str, layer: Mapping[str, object], at: Loc) -> Iterator[RuleProblem]:
    known = LAYERS[name]
    if known is None:
        return
    for key in layer:
        if key in INLINE_TOOLS.get(name, ()):
            yield RuleProblem(
                loc=(*at, key),
                message=f"tools written inside the layer {name!r} are no longer supported",
                hint="write them under `tools`, without the outer type and function",
                rule="layer_inline_tools",
            )
        elif key not in known:
            yield _unknown_problem(
                f"unknown key {key!r} in the layer {name!r}", key, (*at, key), known
            )


def _unknown_problem(message: str, word: str, loc: Loc, known: tuple[str, ...]) -> RuleProblem:
    hint = did_you_mean(word, known) or f"one of: {', '.join(known)}"
    return RuleProblem(loc=loc, message=message, hint=hint, rule="layer_unknown")
