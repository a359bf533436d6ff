"""A right call of every tool on a furnished account, and the keys of the official answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.simulator.mcp.filled_account import FACE

PAL: Mapping[str, Any] = {"pal_id": "{pal_id}"}
LIST = "data total_count"
COMPACT = "data returned_count total_count"
LINKS = "pal_url test_url deploy_url"
HANDOVER = f"{LINKS} deployment_options next_step"
NOTHING = ""
"""The keys of an answer without a body."""

ITEM = {"objective_name": "greet", "objective_prompt": "Greet the caller."}
BUILT = (
    "builder_id pal_id pal_name system_prompt face_id face_selection pal_spec build_transcript "
    "probes smoke_transcript verdict validated refine_rounds_used"
)
CAPABILITIES = "magic_canvas slide_presenter web_search memory perception"

VALID: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "tavus_mcp_health_check": ({}, "ok server environment public_api_base_url auth checks"),
    "tavus_pal_list": ({"sort": "desc"}, COMPACT),
    "tavus_pal_get": (PAL, "pal_id pal_name system_prompt layers"),
    "tavus_pal_create": (
        {"system_prompt": "You sing.", "default_face_id": FACE},
        f"pal_id pal_name created_at {LINKS}",
    ),
    "tavus_pal_delete": (PAL, NOTHING),
    "tavus_patch_pal": (
        {**PAL, "ops": [{"op": "replace", "path": "/greeting", "value": "Hi."}]},
        "pal_id greeting",
    ),
    "tavus_describe_pal_options": (
        PAL,
        "pal pal_attached_tools pal_capabilities pal_knowledge available schemas",
    ),
    "tavus_pal_preview": (PAL, f"pal_id pal_name {HANDOVER}"),
    "tavus_quickstart": ({"system_prompt": "You sing."}, f"pal face_id {HANDOVER}"),
    "tavus_pal_from_template": (
        {"template": "tutor", "default_face_id": FACE},
        f"pal_id system_prompt {LINKS}",
    ),
    "tavus_scaffold_embed": ({"conversation_url": "https://example.com"}, "files notes"),
    "tavus_document_list": ({}, LIST),
    "tavus_document_get": ({"document_id": "{document_id}"}, "document_id status"),
    "tavus_document_create": ({"document_url": "https://example.com/b.pdf"}, "document_id status"),
    "tavus_document_tags": ({}, "tags total_count"),
    "tavus_document_chunks": ({"document_id": "{document_id}"}, "data"),
    "tavus_pal_knowledge_list": (
        PAL,
        "pal_id document_ids document_tags documents missing_document_ids knowledge_base",
    ),
    "tavus_pal_knowledge_add": ({**PAL, "document_tags": ["menus"]}, "document_ids document_tags"),
    "tavus_pal_knowledge_remove": ({**PAL, "document_ids": ["{document_id}"]}, "document_ids"),
    "tavus_pal_knowledge_replace": ({**PAL, "document_tags": ["menus"]}, "document_tags"),
    "tavus_pal_knowledge_settings_patch": ({**PAL, "rag_n_chunks": 3}, "layers"),
    "tavus_skill_list": ({}, LIST),
    "tavus_skill_get": ({"skill_id": "memory"}, "skill_id display_name description tool_names"),
    "tavus_pal_skills_list": (PAL, "memory"),
    "tavus_pal_skill_attach": ({**PAL, "skill_id": "internet_search"}, "skill_id config"),
    "tavus_pal_skill_patch": ({**PAL, "skill_id": "memory", "config": {}}, "skill_id config"),
    "tavus_pal_skill_detach": ({**PAL, "skill_id": "memory"}, NOTHING),
    "tavus_pal_capability_catalog": ({}, CAPABILITIES),
    "tavus_pal_capabilities_list": (PAL, "pal_id capabilities raw_skills"),
    "tavus_pal_capability_attach": ({**PAL, "capability_id": "canvas"}, "skill_id config"),
    "tavus_pal_capability_patch": (
        {**PAL, "capability_id": "perception", "visual_tool_prompt": "Look."},
        "layers",
    ),
    "tavus_pal_capability_detach": ({**PAL, "capability_id": "skill:memory"}, NOTHING),
    "tavus_face_list": ({"stock": True}, LIST),
    "tavus_voice_list": ({}, LIST),
    "tavus_resource_list": ({"resource": "skills"}, LIST),
    "tavus_meeting_configure": (
        {**PAL, "wake_phrase": "Hey Ada"},
        "conferencing wake_phrase settings_verified audio_behavior_verified meeting_joined",
    ),
    "tavus_conversation_create": (
        {**PAL, "meeting_url": "https://meet.google.com/abc-defg-hij"},
        "conversation_id status",
    ),
    "tavus_conversation_end": ({"conversation_id": "{conversation_id}"}, NOTHING),
    "tavus_chat_start": (PAL, "conversation_id status"),
    "tavus_chat_turn": ({"conversation_id": "{conversation_id}", "text": "Hi."}, "text"),
    "tavus_chat_end": ({"conversation_id": "{conversation_id}"}, NOTHING),
    "tavus_guardrail_list": ({}, LIST),
    "tavus_guardrail_get": ({"guardrail_id": "{guardrail_id}"}, "guardrail_id guardrail_prompt"),
    "tavus_guardrail_create": (
        {"guardrail_name": "no_prices", "guardrail_prompt": "Name no price."},
        "guardrail_id guardrail_name",
    ),
    "tavus_guardrail_patch": ({"guardrail_id": "{guardrail_id}", "tags": ["a"]}, "*"),
    "tavus_guardrail_delete": ({"guardrail_id": "{guardrail_id}"}, NOTHING),
    "tavus_guardrail_tags": ({}, "tags total_count"),
    "tavus_objective_list": ({}, LIST),
    "tavus_objective_get": ({"objectives_id": "{objectives_id}"}, "data"),
    "tavus_objective_create": ({"data": [ITEM]}, "objectives_id"),
    "tavus_objective_patch": (
        {
            "objectives_id": "{objectives_id}",
            "ops": [{"op": "replace", "path": "/data/0/objective_prompt", "value": "Say hi."}],
        },
        "message",
    ),
    "tavus_objective_delete": ({"objectives_id": "{objectives_id}"}, NOTHING),
    "tavus_objective_validate": ({"data": [ITEM]}, "*"),
    "tavus_tool_list": ({}, COMPACT),
    "tavus_tool_get": ({"tool_id": "{tool_id}"}, "tool_id name delivery"),
    "tavus_tool_create": (
        {"name": "book", "description": "Books a table."},
        "tool_id name _tool_reuse_advisory",
    ),
    "tavus_tool_patch": ({"tool_id": "{tool_id}", "description": "Finds it."}, "tool_id"),
    "tavus_tool_delete": ({"tool_id": "{tool_id}"}, NOTHING),
    "tavus_pronunciation_dictionary_list": ({}, "data"),
    "tavus_pronunciation_dictionary_get": ({"dictionary_id": "{dictionary_id}"}, "name rules"),
    "tavus_pronunciation_dictionary_create": ({"name": "Places"}, "name"),
    "tavus_pronunciation_dictionary_patch": (
        {"dictionary_id": "{dictionary_id}", "name": "Towns"},
        "*",
    ),
    "tavus_pronunciation_dictionary_delete": ({"dictionary_id": "{dictionary_id}"}, NOTHING),
    "tavus_pal_tools_list": (PAL, "data"),
    "tavus_pal_tools_attach": (
        {**PAL, "tool_ids": ["{vision_id}"]},
        "data _perception_model_bumped_to_raven_1",
    ),
    "tavus_pal_tools_detach": ({**PAL, "tool_id": "{tool_id}"}, NOTHING),
    "tavus_deployment_list": (PAL, COMPACT),
    "tavus_deployment_get": ({"deployment_id": "{deployment_id}"}, "deployment_id integration"),
    "tavus_deployment_create": (
        {
            **PAL,
            "channel": "landing-page",
            "unique_memory_per_visitor": False,
            "page_title": "Ada",
            "page_description": "Talk to Ada.",
        },
        "deployment_id status integration",
    ),
    "tavus_builder_create": ({"name": "Another"}, "builder_id persona_id"),
    "tavus_builder_list": ({}, "sessions"),
    "tavus_builder_get": ({"builder_id": "{builder_id}"}, "session"),
    "tavus_builder_delete": ({"builder_id": "{builder_id}"}, NOTHING),
    "tavus_builder_chat_history": ({"builder_id": "{builder_id}"}, "messages"),
    "tavus_builder_append_messages": (
        {"builder_id": "{builder_id}", "messages": [{"role": "user", "content": "Hi."}]},
        "*",
    ),
    "tavus_builder_publish": ({"builder_id": "{builder_id}"}, "status"),
    "tavus_pal_builder_history": (PAL, "builder_id"),
    "tavus_pal_build_and_verify": (
        {"prompt": "A dental receptionist. Books visits."},
        f"{BUILT} {HANDOVER}",
    ),
}
"""Arguments, and the keys that must be in the answer; ``*``: any object."""

PORTAL_ONLY = {"tavus_document_upload", "tavus_pal_knowledge_upload"}
"""What the official server refuses too without a token of the portal's."""

CRAWLED = {"tavus_document_recrawl"}
"""What needs a document that was crawled a while ago."""
