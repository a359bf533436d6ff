"""The PAL that builds PALs: what it calls for is done, and it is told what came of it."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.mcp.building.drafts import read_briefs
from tests.simulator.mcp.box import open_toolbox
from tests.simulator.mcp.builds import (
    DRAFTS,
    PROMPT,
    build_pal,
    calls,
    carrier_script,
    judged_script,
    list_changes,
    says,
)


@pytest.mark.asyncio
async def test_a_carrier_that_asks_must_choose_until_it_drafts() -> None:
    script = carrier_script(says("Which town?"), says("Which hours?"), DRAFTS, says("Done."))
    async with open_toolbox(judged_script("pass"), script) as toolbox:
        result = await build_pal(toolbox)

    heard = [row["text"] for row in result["build_transcript"] if row["role"] == "assistant"]
    assert heard == ["Which town?", "Which hours?", "I am drafting.", "Done."]


@pytest.mark.asyncio
async def test_a_carrier_that_never_drafts_fails_the_build_and_its_conversation_ends() -> None:
    script = carrier_script(*[says("Which town?")] * 3)
    async with open_toolbox(judged_script("pass"), script) as toolbox:
        error = await toolbox.error("tavus_pal_build_and_verify", prompt=PROMPT, max_rounds=2)
        active = toolbox.api.account.live.count_active()

    assert error == "the carrier ended without a draft"
    assert active == 0


@pytest.mark.asyncio
@pytest.mark.fidelity("mcp.carrier_tools")
async def test_the_carrier_changes_fields_reads_documents_and_learns_the_outcome() -> None:
    def update(field: str, value: Any) -> dict[str, Any]:
        return calls("update_persona_field", field=field, value=value)

    script = carrier_script(
        DRAFTS,
        update("greeting", "Good day."),
        update("wake_phrase", "Hey Ada"),
        update("tool_ids", ["builtin:web_search"]),
        says("All done."),
    )
    async with open_toolbox(judged_script("pass"), script) as toolbox:
        result = await build_pal(toolbox)
        pal = await toolbox.value("tavus_pal_get", pal_id=result["pal_id"])
        skills = await toolbox.value("tavus_pal_skills_list", pal_id=result["pal_id"])

    assert pal["greeting"] == "Good day."
    assert pal["layers"]["conversational_flow"]["wake_phrase"] == "Hey Ada"
    assert list(skills) == ["internet_search"]
    assert result["build_transcript"][-1] == {"role": "assistant", "text": "All done."}


FIELDS: list[tuple[str, Any, str, Any]] = [
    ("persona_name", "Bo", "pal_name", "Bo"),
    ("persona_description", "Answers.", "persona_description", "Answers."),
    ("document_tags", ["a", "b", "a"], "document_tags", ["a", "b"]),
    ("default_replica_id", "r5f0577fc829", "default_face_id", "r5f0577fc829"),
    ("default_replica_id", "r0", "default_face_id", "r90bbd427f71"),
    ("emotion_recognition", "off", "layers.perception.emotion_recognition", "off"),
    ("emotion_recognition", "off", "layers.perception.perception_model", "raven-1"),
    ("replica_interruptibility", "low", "layers.conversational_flow.face_interruptibility", "low"),
    ("magic_canvas_prompt", "Now.", "skills.magic_canvas.config.usage_guidance", "Now."),
    (
        "magic_canvas_scheduling_url",
        "https://calendly.com/ada",
        "skills.magic_canvas.config.components.scheduling_embed.provider",
        "calendly",
    ),
    ("slide_presenter_prompt", "Slowly.", "skills.presentation.config.prompt", "Slowly."),
]
"""A field that the carrier may change, its value, and what is there afterwards."""


@pytest.mark.asyncio
@pytest.mark.fidelity("mcp.carrier_tools")
@pytest.mark.parametrize(("field", "value", "place", "expected"), FIELDS)
async def test_a_field_that_the_carrier_changes_is_changed(
    field: str, value: Any, place: str, expected: Any
) -> None:
    change = calls("update_persona_field", field=field, value=value)
    async with open_toolbox(
        judged_script("pass"), carrier_script(DRAFTS, change, says("Done."))
    ) as toolbox:
        pal_id = (await build_pal(toolbox, face_id=None))["pal_id"]
        found = await toolbox.value("tavus_pal_get", pal_id=pal_id, include_settings=True)
        found["skills"] = await toolbox.value("tavus_pal_skills_list", pal_id=pal_id)

    for step in place.split("."):
        found = found[step]
    assert found == expected


@pytest.mark.asyncio
async def test_an_empty_face_leaves_the_face_as_it_is() -> None:
    change = calls("update_persona_field", field="default_replica_id", value="")
    async with open_toolbox(
        judged_script("pass"), carrier_script(DRAFTS, change, says("Done."))
    ) as toolbox:
        result = await build_pal(toolbox)

    assert result["face_selection"]["replica_id"] == "r90bbd427f71"


@pytest.mark.asyncio
async def test_a_tool_that_the_carrier_leaves_out_is_detached() -> None:
    def attach(*ids: str) -> dict[str, Any]:
        return calls("update_persona_field", field="tool_ids", value=list(ids))

    script = carrier_script(
        DRAFTS, attach("skill:memory"), attach("builtin:web_search"), says("Done.")
    )
    async with open_toolbox(judged_script("pass"), script) as toolbox:
        result = await build_pal(toolbox)
        skills = await toolbox.value("tavus_pal_skills_list", pal_id=result["pal_id"])

    assert list(skills) == ["internet_search"]


@pytest.mark.asyncio
async def test_a_document_that_the_carrier_reads_stays_in_its_context() -> None:
    async with open_toolbox(judged_script("pass")) as toolbox:
        url = "https://example.com/menu.pdf"
        made = await toolbox.value("tavus_document_create", document_url=url)
        reads = calls("read_knowledge_document", document_id=made["document_id"])
        toolbox.server.scripts.add(carrier_script(DRAFTS, reads, says("Done.")))
        result = await build_pal(toolbox)

    assert result["build_transcript"][-1]["text"] == "Done."
    paths = [path for _, path, _, _ in toolbox.api.requests]
    assert f"/documents/{made['document_id']}/chunks" in paths


@pytest.mark.asyncio
@pytest.mark.parametrize("tool", ["publish_persona", "claim_meet"])
async def test_the_carrier_may_publish_and_is_kept_from_deploying(tool: str) -> None:
    async with open_toolbox(
        judged_script("pass"), carrier_script(DRAFTS, calls(tool), says("Done."))
    ) as toolbox:
        result = await build_pal(toolbox)

    published = sum(line.endswith("/publish") for line in list_changes(toolbox))
    assert published == (2 if tool == "publish_persona" else 1)
    assert result["build_transcript"][-1]["text"] == "Done."


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("call", "told"),
    [
        (calls("fly"), "the carrier called a tool that is not known: 'fly'"),
        (
            calls("update_persona_field", field="shoe_size", value=1),
            "the carrier called update_persona_field for an unknown field: shoe_size",
        ),
        (
            calls("update_persona_field", field="greeting"),
            "the carrier called update_persona_field without a field and a value",
        ),
        (
            calls("read_knowledge_document"),
            "the carrier called read_knowledge_document without a document_id",
        ),
        (
            calls("read_knowledge_document", document_id="d0"),
            "GET /documents/d0 was refused with 404: Document not found",
        ),
        (
            calls("update_persona_field", field="tool_ids", value=[1]),
            "the carrier wrote tool_ids that are no list of texts",
        ),
        (
            calls("update_persona_field", field="magic_canvas_scheduling_url", value="http://x"),
            "the carrier wrote a booking link that is not https: 'http://x'",
        ),
    ],
)
async def test_a_carrier_that_calls_wrongly_fails_the_build(call: Any, told: str) -> None:
    async with open_toolbox(judged_script("pass"), carrier_script(call)) as toolbox:
        error = await toolbox.error("tavus_pal_build_and_verify", prompt=PROMPT)

    assert error == told


ALL_ANEW = {"personality", "objectives", "guardrails", "greeting"}


@pytest.mark.fidelity("mcp.draft_briefs")
@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ({"sections_brief": " Be kind. ", "facts_brief": "Open at 9."}, {"personality"}),
        ({"greeting_brief": "Hi.", "face_brief": "Old."}, {"greeting", "face"}),
        ({"greeting_brief": "", "tools_brief": None}, ALL_ANEW),
        ({}, ALL_ANEW),
        ({"greeting\u200b_brief": "Hi."}, ALL_ANEW),
        ({"greeting_brief": ["Hi."]}, ALL_ANEW),
        ({"greeting_briefs": "Hi."}, ALL_ANEW),
    ],
)
def test_briefs_are_those_of_the_parts_and_garbled_ones_are_drafted_anew(
    arguments: dict[str, Any], parts: set[str]
) -> None:
    assert set(read_briefs(arguments)) == parts


def test_facts_are_a_part_of_the_personality() -> None:
    arguments = {"sections_brief": " Be kind. ", "facts_brief": "Open at 9."}

    assert read_briefs(arguments) == {"personality": "Be kind. Facts: Open at 9."}
