"""The carrier: the PAL that interviews a creator and calls the builder's tools [client].

Its tools and ids are those of the official client 0.11.0 (sdk/recipes/carrier_builder.py). At Tavus
a language model plays the carrier; here a script does: a scenario that was loaded for its id, else
the built-in script, which asks nothing and drafts from the creator's request.

Programs open a text conversation: ``POST /conversations/persona-builder/headless`` [client].
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pytest_tavus.contract.body import JsonDict
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
"""The first is for production and staging, the second for the test environment [client]."""

CARRIER_NAME = "PAL Maker"

CLOSING = "The draft is ready: I wrote it from your brief. Tell me what you would like to change."
"""The line of the built-in script after each draft."""

ROUNDS = 50
"""The most lines of a creator that the built-in script answers."""

_REQUEST = re.compile(r"<creator_initial_request>\n.*\n([\s\S]*?)\n</creator_initial_request>")
_CHANGES = {"sections_brief": "Change the draft as the creator's latest request asks."}
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
    """Return the carrier with its tools, which the client answers by app message."""
    return Pal(pal_id=pal_id, pal_name=CARRIER_NAME, tools=_tools())


def carrier_script(book: ScriptBook, pal: Pal, *, request: str) -> Scenario:
    """Return the script of the carrier: the last scenario with its id, else the built-in script."""
    # A script without an id also matches the carrier's name; only its own id replaces it.
    loaded = [
        script
        for script in book.list_scripts(pal.pal_id or "", pal.pal_name)
        if script.pal.pal_id == pal.pal_id
    ]
    return loaded[-1] if loaded else build_default_script(pal, request=request)


def build_default_script(pal: Pal, *, request: str) -> Scenario:
    """Return the script that drafts from each line of the creator.

    The turns come in pairs: a client runs the call of the first turn and then sends a line itself,
    which the closing line of the second turn answers.
    """
    source = InlineSource()
    first = _build_drafting_turn(0, _briefs(request), user=request)
    later = (
        turn
        for index in range(1, ROUNDS)
        for turn in (
            _build_drafting_turn(2 * index, _CHANGES, user=""),
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


def _build_drafting_turn(index: int, arguments: Mapping[str, str], *, user: str) -> Turn:
    at = ("turns", index)
    spoken = {"response_to_user": "I am drafting your PAL."}
    # Arguments are templates, and the creator's words may contain braces.
    escaped = {name: escape(value) for name, value in {**arguments, **spoken}.items()}
    call = PlayedCall(at=at, tool="draft_pal", arguments=escaped)
    return Turn(at=at, user=user, plays=Plays(at=at, calls=((call,),)))


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


def _tools() -> tuple[Tool, ...]:
    text = {"type": "string"}
    any_value: JsonDict = {}
    return (
        _tool(
            "draft_pal",
            "Draft the PAL, or draft it anew, from a brief for each of its parts.",
            {**dict.fromkeys(_BRIEFS, text), "response_to_user": text},
        ),
        _tool(
            "update_persona_field",
            "Change one field of the PAL.",
            {"field": text, "value": any_value, "response_to_user": text},
        ),
        _tool(
            "read_knowledge_document",
            "Read a document of the creator's knowledge base.",
            {"document_id": text, "response_to_user": text},
        ),
        _tool("publish_persona", "Publish the draft.", {"response_to_user": text}),
    )


def _tool(name: str, description: str, properties: JsonDict) -> Tool:
    return Tool(
        name=name,
        description=description,
        parameters={"type": "object", "properties": dict(properties)},
        delivery=Delivery(app_message=True),
        on_call="silent",
        on_resolve="fire_and_forget",
    )


async def open_headless(account: Account, request: ApiRequest) -> ApiAnswer:
    """Open a text conversation between a builder session and the carrier."""
    opening = read_body(HeadlessOpening, request.body)
    row = SESSIONS.require(account, opening.builder_id)
    if opening.pal_id not in CARRIER_IDS:
        raise invalid_id("persona_id")
    pal = carrier(opening.pal_id)
    brief = find_request(opening.conversational_context) or _last_request(row)
    body = ConversationBody(
        pal_id=opening.pal_id,
        conversation_name=opening.conversation_name,
        conversational_context=opening.conversational_context,
        chat=True,
    )
    script = carrier_script(account.scripts, pal, request=brief)
    record = await open_conversation(account, body, pal=pal, script=script)
    context = history_context(row)
    return ApiAnswer(body={**build_opening_body(record), "builder_history_context": context})


def _last_request(row: BuilderRow) -> str:
    """Return the creator's last message in the session, else the name of the session."""
    contents = [message["content"] for message in row["chat_history"] if message["role"] == "user"]
    return contents[-1] if contents else row["name"]


ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/conversations/persona-builder/headless",
        operation=open_headless,
        source="client",
    ),
)
