"""The conversation with the carrier: it is told what the creator wants, and its calls are done."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from msgspec import Struct

from pytest_tavus.contract.body import json_object
from pytest_tavus.errors import ServiceError
from pytest_tavus.json_data import JsonObject
from pytest_tavus.simulator.mcp.building.carrier_context import carrier_context
from pytest_tavus.simulator.mcp.building.carrier_tools import do_call
from pytest_tavus.simulator.mcp.building.drafts import Build, keep_said
from pytest_tavus.simulator.mcp.building.participant import Heard, ToolParticipant, seated
from pytest_tavus.simulator.mcp.client import ApiClient, refuse

HOPS = 4
"""How often in a row the carrier may call tools after one line of the creator [client]."""

ROUNDS = 50
"""Lines of the creator in one build, at most: ours, so that every build ends."""

MODEL = "tavus-pal-maker-gemma-4"

_NO_QUESTIONS = (
    "This is everything you will be told. Choose for yourself where it says nothing, ask nothing, "
    "and draft the whole PAL now.\n\n"
)
_DECIDE = "Choose for yourself what is still open, ask nothing more, and draft the whole PAL now."
_NOW = "This was the last line. Call draft_pal for the whole PAL now."


class Interview(Struct, frozen=True, kw_only=True):
    """What the creator says to the carrier."""

    opening: str
    answers: Sequence[str] | None = None
    "What the creator says next, one line after the other; `None`: nothing, and no question helps."

    rounds: int = 4
    keeps_opening: bool = True
    "Whether the opening is the creator's own line, to be kept as such."

    def lines(self, build: Build) -> Iterator[tuple[str, str | None]]:
        """Yield each line as it is said and as the creator's own, until it is enough [client]."""
        own = self.opening if self.keeps_opening else None
        rounds = max(1, min(self.rounds, ROUNDS))
        if self.answers is not None:
            yield self.opening, own
            yield from ((line, line) for line in map(str.strip, self.answers[:rounds]) if line)
        else:
            yield _NO_QUESTIONS + self.opening, own
            yield from ((_DECIDE, None) for _ in range(rounds - 1) if not build.drafted)
        if not build.drafted:
            yield _NOW, None


async def hold_interview(client: ApiClient, build: Build, interview: Interview) -> None:
    """Have the carrier draft a PAL, or change one.

    Raises:
        ServiceError: the API refused, the carrier did not reply, or it drafted nothing.

    """
    body: JsonObject = {
        "builder_id": build.builder_id,
        "persona_id": _carrier_id(client.place.environment),
        "conversation_name": f"Headless build: {build.builder_id}",
        "conversational_context": await carrier_context(client, build),
        "chat": True,
        "modality": "text",
        "llm": {"model": MODEL},
        "headless_transport": False,
    }
    created = json_object(await client.post("/conversations/persona-builder/headless", body)) or {}
    conversation_id = str(created.get("conversation_id") or "")
    history = str(created.get("builder_history_context") or "")
    async with seated(client, conversation_id) as seat:
        for line, own in interview.lines(build):
            await _Round(client, build, seat, history).hold(line, own)
    if not build.drafted:
        refuse("the carrier ended without a draft")


class _Round(Struct, frozen=True):
    """One line of the creator, and everything the carrier does about it."""

    client: ApiClient
    build: Build
    seat: ToolParticipant
    history: str

    async def hold(self, line: str, own: str | None) -> None:
        if own is not None:
            self.build.request = own
            await keep_said(self.client, self.build, role="user", text=own)
        for hop in range(HOPS + 1):
            heard = await self.seat.say(line, within=self.client.patience.turn)
            if text := _told(heard):
                await keep_said(self.client, self.build, role="assistant", text=text)
            if not heard.calls or hop == HOPS:
                return
            line = await self._done(heard)

    async def _done(self, heard: Heard) -> str:
        """Do what was called for, and return the line that tells the carrier of it."""
        outcomes: list[str] = []
        for call in heard.calls:
            outcomes.append(await do_call(self.client, self.build, call))
            result = {"name": call.name, "status": "success", "output": outcomes[-1]}
            with contextlib.suppress(ServiceError):  # too late is as good: the context tells it
                await self.seat.send(
                    "conversation.tool_result", tool_call_id=call.call_id, **result
                )
        context = await carrier_context(self.client, self.build, history=self.history)
        await self.seat.send("conversation.overwrite_llm_context", context=context)
        done = "\n".join(f"- {outcome}" for outcome in outcomes)
        return (
            "(System: what you called for was done. Tell the creator so in one sentence, and call "
            f"for none of it again.)\n{done}"
        )


def _told(heard: Heard) -> str:
    """Return the carrier's words, or those that it put into a call [client]."""
    spoken = [str(call.arguments.get("response_to_user") or "") for call in heard.calls]
    return (heard.text or next((text for text in reversed(spoken) if text), "")).strip()


def _carrier_id(environment: str) -> str:
    return "p75e99695c86" if environment.upper() == "TEST" else "p1abc173c043"
