"""For every tool arguments that it refuses, and what the official server says then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Refused = tuple[Mapping[str, Any], str]
"""Arguments, and a part of the error."""

NOT_A_NUMBER = "Input should be a valid integer"
MISSING = "Missing required argument"
PORTAL = "Set TAVUS_PORTAL_BEARER_TOKEN"
UNEXPECTED = "surprise\n  Unexpected keyword argument"

NO_PAL: Mapping[str, Any] = {"pal_id": "p0"}
NO_DOCUMENT: Mapping[str, Any] = {"document_id": "d0"}
NO_GUARDRAIL: Mapping[str, Any] = {"guardrail_id": "g0"}
NO_OBJECTIVES: Mapping[str, Any] = {"objectives_id": "o0"}
NO_TOOL: Mapping[str, Any] = {"tool_id": "t0"}
NO_DICTIONARY: Mapping[str, Any] = {"dictionary_id": "pd_0"}
NO_BUILDER: Mapping[str, Any] = {"builder_id": "b0"}
NO_CONVERSATION: Mapping[str, Any] = {"conversation_id": "c0"}
ONE = "/pals/p0 failed with 400"
DICTIONARY = "/pronunciation-dictionaries/pd_0 failed with 404"

INVALID: Mapping[str, Refused] = {
    "tavus_mcp_health_check": ({"deep": "perhaps"}, "Input should be a valid boolean"),
    "tavus_pal_list": ({"sort": "newest"}, "Input should be 'asc' or 'desc'"),
    "tavus_pal_get": (NO_PAL, f"GET {ONE}"),
    "tavus_pal_create": ({"pal_name": "Ada"}, "system_prompt"),
    "tavus_pal_delete": (NO_PAL, f"DELETE {ONE}"),
    "tavus_patch_pal": ({**NO_PAL, "ops": [{"op": "replace", "path": "/nose"}]}, "/nose"),
    "tavus_describe_pal_options": (NO_PAL, f"GET {ONE}"),
    "tavus_pal_preview": (NO_PAL, f"GET {ONE}"),
    "tavus_quickstart": ({}, MISSING),
    "tavus_pal_from_template": ({"template": "pirate"}, "pirate"),
    "tavus_scaffold_embed": ({}, MISSING),
    "tavus_document_list": ({"limit": "many"}, NOT_A_NUMBER),
    "tavus_document_get": (NO_DOCUMENT, "GET /documents/d0 failed with 404"),
    "tavus_document_create": (
        {"document_url": "x", "crawl": {"depth": 99}},
        "POST /documents failed with 400",
    ),
    "tavus_document_tags": ({"limit": "many"}, NOT_A_NUMBER),
    "tavus_document_chunks": (NO_DOCUMENT, "GET /documents/d0/chunks failed with 404"),
    "tavus_document_recrawl": (NO_DOCUMENT, "POST /documents/d0/recrawl failed with 404"),
    "tavus_document_upload": ({"local_path": "menu.txt"}, PORTAL),
    "tavus_pal_knowledge_list": (NO_PAL, f"GET {ONE}"),
    "tavus_pal_knowledge_add": ({**NO_PAL, "document_tags": ["a"]}, f"GET {ONE}"),
    "tavus_pal_knowledge_remove": ({**NO_PAL, "document_tags": ["a"]}, f"GET {ONE}"),
    "tavus_pal_knowledge_replace": ({**NO_PAL, "document_tags": ["a"]}, f"PATCH {ONE}"),
    "tavus_pal_knowledge_settings_patch": ({**NO_PAL, "rag_n_chunks": 3}, f"GET {ONE}"),
    "tavus_pal_knowledge_upload": ({**NO_PAL, "local_path": "menu.txt"}, PORTAL),
    "tavus_skill_list": ({"surprise": 1}, UNEXPECTED),
    "tavus_skill_get": ({"skill_id": "telepathy"}, "GET /skills/telepathy failed with 404"),
    "tavus_pal_skills_list": (NO_PAL, "GET /pals/p0/skills/ failed with 400"),
    "tavus_pal_skill_attach": (
        {"pal_id": "{pal_id}", "skill_id": "telepathy"},
        "/skills/telepathy failed with 4",
    ),
    "tavus_pal_skill_patch": (
        {"pal_id": "{pal_id}", "skill_id": "internet_search", "config": {}},
        "/skills/internet_search failed with 404",
    ),
    "tavus_pal_skill_detach": (
        {"pal_id": "{pal_id}", "skill_id": "internet_search"},
        "/skills/internet_search failed with 404",
    ),
    "tavus_pal_capability_catalog": ({"surprise": 1}, UNEXPECTED),
    "tavus_pal_capabilities_list": (NO_PAL, f"GET {ONE}"),
    "tavus_pal_capability_attach": ({**NO_PAL, "capability_id": "telepathy"}, "telepathy"),
    "tavus_pal_capability_patch": ({**NO_PAL, "capability_id": "telepathy"}, "telepathy"),
    "tavus_pal_capability_detach": ({**NO_PAL, "capability_id": "telepathy"}, "telepathy"),
    "tavus_face_list": ({"limit": "many"}, NOT_A_NUMBER),
    "tavus_voice_list": ({"limit": "many"}, NOT_A_NUMBER),
    "tavus_resource_list": ({"resource": "tols"}, "resource must be guardrails, objectives"),
    "tavus_meeting_configure": ({**NO_PAL, "wake_phrase": "Hey"}, f"GET {ONE}"),
    "tavus_conversation_create": ({"pal_id": "{pal_id}"}, f"meeting_url\n  {MISSING}"),
    "tavus_conversation_end": (NO_CONVERSATION, "POST /conversations/c0/end failed with 400"),
    "tavus_chat_start": (NO_PAL, "POST /conversations failed with 400"),
    "tavus_chat_turn": ({**NO_CONVERSATION, "text": "Hi."}, "/conversations/c0 failed with 400"),
    "tavus_chat_end": (NO_CONVERSATION, "POST /conversations/c0/end failed with 400"),
    "tavus_guardrail_list": ({"limit": "many"}, NOT_A_NUMBER),
    "tavus_guardrail_get": (NO_GUARDRAIL, "GET /guardrails/g0 failed with 404"),
    "tavus_guardrail_create": (
        {"guardrail_name": "a", "guardrail_prompt": "b", "modality": "smell"},
        "modality",
    ),
    "tavus_guardrail_patch": ({**NO_GUARDRAIL, "tags": ["a"]}, "/guardrails/g0 failed with 404"),
    "tavus_guardrail_delete": (NO_GUARDRAIL, "DELETE /guardrails/g0 failed with 404"),
    "tavus_guardrail_tags": ({"limit": "many"}, NOT_A_NUMBER),
    "tavus_objective_list": ({"limit": "many"}, NOT_A_NUMBER),
    "tavus_objective_get": (NO_OBJECTIVES, "GET /objectives/o0 failed with 404"),
    "tavus_objective_create": ({"data": [], "name": "None"}, "data"),
    "tavus_objective_patch": (
        {**NO_OBJECTIVES, "ops": [{"op": "replace", "path": "/name", "value": "a"}]},
        "PATCH /objectives/o0 failed with 404",
    ),
    "tavus_objective_delete": (NO_OBJECTIVES, "DELETE /objectives/o0 failed with 404"),
    "tavus_objective_validate": ({"data": [{"objective_name": "a b"}]}, "objective_name"),
    "tavus_tool_list": ({"sort": "newest"}, "Input should be 'asc' or 'desc'"),
    "tavus_tool_get": (NO_TOOL, "GET /tools/t0 failed with 404"),
    "tavus_tool_create": ({"name": "find it", "description": "Finds."}, "name"),
    "tavus_tool_patch": ({**NO_TOOL, "description": "Finds."}, "PATCH /tools/t0 failed with 404"),
    "tavus_tool_delete": (NO_TOOL, "DELETE /tools/t0 failed with 404"),
    "tavus_pronunciation_dictionary_list": ({"limit": "many"}, NOT_A_NUMBER),
    "tavus_pronunciation_dictionary_get": (NO_DICTIONARY, f"GET {DICTIONARY}"),
    "tavus_pronunciation_dictionary_create": ({"name": ""}, "name"),
    "tavus_pronunciation_dictionary_patch": ({**NO_DICTIONARY, "name": "a"}, f"PATCH {DICTIONARY}"),
    "tavus_pronunciation_dictionary_delete": (NO_DICTIONARY, f"DELETE {DICTIONARY}"),
    "tavus_pal_tools_list": (NO_PAL, "GET /pals/p0/tools/ failed with 400"),
    "tavus_pal_tools_attach": ({"pal_id": "{pal_id}", "tool_ids": ["t0"]}, "/tools/ failed with 4"),
    "tavus_pal_tools_detach": ({"pal_id": "{pal_id}", **NO_TOOL}, "/tools/t0 failed with 404"),
    "tavus_deployment_list": ({"limit": "many"}, NOT_A_NUMBER),
    "tavus_deployment_get": ({"deployment_id": "d0"}, "GET /deployments/d0 failed with 404"),
    "tavus_deployment_create": (
        {"pal_id": "{pal_id}", "channel": "fax", "unique_memory_per_visitor": True},
        "channel",
    ),
    "tavus_builder_create": ({}, f"name\n  {MISSING}"),
    "tavus_builder_list": ({"limit": "many"}, NOT_A_NUMBER),
    "tavus_builder_get": (NO_BUILDER, "GET /builder/b0 failed with 404"),
    "tavus_builder_delete": (NO_BUILDER, "DELETE /builder/b0 failed with 404"),
    "tavus_builder_chat_history": (NO_BUILDER, "GET /builder/b0 failed with 404"),
    "tavus_builder_append_messages": (
        {**NO_BUILDER, "messages": [{"role": "user", "content": "Hi."}]},
        "POST /builder/b0/append-messages failed with 404",
    ),
    "tavus_builder_publish": (NO_BUILDER, "POST /builder/b0/publish failed with 404"),
    "tavus_pal_builder_history": (NO_PAL, "GET /builder/history failed with 400"),
    "tavus_pal_build_and_verify": ({"prompt": "A clerk.", "face_id": "r0"}, "r0"),
}
