"""Every tool, called once as it should be and once as it should not, on an account with things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pytest_tavus.contract.body import json_object
from pytest_tavus.mcp_tools.links import DEPLOYMENT_OPTIONS
from pytest_tavus.mcp_tools.table import TOOLS
from pytest_tavus.mcp_tools.toolbox import ToolBox
from pytest_tavus.service.api import ApiAnswer
from tests.mcp_tools.box import Answering, always
from tests.mcp_tools.furnished import FACE, furnished

pytestmark = pytest.mark.asyncio

PAL: Mapping[str, Any] = {"pal_id": "{pal_id}"}
LIST = "data total_count"
COMPACT = "data returned_count total_count"
LINKS = "pal_url test_url deploy_url"
HANDOVER = f"{LINKS} deployment_options next_step"
NOTHING = ""
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


@pytest.mark.parametrize("tool", VALID)
async def test_a_tool_that_is_called_rightly_answers_in_the_shape_of_the_official_one(
    tool: str,
) -> None:
    arguments, keys = VALID[tool]
    async with furnished() as at:
        result = await at.bench.call(tool, **at.filled(dict(arguments)))

    assert result.error is None
    if keys == NOTHING:
        assert result.value is None
    else:
        answer = json_object(result.value)
        assert answer is not None
        assert set(keys.split()) - {"*"} <= set(answer)


async def test_every_tool_is_called_rightly_but_for_those_of_the_portal() -> None:
    assert {*VALID, *PORTAL_ONLY, *CRAWLED} == set(TOOLS)


@pytest.mark.parametrize("tool", TOOLS)
async def test_a_tool_that_is_called_with_an_argument_it_has_not_says_so(tool: str) -> None:
    async with furnished() as at:
        arguments = at.filled(dict(VALID.get(tool, ({}, ""))[0]))
        error = await at.bench.error(tool, **arguments, surprise=1)

    assert "surprise: there is no such argument" in error


async def test_a_crawled_document_is_crawled_again_once_it_is_ready() -> None:
    async with furnished() as at:
        url, crawl = "https://example.com", {"depth": 1, "max_pages": 5}
        made = await at.bench.value("tavus_document_create", document_url=url, crawl=crawl)
        await at.bench.house.clock.advance(3 * 3600)
        document_id = made["document_id"]
        result = await at.bench.call("tavus_document_recrawl", document_id=document_id)
        plain = await at.bench.error("tavus_document_recrawl", document_id=at.ids.document_id)

    assert result.error is None
    assert plain.startswith(f"POST /documents/{at.ids.document_id}/recrawl was refused with 4")


@pytest.mark.fidelity("mcp.local_files")
@pytest.mark.parametrize("tool", sorted(PORTAL_ONLY))
async def test_a_local_file_is_refused_without_a_token_of_the_portal(tool: str) -> None:
    pal = {"pal_id": "p1"} if tool == "tavus_pal_knowledge_upload" else {}
    async with furnished() as at:
        error = await at.bench.error(tool, local_path="menu.pdf", **pal)

    assert error == (
        "'menu.pdf' cannot be uploaded: local files go through the developer portal, which needs "
        "a token of its own (TAVUS_PORTAL_BEARER_TOKEN) and is not simulated. Host the file and "
        "give its URL to tavus_document_create."
    )


UNKNOWN: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "tavus_pal_get": ({"pal_id": "p0"}, "GET /pals/p0 was refused with 400: Invalid pal_id"),
    "tavus_objective_get": (
        {"objectives_id": "o0"},
        "GET /objectives/o0 was refused with 404: Objective not found",
    ),
    "tavus_chat_turn": (
        {"conversation_id": "c0", "text": "Hi."},
        "GET /conversations/c0 was refused with 400: Invalid conversation_id",
    ),
    "tavus_chat_start": ({"pal_id": "p0"}, "POST /conversations was refused with 400: "),
    "tavus_pal_capabilities_list": ({"pal_id": "p0"}, "GET /pals/p0 was refused with 400: "),
    "tavus_pal_capability_attach": (
        {"pal_id": "p0", "capability_id": "telepathy"},
        "capability_id: there is no capability 'telepathy', one of: magic_canvas, ",
    ),
    "tavus_pal_build_and_verify": (
        {"prompt": " "},
        "prompt: it must not be empty",
    ),
    "tavus_resource_list": (
        {"resource": "tols"},
        "resource: there is no resource 'tols', did you mean 'tools'?",
    ),
}


@pytest.mark.parametrize("tool", UNKNOWN)
async def test_what_is_not_there_is_told_with_the_request_that_looked_for_it(tool: str) -> None:
    arguments, told = UNKNOWN[tool]
    async with furnished() as at:
        error = await at.bench.error(tool, **arguments)

    assert error.startswith(told)


@pytest.mark.fidelity("mcp.call_links")
@pytest.mark.parametrize("tool", ["tavus_chat_start", "tavus_conversation_create"])
async def test_the_link_into_a_call_is_kept_back(tool: str) -> None:
    async with furnished() as at:
        arguments = at.filled(dict(VALID[tool][0]))
        answer = await at.bench.value(tool, **arguments)
        read = await at.bench.api.call("GET", f"/conversations/{answer['conversation_id']}")

    assert "conversation_url" not in answer
    assert read.body["conversation_url"]


@pytest.mark.fidelity("mcp.links")
async def test_a_pal_comes_with_the_pages_of_the_web_builder() -> None:
    async with furnished() as at:
        answer = await at.bench.value("tavus_pal_preview", pal_id=at.ids.pal_id)

    page = f"https://maker.tavus.io/dev/pals/update?pal_id={at.ids.pal_id}"
    modes = ["", "&mode=test", "&mode=deploy"]
    assert [answer[key] for key in LINKS.split()] == [f"{page}{mode}" for mode in modes]
    kinds = ["meeting", "landing-page", "embed", "widget"]
    assert [option["type"] for option in answer["deployment_options"]] == kinds
    assert len(DEPLOYMENT_OPTIONS) == 4


@pytest.mark.fidelity("mcp.perception_bump")
async def test_attaching_a_tool_that_sees_switches_perception_on_once() -> None:
    async with furnished() as at:
        pal_id, tool_ids = at.ids.pal_id, [at.ids.vision_id]
        first = await at.bench.value("tavus_pal_tools_attach", pal_id=pal_id, tool_ids=tool_ids)
        again = await at.bench.value("tavus_pal_tools_attach", pal_id=pal_id, tool_ids=tool_ids)
        pal = await at.bench.value("tavus_pal_get", pal_id=pal_id)

    assert first["_perception_model_bumped_to_raven_1"] is True
    assert again["_perception_model_bumped_to_raven_1"] is False
    assert pal["layers"]["perception"]["perception_model"] == "raven-1"


@pytest.mark.fidelity("mcp.reuse_advisory")
async def test_a_new_tool_comes_with_those_of_its_origin() -> None:
    async with furnished() as at:
        made = await at.bench.value(
            "tavus_tool_create", name="smell", description="Smells gas.", origin="vision"
        )

    advisory = made["_tool_reuse_advisory"]
    assert advisory["new_tool"] == {"name": "smell", "origin": "vision"}
    assert [one["name"] for one in advisory["matching_saved_tools"]] == ["see", "smell"]
    assert advisory["name_collision_tool_id"] == made["tool_id"]


@pytest.mark.fidelity("mcp.compact_rows")
async def test_lists_of_pals_and_tools_have_short_rows() -> None:
    async with furnished() as at:
        pals = await at.bench.value("tavus_pal_list")
        tools = await at.bench.value("tavus_tool_list", limit=1)

    assert list(pals["data"][0]) == [
        "pal_id",
        "name",
        "description",
        "is_published",
        "pipeline_mode",
        "updated_at",
    ]
    row = {"tool_id": at.ids.tool_id, "name": "find", "is_system_tool": False}
    assert tools == {"data": [row], "returned_count": 1, "total_count": 2}


async def test_all_tools_are_listed_however_many_pages_they_fill() -> None:
    async with furnished() as at:
        for number in range(120):
            body = {"name": f"tool_{number}", "description": "One of many."}
            await at.bench.api.call("POST", "/tools", body=body)
        listed = await at.bench.value("tavus_tool_list")

    assert (listed["returned_count"], listed["total_count"]) == (122, 122)


async def test_a_health_check_that_may_not_look_tells_why() -> None:
    refusal = ApiAnswer(status=401, body={"message": "Invalid access token"})
    checked = (await ToolBox(Answering(always(refusal))).call("tavus_mcp_health_check")).value

    assert checked["ok"] is False
    assert checked["checks"]["tavus_api"]["error"] == (
        "GET /pals was refused with 401: Invalid access token"
    )


async def test_a_deployment_is_named_after_its_pal_and_numbered_where_the_name_is_taken() -> None:
    async with furnished() as at:
        names = [
            (
                await at.bench.value(
                    "tavus_deployment_create",
                    pal_id=at.ids.pal_id,
                    channel="embed",
                    unique_memory_per_visitor=True,
                    allowed_origins=[],
                )
            )["name"]
            for _ in range(2)
        ]

    assert names == ["Ada Embed 2", "Ada Embed 3"]
