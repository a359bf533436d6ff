"""Drafting: the fan-out of the present builder, and the routes of the older one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_tavus.simulator.account.builder import builder, fanout
from pytest_tavus.simulator.account.resources import pals
from pytest_tavus.simulator.account.store.stock import add_stock
from tests.simulator.account.account import AccountClient
from tests.simulator.account.rows import document_row

pytestmark = pytest.mark.asyncio

REQUEST = "A booking agent for a dental practice."


class BuilderClient(AccountClient):
    """A client with an open builder session and its PAL."""

    def __init__(self) -> None:
        super().__init__((*builder.ROUTES, *fanout.ROUTES, *pals.ROUTES))
        add_stock(self.account)

    async def open_session(self) -> str:
        row = await self.fetch("POST /builder", {"name": "Dental desk"})
        self.pal_id: str = row["persona_id"]
        return f"/builder/{row['builder_id']}"

    async def pal(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.fetch(f"GET /pals/{self.pal_id}")
        return found


def draft_request(**briefs: str) -> dict[str, Any]:
    current = {"system_prompt": "", "greeting": "", "name": "Dental desk", "description": ""}
    return {"message": REQUEST, "briefs": briefs, "current": {**current, "tool_ids": []}}


@pytest.mark.fidelity("builder.draft_fanout")
async def test_the_last_frame_is_done_and_has_every_draft() -> None:
    client = BuilderClient()
    line = await client.open_session()
    answer = await client.send(
        f"POST {line}/draft-fanout",
        draft_request(personality="Book visits.", greeting='Say "Hello!"'),
    )
    assert answer.status == 200
    assert answer.body is None
    assert answer.lines is not None
    *parts, done = answer.lines
    assert [one["type"] for one in parts] == ["artifact", "artifact"]
    assert done == {
        "type": "done",
        "persona_id": client.pal_id,
        "content": {
            "personality": {
                "system_prompt": "## Role\nYou are Dental desk.\n\n## Brief\nBook visits.\n\n"
                "## Request\nA booking agent for a dental practice.",
                "persona_name": "Dental desk",
                "persona_description": "A booking agent for a dental practice.",
            },
            "greeting": "Hello!",
        },
    }


@pytest.mark.fidelity("builder.draft_fanout")
async def test_the_client_patches_the_words_and_every_other_part_is_attached() -> None:
    client = BuilderClient()
    line = await client.open_session()
    before = await client.pal()
    await client.send(
        f"POST {line}/draft-fanout",
        draft_request(
            personality="x", objectives="- Ask for the name\n- Book", guardrails="No advice."
        ),
    )
    after = await client.pal()
    assert after["system_prompt"] == before["system_prompt"]
    objectives = client.account.objectives.get(after["objectives_id"])
    assert objectives is not None
    assert [one["objective_name"] for one in objectives["data"]] == ["ask_for_the_name", "book"]
    (guardrail_id,) = after["guardrail_ids"]
    guardrail = client.account.guardrails.get(guardrail_id)
    assert guardrail is not None
    assert guardrail["guardrail_prompt"] == "No advice."


async def test_parts_that_briefs_name_are_attached() -> None:
    client = BuilderClient()
    line = await client.open_session()
    client.account.tools.put("t1", {"tool_id": "t1", "name": "find_visit"})
    client.account.tools.put("t2", {"tool_id": "t2", "name": "cancel_visit"})
    client.account.documents.put("d1", document_row("d1", "Price list"))
    answer = await client.send(
        f"POST {line}/draft-fanout",
        draft_request(
            tools="Use find_visit and end_call.",
            documents="The price list.",
            skills="With web search.",
            perception="It sees.",
            face="The one called Library.",
        ),
    )
    assert answer.lines is not None
    content = answer.lines[-1]["content"]
    assert content["tools"] == {"tool_ids": ["t1"]}
    assert content["documents"] == {"document_ids": ["d1"]}
    assert content["skills"] == {"skills": ["internet_search"]}
    assert content["perception"] == {"perception_model": "raven-1"}
    assert content["face"] == {"replica_id": "r5f0577fc829"}
    pal = await client.pal()
    assert pal["tool_ids"] == ["t1"]
    assert pal["document_ids"] == ["d1"]
    assert pal["default_face_id"] == "r5f0577fc829"
    assert pal["layers"]["perception"]["perception_model"] == "raven-1"


async def test_without_a_name_in_the_brief_the_recommended_face_is_taken() -> None:
    client = BuilderClient()
    line = await client.open_session()
    await client.send(f"POST {line}/draft-fanout", draft_request(face="Somebody kind."))
    assert (await client.pal())["default_face_id"] == "r90bbd427f71"


async def test_the_same_request_twice_is_drafted_alike() -> None:
    first, second = BuilderClient(), BuilderClient()
    answers = [
        await client.send(
            f"POST {await client.open_session()}/draft-fanout",
            draft_request(personality="a", objectives="b"),
        )
        for client in (first, second)
    ]
    assert answers[0] == answers[1]


@pytest.mark.fidelity("builder.drafting_message")
async def test_the_drafting_message_is_appended_once() -> None:
    client = BuilderClient()
    line = await client.open_session()
    said = {"messages": [{"role": "user", "content": REQUEST}]}
    await client.fetch(f"POST {line}/append-messages", said)
    await client.send(f"POST {line}/draft-fanout", draft_request(greeting="x"))
    assert (await client.fetch(f"GET {line}"))["session"]["chat_history"] == said["messages"]
    later = {**draft_request(greeting="x"), "message": "Shorter."}
    await client.send(f"POST {line}/draft-fanout", later)
    assert len((await client.fetch(f"GET {line}"))["session"]["chat_history"]) == 2


async def test_an_unknown_brief_is_refused_by_name() -> None:
    client = BuilderClient()
    line = await client.open_session()
    assert await client.refusal(f"POST {line}/draft-fanout", draft_request(personalty="x")) == (
        400,
        {
            "error": "Bad Request. {'briefs': {'personalty': "
            "[\"unknown key 'personalty'; did you mean 'personality'?\"]}}"
        },
    )


@pytest.mark.fidelity("builder.older_chat")
async def test_the_older_chat_is_text_then_data_between_two_marks() -> None:
    client = BuilderClient()
    line = await client.open_session()
    answer = await client.send(f"POST {line}/chat", {"message": REQUEST})
    assert answer.text is not None
    text, stop, rest = answer.text.partition("[STOP]")
    data, end, nothing = rest.partition("[BREAK]")
    assert (stop, end, nothing) == ("[STOP]", "[BREAK]", "")
    assert text == "I have what I need for a first draft. Apply it, then preview your PAL."
    assert json.loads(data) == {
        "suggestions": [],
        "draft_ready": True,
        "targets": ["personality", "greeting", "objectives", "guardrails"],
    }
    assert (await client.fetch(f"GET {line}/chat"))["messages"] == [
        {"role": "user", "content": REQUEST},
        {"role": "assistant", "content": text},
    ]


@pytest.mark.fidelity("builder.older_updates")
async def test_the_older_routes_draft_into_the_pal() -> None:
    client = BuilderClient()
    line = await client.open_session()
    told = await client.fetch(
        f"POST {line}/update-personality",
        {"message": REQUEST, "persona_name": True, "system_prompt": True},
    )
    assert told["persona_name"] == "Dental desk"
    await client.fetch(f"POST {line}/update-greeting", {"message": 'Say "Welcome!"'})
    await client.fetch(f"POST {line}/update-objectives", {"message": "- Book"})
    await client.fetch(f"POST {line}/update-guardrails", {"message": "- No advice"})
    pal = await client.pal()
    assert pal["system_prompt"].startswith("## Role\nYou are Dental desk.")
    assert pal["greeting"] == "Welcome!"
    assert client.account.objectives.get(pal["objectives_id"]) is not None
    assert len(pal["guardrail_ids"]) == 1


async def test_only_parts_with_a_brief_are_drafted() -> None:
    client = BuilderClient()
    line = await client.open_session()
    told = await client.fetch(
        f"POST {line}/update-personality", {"message": "x", "persona_name": True}
    )
    assert told == {"persona_id": client.pal_id, "persona_name": "Dental desk"}
    assert not (await client.pal())["system_prompt"]
