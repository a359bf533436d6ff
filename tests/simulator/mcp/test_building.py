"""A PAL built from a sentence: what is asked of the API, in which order, and what comes back."""

from __future__ import annotations

import pytest

from pytest_tavus.simulator.account.builder.carrier import CLOSING
from tests.simulator.mcp.box import open_toolbox
from tests.simulator.mcp.builds import PROMPT, build_pal, judged_script, list_changes


@pytest.mark.asyncio
@pytest.mark.fidelity("mcp.build_and_verify")
async def test_a_pal_is_drafted_published_given_a_face_tried_and_judged_in_that_order() -> None:
    async with open_toolbox(judged_script("pass")) as toolbox:
        result = await build_pal(toolbox)
        builder, pal = f"/builder/{result['builder_id']}", f"/pals/{result['pal_id']}"
        conversations = [one["conversation_id"] for one in toolbox.api.account.conversations.rows()]
        ends = [f"POST /conversations/{one}/end" for one in conversations]

    assert list_changes(toolbox) == [
        "POST /builder",
        "POST /conversations/persona-builder/headless",
        f"POST {builder}/append-messages",
        f"POST {builder}/append-messages",
        f"POST {builder}/draft-fanout",
        f"PATCH {pal}",
        f"POST {builder}/append-messages",
        ends[0],
        f"POST {builder}/publish",
        "POST /persona-builder/select-replica",
        "POST /persona-builder/llm/generate-probes",
        "POST /conversations",
        ends[1],
        "POST /persona-builder/llm/judge-transcript",
    ]
    assert result["verdict"]["overall"] == "pass"
    assert result["validated"] is True
    assert result["refine_rounds_used"] == 0
    assert result["face_selection"]["replica_id"] == result["face_id"]
    assert result["pal_name"] == "Dental receptionist"
    assert result["smoke_transcript"] == [
        {"role": "user", "text": "Hello"},
        {"role": "assistant", "text": "olleH"},
    ]
    assert result["build_transcript"] == [
        {"role": "user", "text": PROMPT},
        {"role": "assistant", "text": "I am drafting your PAL."},
        {"role": "assistant", "text": CLOSING},
    ]
    assert toolbox.api.account.live.count_active() == 0


@pytest.mark.asyncio
@pytest.mark.fidelity("mcp.refinement")
async def test_a_pal_that_does_not_pass_is_put_right_once_and_tried_again() -> None:
    async with open_toolbox(judged_script("partial")) as toolbox:
        result = await build_pal(toolbox)

    assert result["refine_rounds_used"] == 1
    assert result["validated"] is False
    assert list_changes(toolbox).count("POST /persona-builder/llm/judge-transcript") == 2
    assert sum(line.endswith("/publish") for line in list_changes(toolbox)) == 2
    told = [row["text"] for row in result["build_transcript"] if row["role"] == "user"]
    assert told == [PROMPT]  # what is to be put right is not the creator's own line


@pytest.mark.asyncio
async def test_a_chosen_face_and_chosen_probes_are_used() -> None:
    async with open_toolbox(judged_script("pass", "Ping", "Pong")) as toolbox:
        result = await build_pal(toolbox, face_id="r5f0577fc829", probes=["Ping", "Pong"])
        pal = await toolbox.value("tavus_pal_get", pal_id=result["pal_id"])

    assert (result["face_id"], result["face_selection"]) == ("r5f0577fc829", None)
    assert pal["default_face_id"] == "r5f0577fc829"
    assert [row["text"] for row in result["smoke_transcript"]] == ["Ping", "gniP", "Pong", "gnoP"]
    assert "POST /persona-builder/llm/generate-probes" not in list_changes(toolbox)


@pytest.mark.asyncio
async def test_an_unknown_face_is_refused_before_the_build() -> None:
    async with open_toolbox() as toolbox:
        error = await toolbox.error("tavus_pal_build_and_verify", prompt=PROMPT, face_id="r0")

    assert error == "face_id: there is no face 'r0' to give to the PAL"
    assert list_changes(toolbox) == []


@pytest.mark.asyncio
async def test_answers_are_said_one_after_the_other() -> None:
    async with open_toolbox(judged_script("pass")) as toolbox:
        result = await build_pal(
            toolbox, answers=["Only in the morning.", "Call her Ada."], max_rounds=2
        )

    said = [row["text"] for row in result["build_transcript"] if row["role"] == "user"]
    assert said == [PROMPT, "Only in the morning.", "Call her Ada."]


@pytest.mark.asyncio
async def test_no_more_answers_are_said_than_there_are_rounds() -> None:
    async with open_toolbox(judged_script("pass")) as toolbox:
        result = await build_pal(toolbox, answers=["One.", "Two.", "Three."], max_rounds=1)

    said = [row["text"] for row in result["build_transcript"] if row["role"] == "user"]
    assert said == [PROMPT, "One."]


@pytest.mark.asyncio
@pytest.mark.fidelity("mcp.hosted_build")
async def test_the_hosted_tool_drafts_from_briefs_without_the_carrier() -> None:
    async with open_toolbox(judged_script("pass"), hosted=True) as toolbox:
        first = await build_pal(toolbox, briefs={"personality": "Be kind."})
        said = [{"role": "user", "content": "Be brief."}]
        again = await build_pal(
            toolbox, pal_id=first["pal_id"], briefs={"greeting": 'Say "Hi."'}, transcript=said
        )
        pal = await toolbox.value("tavus_pal_get", pal_id=first["pal_id"])

    assert "POST /conversations/persona-builder/headless" not in list_changes(toolbox)
    assert again["pal_id"] == first["pal_id"]
    assert again["build_transcript"] == [{"role": "user", "text": "Be brief."}]
    assert pal["greeting"] == "Hi."


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("A dental receptionist. Books visits.", "Dental receptionist"),
        ("the one and only helper of all", "One and only helper"),
        ("...", "Untitled PAL"),
    ],
)
async def test_a_builder_is_named_after_the_first_words_of_its_prompt(
    prompt: str, name: str
) -> None:
    async with open_toolbox(judged_script("pass")) as toolbox:
        result = await build_pal(toolbox, prompt=prompt)
        read = await toolbox.value("tavus_builder_get", builder_id=result["builder_id"])

    assert read["session"]["name"] == name
