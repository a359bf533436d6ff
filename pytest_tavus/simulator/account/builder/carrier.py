"""The carrier: the PAL that interviews a creator and calls the builder's tools [client].

Its tools and ids are those of the official client 0.11.0 (sdk/recipes/carrier_builder.py). At Tavus
a language model speaks for it; here a script does: a scenario that was loaded for its id, else the
one below, which asks nothing and drafts from what the creator wrote.

A program speaks with it in text only: ``POST /conversations/persona-builder/headless`` [client].
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pytest_tavus.contract.body import Json
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.resources.building import HeadlessOpening
from pytest_tavus.contract.resources.conversation_body import ConversationBody
from pytest_tavus.contract.tool.tool import Delivery, Tool
from pytest_tavus.scenario.load.parse import InlineSource
from pytest_tavus.scenario.values.model import PlayedCall, Plays, Scenario, Turn
from pytest_tavus.scenario.values.templates import escape
from pytest_tavus.simulator.account.builder.builder import SESSIONS, history_context
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.refusals import invalid_id
from pytest_tavus.simulator.account.resource import Route
from pytest_tavus.simulator.account.resources.openings import build_opening_body, open_conversation
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.rows import BuilderRow
from pytest_tavus.simulator.rooms.played import ScriptBook

CARRIER_IDS = frozenset({"p1abc173c043", "p75e99695c86"})
"""The first in production and staging, the second in the test environment [client]."""

CARRIER_NAME = "PAL Maker"

CLOSING = "The draft is ready: I wrote it from your brief. Tell me what you would like to change."
"""What the built-in script says once a draft is there."""

ROUNDS = 50
"""Lines of a creator that the built-in script has an answer to."""

_REQUEST = re.compile(r"<creator_initial_request>\n.*\n([\s\S]*?)\n</creator_initial_request>")
_BRIEFS = (
    "sections_brief",
    "facts_brief",
    "objectives_brief",
    "guardrails_brief",
    "greeting_brief",
    "tools_brief",
    "skills_brief",
    "perception_brief",
    "documents_brief",
    "face_brief",
)


def carrier(pal_id: str) -> Pal:
    """Return the carrier with its tools, each answered by the client as an app message."""
    return Pal(pal_id=pal_id, pal_name=CARRIER_NAME, tools=_tools())


def carrier_script(book: ScriptBook, pal: Pal, *, request: str) -> Scenario:
    """Return what the carrier plays: the last scenario that names its id, else the built-in one."""
    own = [
        one
        for one in book.list_scripts(pal.pal_id or "", pal.pal_name)
        if one.pal.pal_id == pal.pal_id
    ]
    return own[-1] if own else build_default_script(pal, request=request)


def build_default_script(pal: Pal, *, request: str) -> Scenario:
    """Return the script in which each line of the creator is drafted, and its outcome told.

    A client does what the call asks for, and then sends a line of its own, which the closing line
    answers. So the turns come in pairs.
    """
    source = InlineSource()
    first = _build_drafting_turn(0, _briefs(request), said=request)
    later = (
        turn
        for index in range(1, ROUNDS)
        for turn in (
            _build_drafting_turn(2 * index, _changes(), said=""),
            _build_closing_turn(2 * index + 1),
        )
    )
    return Scenario(
        at=(),
        name="the carrier drafts what the creator asks for",
        source=source,
        pal=pal,
        pal_source=source,
        turns=(first, _build_closing_turn(1), *later),
    )


def find_request(context: str) -> str | None:
    """Return the creator's request from the context that the official client builds [client]."""
    found = _REQUEST.search(context)
    return found[1].strip() if found and found[1].strip() else None


def _build_drafting_turn(index: int, arguments: Mapping[str, str], *, said: str) -> Turn:
    at = ("turns", index)
    told = {"response_to_user": "I am drafting your PAL."}
    call = PlayedCall(
        at=at, tool="draft_pal", arguments={k: escape(v) for k, v in {**arguments, **told}.items()}
    )
    return Turn(at=at, user=said, plays=Plays(at=at, calls=((call,),)))


def _build_closing_turn(index: int) -> Turn:
    at = ("turns", index)
    return Turn(at=at, user="", plays=Plays(at=at, calls=(), says=str(escape(CLOSING))))


def _briefs(request: str) -> dict[str, str]:
    return {
        "sections_brief": request,
        "objectives_brief": f"Reach what the creator asks for: {request}",
        "guardrails_brief": f"Stay within what the creator asks for: {request}",
        "greeting_brief": request,
        "tools_brief": request,
        "documents_brief": request,
    }


def _changes() -> dict[str, str]:
    asked = "Change the draft as the creator's latest request asks."
    return {"sections_brief": asked}


def _tools() -> tuple[Tool, ...]:
    text = {"type": "string"}
    anything: Json = {}
    return (
        _tool(
            "draft_pal",
            "Draft the PAL, or draft it anew, from a brief for each of its parts.",
            {**dict.fromkeys(_BRIEFS, text), "response_to_user": text},
        ),
        _tool(
            "update_persona_field",
            "Change one field of the PAL.",
            {"field": text, "value": anything, "response_to_user": text},
        ),
        _tool(
            "read_knowledge_document",
            "Read a document of the creator's knowledge base.",
            {"document_id": text, "response_to_user": text},
        ),
        _tool("publish_persona", "Publish the draft.", {"response_to_user": text}),
    )


def _tool(name: str, description: str, properties: Json) -> Tool:
    return Tool(
        name=name,
        description=description,
        parameters={"type": "object", "properties": dict(properties)},
        delivery=Delivery(app_message=True),
        on_call="silent",
        on_resolve="fire_and_forget",
    )


async def open_headless(account: Account, request: ApiRequest) -> ApiAnswer:
    """Open a conversation of a builder session with the carrier, which is always a chat."""
    wanted = read_body(HeadlessOpening, request.body)
    row = SESSIONS.require(account, wanted.builder_id)
    if wanted.pal_id not in CARRIER_IDS:
        raise invalid_id("persona_id")
    pal = carrier(wanted.pal_id)
    request_made = find_request(wanted.conversational_context) or _last_request(row)
    body = ConversationBody(
        pal_id=wanted.pal_id,
        conversation_name=wanted.conversation_name,
        conversational_context=wanted.conversational_context,
        chat=True,
    )
    script = carrier_script(account.scripts, pal, request=request_made)
    record = await open_conversation(account, body, pal=pal, script=script)
    context = history_context(row)
    return ApiAnswer(body={**build_opening_body(record), "builder_history_context": context})


def _last_request(row: BuilderRow) -> str:
    """Return what the creator said last in the session, else its name."""
    said = [one["content"] for one in row["chat_history"] if one["role"] == "user"]
    return said[-1] if said else row["name"]


ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/conversations/persona-builder/headless",
        operation=open_headless,
        source="client",
    ),
)
