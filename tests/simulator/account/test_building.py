"""A PAL is built, tried and judged, request by request, as the official client does it [client]."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from pytest_tavus.scenario.load.parse import parse_inline
from pytest_tavus.simulator.account.front import Api
from pytest_tavus.simulator.account.store.account import Account, AccountIds
from pytest_tavus.simulator.account.store.stock import add_stock
from pytest_tavus.simulator.rooms.port import LiveConversation
from tests.simulator.rooms.room import (
    EPOCH,
    RecordingParticipant,
    RoomServer,
    build_app_message,
    run_pending_tasks,
    serve_rooms,
    wait_until,
)

pytestmark = pytest.mark.asyncio

REQUEST = "A tutor for Latin."
CARRIER = "p1abc173c043"
SCRIPT = {
    "pal": {"pal_name": "Tutor for Latin"},
    "turns": [
        {"user": "What is salve?", "says": {"contains": "hello"}, "plays": {"says": "It is hello."}}
    ],
    "judge": {"overall": "pass", "objectives": {"reach_the_goal": "satisfied"}},
}


class Creator:
    """Does what the official client does, one step at a time."""

    def __init__(self, home: RoomServer) -> None:
        self.home = home
        account = Account(
            ids=AccountIds(seed=1),
            now=lambda: EPOCH,
            live=home.conversations,
            scripts=home.scripts,
        )
        add_stock(account)
        self.api = Api(account)

    async def send(self, line: str, body: Any = None) -> Any:
        method, _, path = line.partition(" ")
        answer = await self.api.call(method, path, body=body)
        assert answer.status < 300, answer
        return answer.body if answer.lines is None else answer.lines[-1]

    def join(self, conversation_id: str) -> tuple[LiveConversation, RecordingParticipant]:
        conversation, guest = self.home.conversations.get(conversation_id), RecordingParticipant()
        assert conversation is not None
        conversation.join(guest)
        return conversation, guest

    async def tell(
        self, conversation: LiveConversation, guest: RecordingParticipant, text: str
    ) -> None:
        key = conversation.opening.conversation_id
        before = len(guest.received)
        await conversation.receive(build_app_message("respond", key, text=text), sender=guest)
        await wait_until(lambda: len(guest.received) > before)
        await run_pending_tasks()

    async def interview(self, builder_id: str, pal_id: str) -> list[str]:
        """Speak with the carrier, and do what it asks for. Return what it said."""
        context = (
            "<creator_initial_request>\nWhat the creator typed to open the session.\n"
            f"{REQUEST}\n</creator_initial_request>"
        )
        opened = await self.send(
            "POST /conversations/persona-builder/headless",
            {
                "builder_id": builder_id,
                "persona_id": CARRIER,
                "conversational_context": context,
                "chat": True,
                "modality": "text",
                "llm": {"model": "tavus-pal-maker-gemma-4"},
                "headless_transport": False,
            },
        )
        conversation, guest = self.join(opened["conversation_id"])
        await self.tell(conversation, guest, f"Treat this as one brief.\n\n{REQUEST}")
        (call,) = guest.of_type("conversation.tool_call")
        await self.draft(builder_id, pal_id, json.loads(call["properties"]["arguments"]))
        result = {"tool_call_id": guest.call_id(), "name": "draft_pal", "output": "Drafted."}
        key = opened["conversation_id"]
        await conversation.receive(build_app_message("tool_result", key, **result), sender=guest)
        renewed = build_app_message("overwrite_llm_context", key, context="anew")
        await conversation.receive(renewed, sender=guest)
        await self.tell(conversation, guest, "(System: the requested builder action completed.)")
        conversation.leave(guest)
        await self.send(f"POST /conversations/{key}/end")
        return guest.utterances()

    async def draft(self, builder_id: str, pal_id: str, arguments: dict[str, str]) -> None:
        briefs = {
            "personality": arguments["sections_brief"],
            "objectives": arguments["objectives_brief"],
            "guardrails": arguments["guardrails_brief"],
            "greeting": arguments["greeting_brief"],
        }
        pal = await self.send(f"GET /pals/{pal_id}")
        current = {"system_prompt": pal["system_prompt"] or "", "name": pal["pal_name"]}
        wish = {"message": REQUEST, "briefs": briefs, "current": current}
        done = await self.send(f"POST /builder/{builder_id}/draft-fanout", wish)
        content = done["content"]
        values = {
            "/system_prompt": content["personality"]["system_prompt"],
            "/pal_name": content["personality"]["persona_name"],
            "/persona_description": content["personality"]["persona_description"],
            "/greeting": content["greeting"],
        }
        operations = [{"op": "replace", "path": path, "value": values[path]} for path in values]
        await self.send(f"PATCH /pals/{pal_id}", operations)

    async def spec(self, pal_id: str) -> dict[str, Any]:
        pal = await self.send(f"GET /pals/{pal_id}")
        ids = pal["guardrail_ids"]
        return {
            "persona_id": pal_id,
            "persona_name": pal["pal_name"],
            "objectives": await self.send(f"GET /objectives/{pal['objectives_id']}"),
            "guardrails": [await self.send(f"GET /guardrails/{key}") for key in ids],
            "tools": await self.send(f"GET /pals/{pal_id}/tools/"),
            "skills": await self.send(f"GET /pals/{pal_id}/skills/"),
        }

    async def smoke_test(self, pal_id: str, probes: list[str]) -> list[dict[str, str]]:
        opened = await self.send("POST /conversations", {"persona_id": pal_id, "chat": True})
        conversation, guest = self.join(opened["conversation_id"])
        await run_pending_tasks()
        rows: list[dict[str, str]] = []
        for probe in probes:
            before = len(guest.utterances())
            await self.tell(conversation, guest, probe)
            text = "\n".join(guest.utterances()[before:])
            rows += [{"role": "user", "text": probe}, {"role": "assistant", "text": text}]
        await self.send(f"POST /conversations/{opened['conversation_id']}/end")
        return rows


@asynccontextmanager
async def new_creator() -> AsyncGenerator[Creator]:
    async with serve_rooms() as home:
        yield Creator(home)


@pytest.mark.fidelity("builder.build_and_verify")
async def test_a_pal_is_built_tried_and_judged_as_its_scenario_says() -> None:
    async with new_creator() as creator:
        creator.home.scripts.add(parse_inline(SCRIPT, name="a lesson"))
        session = await creator.send("POST /builder", {"name": "Tutor for Latin"})
        builder_id, pal_id = session["builder_id"], session["persona_id"]
        spoken = await creator.interview(builder_id, pal_id)
        await creator.send(f"POST /builder/{builder_id}/publish")
        face = await creator.send("POST /persona-builder/select-replica", {"persona_id": pal_id})
        spec = await creator.spec(pal_id)
        probes = await creator.send(
            "POST /persona-builder/llm/generate-probes", {"persona_spec": spec}
        )
        transcript = await creator.smoke_test(pal_id, probes["probes"])
        verdict = await creator.send(
            "POST /persona-builder/llm/judge-transcript",
            {"persona_spec": spec, "smoke_transcript": transcript},
        )
        pal = await creator.send(f"GET /pals/{pal_id}")
        active = creator.home.conversations.count_active()

    assert spoken == [
        "The draft is ready: I wrote it from your brief. Tell me what you would like to change."
    ]
    assert pal["system_prompt"] == "## Role\nYou are Tutor for Latin.\n\n## Brief\n" + REQUEST
    assert (pal["is_published"], pal["default_face_id"]) == (True, face["replica_id"])
    assert transcript == [
        {"role": "user", "text": "What is salve?"},
        {"role": "assistant", "text": "It is hello."},
    ]
    assert verdict["overall"] == "pass"
    assert [one["satisfied"] for one in verdict["objectives"]] == [True]
    assert [one["held"] for one in verdict["guardrails"]] == [True]
    assert active == 0


async def test_without_a_scenario_the_pal_is_built_and_the_verdict_is_partial() -> None:
    async with new_creator() as creator:
        session = await creator.send("POST /builder", {"name": "Tutor for Latin"})
        pal_id = session["persona_id"]
        await creator.interview(session["builder_id"], pal_id)
        spec = await creator.spec(pal_id)
        verdict = await creator.send(
            "POST /persona-builder/llm/judge-transcript",
            {"persona_spec": spec, "smoke_transcript": []},
        )

    assert verdict["overall"] == "partial"
