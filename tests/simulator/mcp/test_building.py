"""A PAL built from a sentence: what is asked of the API, in which order, and what comes back."""

from __future__ import annotations

import pytest

from pytest_tavus.simulator.account.builder.carrier import CLOSING
from tests.simulator.mcp.box import bench
from tests.simulator.mcp.builds import PROMPT, built, judged, lines


@pytest.mark.asyncio
@pytest.mark.fidelity("mcp.build_and_verify")
async def test_a_pal_is_drafted_published_given_a_face_tried_and_judged_in_that_order() -> None:
    async with bench(judged("pass")) as at:
        result = await built(at)
        builder, pal = f"/builder/{result['builder_id']}", f"/pals/{result['pal_id']}"
        conversations = [one["conversation_id"] for one in at.api.account.conversations.rows()]
        ends = [f"POST /conversations/{one}/end" for one in conversations]

    assert lines(at) == [
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
    assert at.api.account.live.count_active() == 0


@pytest.mark.asyncio
@pytest.mark.fidelity("mcp.refinement")
async def test_a_pal_that_does_not_pass_is_put_right_once_and_tried_again() -> None:
    async with bench(judged("partial")) as at:
        result = await built(at)

    assert result["refine_rounds_used"] == 1
    assert result["validated"] is False
    assert lines(at).count("POST /persona-builder/llm/judge-transcript") == 2
    assert sum(line.endswith("/publish") for line in lines(at)) == 2
    told = [row["text"] for row in result["build_transcript"] if row["role"] == "user"]
    assert told == [PROMPT]  # what is to be put right is not the creator's own line


@pytest.mark.asyncio
async def test_a_face_and_probes_of_ones_own_are_taken() -> None:
    async with bench(judged("pass", "Ping", "Pong")) as at:
        result = await built(at, face_id="r5f0577fc829", probes=["Ping", "Pong"])
        pal = await at.value("tavus_pal_get", pal_id=result["pal_id"])

    assert (result["face_id"], result["face_selection"]) == ("r5f0577fc829", None)
    assert pal["default_face_id"] == "r5f0577fc829"
    assert [row["text"] for row in result["smoke_transcript"]] == ["Ping", "gniP", "Pong", "gnoP"]
    assert "POST /persona-builder/llm/generate-probes" not in lines(at)


@pytest.mark.asyncio
async def test_a_face_that_is_not_there_is_told_before_anything_is_built() -> None:
    async with bench() as at:
        error = await at.error("tavus_pal_build_and_verify", prompt=PROMPT, face_id="r0")

    assert error == "face_id: there is no face 'r0' to give to the PAL"
    assert lines(at) == []


@pytest.mark.asyncio
async def test_answers_are_said_one_after_the_other() -> None:
    async with bench(judged("pass")) as at:
        result = await built(at, answers=["Only in the morning.", "Call her Ada."], max_rounds=2)

    said = [row["text"] for row in result["build_transcript"] if row["role"] == "user"]
    assert said == [PROMPT, "Only in the morning.", "Call her Ada."]


@pytest.mark.asyncio
async def test_no_more_answers_are_said_than_there_are_rounds() -> None:
    async with bench(judged("pass")) as at:
        result = await built(at, answers=["One.", "Two.", "Three."], max_rounds=1)

    said = [row["text"] for row in result["build_transcript"] if row["role"] == "user"]
    assert said == [PROMPT, "One."]


@pytest.mark.asyncio
@pytest.mark.fidelity("mcp.hosted_build")
async def test_the_hosted_tool_drafts_from_briefs_without_the_carrier() -> None:
    async with bench(judged("pass"), hosted=True) as at:
        first = await built(at, briefs={"personality": "Be kind."})
        said = [{"role": "user", "content": "Be brief."}]
        again = await built(
            at, pal_id=first["pal_id"], briefs={"greeting": 'Say "Hi."'}, transcript=said
        )
        pal = await at.value("tavus_pal_get", pal_id=first["pal_id"])

    assert "POST /conversations/persona-builder/headless" not in lines(at)
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
    async with bench(judged("pass")) as at:
        result = await built(at, prompt=prompt)
        read = await at.value("tavus_builder_get", builder_id=result["builder_id"])

    assert read["session"]["name"] == name
