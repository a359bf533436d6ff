"""The conversation in which a program speaks with the carrier, in text only [client].

The route is ``POST /conversations/persona-builder/headless``. The carrier belongs to Tavus: no
account holds it, and its script is `carrier`'s.
"""

from __future__ import annotations

from pytest_tavus.contract.body import Json
from pytest_tavus.contract.resources.building import HeadlessOpening
from pytest_tavus.contract.resources.conversation_body import ConversationBody
from pytest_tavus.simulator.account.builder.builder import history_context, session
from pytest_tavus.simulator.account.builder.carrier import (
    CARRIER_IDS,
    carrier,
    carrier_script,
    request_in,
)
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.refusals import invalid_id
from pytest_tavus.simulator.account.resources.openings import answered_opening, open_conversation
from pytest_tavus.simulator.account.route import Route
from pytest_tavus.simulator.account.store.account import Account


async def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Open a conversation of a builder session with the carrier, which is always a chat."""
    wanted = read_body(HeadlessOpening, request.body)
    row = session(account, wanted.builder_id)
    if wanted.pal_id not in CARRIER_IDS:
        raise invalid_id("persona_id")
    pal = carrier(wanted.pal_id)
    request_made = request_in(wanted.conversational_context) or _last_request(row)
    body = ConversationBody(
        pal_id=wanted.pal_id,
        conversation_name=wanted.conversation_name,
        conversational_context=wanted.conversational_context,
        chat=True,
    )
    script = carrier_script(account.scripts, pal, request=request_made)
    record = await open_conversation(account, body, pal=pal, script=script)
    context = history_context(row)
    return ApiAnswer(body={**answered_opening(record), "builder_history_context": context})


def _last_request(row: Json) -> str:
    """Return what the creator said last in the session, else its name."""
    said = [one["content"] for one in row["chat_history"] if one["role"] == "user"]
    return str(said[-1] if said else row["name"])


ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/conversations/persona-builder/headless",
        operation=create,
        source="client",
    ),
)
