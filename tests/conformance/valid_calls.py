"""For every tool arguments with which it does what it is for, on the furnished account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.conformance.furnished import FACE

PAL: Mapping[str, Any] = {"pal_id": "{pal_id}"}
DOCUMENT: Mapping[str, Any] = {"document_id": "{document_id}"}
GUARDRAIL: Mapping[str, Any] = {"guardrail_id": "{guardrail_id}"}
OBJECTIVES: Mapping[str, Any] = {"objectives_id": "{objectives_id}"}
TOOL: Mapping[str, Any] = {"tool_id": "{tool_id}"}
DICTIONARY: Mapping[str, Any] = {"dictionary_id": "{dictionary_id}"}
BUILDER: Mapping[str, Any] = {"builder_id": "{builder_id}"}
CONVERSATION: Mapping[str, Any] = {"conversation_id": "{conversation_id}"}

ITEM = {"objective_name": "ask", "objective_prompt": "Ask for the date.", "modality": "verbal"}
MEETING = "https://meet.google.com/abc-defg-hij"
WEATHER = {
    "name": "weather",
    "description": "Tells the weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "Its name."}},
        "required": ["city"],
    },
    "delivery": {
        "api": {
            "url": "https://api.example.com/weather/{city}",
            "method": "GET",
            "auth": {"type": "bearer", "token": "swordfish"},
        }
    },
    "on_resolve": "generate_response",
}
RULE = {"text": "Ada", "pronunciation": "AY-da", "type": "alias"}

VALID: Mapping[str, Mapping[str, Any]] = {
    "tavus_mcp_health_check": {},
    "tavus_pal_list": {"sort": "desc"},
    "tavus_pal_get": {**PAL, "include_settings": True, "intent": "to read it"},
    "tavus_pal_create": {
        "system_prompt": "You sing.",
        "pal_name": "Ella",
        "default_face_id": FACE,
        "layers": {"perception": {"perception_model": "raven-1"}},
        "tool_ids": ["{tool_id}"],
    },
    "tavus_pal_delete": PAL,
    "tavus_patch_pal": {**PAL, "ops": [{"op": "replace", "path": "/greeting", "value": "Hi."}]},
    "tavus_describe_pal_options": PAL,
    "tavus_pal_preview": PAL,
    "tavus_quickstart": {"system_prompt": "You sing."},
    "tavus_pal_from_template": {"template": "tutor", "default_face_id": FACE},
    "tavus_scaffold_embed": {"conversation_url": "https://example.com"},
    "tavus_document_list": {"tags": ["menus"]},
    "tavus_document_get": DOCUMENT,
    "tavus_document_create": {"document_url": "https://example.com/b.pdf", "tags": ["menus"]},
    "tavus_document_tags": {},
    "tavus_document_chunks": DOCUMENT,
    "tavus_document_recrawl": {"document_id": "{crawled_id}"},
    "tavus_pal_knowledge_list": PAL,
    "tavus_pal_knowledge_add": {**PAL, "document_tags": ["menus"]},
    "tavus_pal_knowledge_remove": {**PAL, "document_ids": ["{document_id}"]},
    "tavus_pal_knowledge_replace": {**PAL, "document_tags": ["menus"]},
    "tavus_pal_knowledge_settings_patch": {**PAL, "rag_n_chunks": 3},
    "tavus_skill_list": {},
    "tavus_skill_get": {"skill_id": "memory"},
    "tavus_pal_skills_list": PAL,
    "tavus_pal_skill_attach": {**PAL, "skill_id": "internet_search"},
    "tavus_pal_skill_patch": {**PAL, "skill_id": "memory", "config": {}},
    "tavus_pal_skill_detach": {**PAL, "skill_id": "memory"},
    "tavus_pal_capability_catalog": {},
    "tavus_pal_capabilities_list": PAL,
    "tavus_pal_capability_attach": {**PAL, "capability_id": "canvas"},
    "tavus_pal_capability_patch": {
        **PAL,
        "capability_id": "perception",
        "visual_tool_prompt": "Look.",
    },
    "tavus_pal_capability_detach": {**PAL, "capability_id": "skill:memory"},
    "tavus_face_list": {"stock": True},
    "tavus_voice_list": {},
    "tavus_resource_list": {"resource": "skills"},
    "tavus_meeting_configure": {**PAL, "wake_phrase": "Hey Ada"},
    "tavus_conversation_create": {**PAL, "meeting_url": MEETING},
    "tavus_conversation_end": CONVERSATION,
    "tavus_chat_start": {**PAL, "custom_greeting": "Hello!"},
    "tavus_chat_turn": {**CONVERSATION, "text": "Hi."},
    "tavus_chat_end": CONVERSATION,
    "tavus_guardrail_list": {"verbose": True},
    "tavus_guardrail_get": {**GUARDRAIL, "verbose": True},
    "tavus_guardrail_create": {
        "guardrail_name": "no_prices",
        "guardrail_prompt": "Name no price.",
        "tags": ["shop"],
    },
    "tavus_guardrail_patch": {**GUARDRAIL, "tags": ["shop"]},
    "tavus_guardrail_delete": GUARDRAIL,
    "tavus_guardrail_tags": {},
    "tavus_objective_list": {},
    "tavus_objective_get": OBJECTIVES,
    "tavus_objective_create": {"data": [ITEM], "name": "More"},
    "tavus_objective_patch": {
        **OBJECTIVES,
        "ops": [{"op": "replace", "path": "/data/0/objective_prompt", "value": "Say hi."}],
    },
    "tavus_objective_delete": OBJECTIVES,
    "tavus_objective_validate": {"data": [ITEM]},
    "tavus_tool_list": {},
    "tavus_tool_get": {"tool_id": "{secretive_id}"},
    "tavus_tool_create": WEATHER,
    "tavus_tool_patch": {**TOOL, "description": "Finds it."},
    "tavus_tool_delete": TOOL,
    "tavus_pronunciation_dictionary_list": {},
    "tavus_pronunciation_dictionary_get": DICTIONARY,
    "tavus_pronunciation_dictionary_create": {"name": "Places", "rules": [RULE]},
    "tavus_pronunciation_dictionary_patch": {**DICTIONARY, "rules": [RULE]},
    "tavus_pronunciation_dictionary_delete": DICTIONARY,
    "tavus_pal_tools_list": PAL,
    "tavus_pal_tools_attach": {**PAL, "tool_ids": ["{vision_id}"]},
    "tavus_pal_tools_detach": {**PAL, **TOOL},
    "tavus_deployment_list": PAL,
    "tavus_deployment_get": {"deployment_id": "{deployment_id}"},
    "tavus_deployment_create": {
        **PAL,
        "channel": "landing-page",
        "unique_memory_per_visitor": False,
        "page_title": "Ada",
        "page_description": "Talk to Ada.",
        "daily_call_limit": 3,
    },
    "tavus_builder_create": {"name": "Another"},
    "tavus_builder_list": {},
    "tavus_builder_get": BUILDER,
    "tavus_builder_delete": BUILDER,
    "tavus_builder_chat_history": BUILDER,
    "tavus_builder_append_messages": {**BUILDER, "messages": [{"role": "user", "content": "Hi."}]},
    "tavus_builder_publish": BUILDER,
    "tavus_pal_builder_history": PAL,
    "tavus_pal_build_and_verify": {
        "prompt": "A dental receptionist. Books visits.",
        "face_id": FACE,
        "probes": ["Hi."],
    },
}

WAITS: Mapping[str, float] = {"tavus_document_recrawl": 3 * 3600.0}
"""Seconds of the account's time to let pass before: a page is not crawled again at once."""

PORTAL_ONLY: Mapping[str, Mapping[str, Any]] = {
    "tavus_document_upload": {"local_path": "menu.txt"},
    "tavus_pal_knowledge_upload": {**PAL, "local_path": "menu.txt"},
}
"""What takes a token of the developer portal: uploads."""
