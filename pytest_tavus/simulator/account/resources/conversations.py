"""``/conversations``: create, list, show, end, delete, and the HTTP bridge for chat.

The conversation itself runs in `simulator/rooms`; this module keeps its record.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from pytest_tavus.contract.annotations import Before
from pytest_tavus.contract.body import Body, JsonDict
from pytest_tavus.contract.refusal import refuse
from pytest_tavus.contract.resources.conversation_body import (
    ConversationBody,
    conversation_problems,
)
from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.pages import Paging, Query, equals, read_flag
from pytest_tavus.simulator.account.requests.refusals import bad_field, bad_request, invalid_id
from pytest_tavus.simulator.account.resource import Resource
from pytest_tavus.simulator.account.resources.openings import (
    build_opening_body,
    build_pal,
    open_conversation,
)
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.known import check_face
from pytest_tavus.simulator.account.store.rows import ConversationRow, select_fields
from pytest_tavus.simulator.rooms.port import LiveConversation, Reply

BRIDGE_SECONDS = 20.0
"""Seconds that the bridge waits for a reply: the client's own default [client] 0.3.2."""

BRIDGE_MOST = 120.0
"""The most seconds that a client may request: ours."""

_ANSWERED = (
    "conversation_id",
    "conversation_name",
    "status",
    "conversation_url",
    "callback_url",
    "face_id",
    "pal_id",
    "created_at",
    "updated_at",
)


def _refuse_empty(text: Any) -> Any:
    if text == "":
        refuse("String should have at least 1 character")
    return text


class BridgeMessage(Body, frozen=True, kw_only=True):
    """The body of the HTTP bridge [client] 0.3.2."""

    text: Annotated[str, Before(_refuse_empty)]
    timeout_s: float = BRIDGE_SECONDS


async def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Open a conversation. It is active from now on, even before anybody joins [doc]."""
    body = read_body(ConversationBody, request.body, rules=conversation_problems)
    if body.pal_id is None:
        raise bad_field("persona_id", "persona_id is missing")
    pal = build_pal(account, body.pal_id)
    face_id = body.face_id or pal.default_face_id
    if not face_id:
        sentence = "replica_id is missing: expected it because the PAL has no default face"
        raise bad_field("replica_id", sentence)
    check_face(account, face_id)
    record = await open_conversation(account, body, pal=pal)
    return ApiAnswer(body=build_opening_body(record))


def listing(account: Account, request: ApiRequest) -> ApiAnswer:
    """List conversations, optionally of one `status` [doc]."""
    # A conversation can end without a request, and the filter reads its status.
    for record in account.conversations.rows():
        _settle(account, record)
    return CONVERSATIONS.listing(account, request)


def show(account: Account, request: ApiRequest) -> ApiAnswer:
    """Show a conversation; `verbose` adds its events and its shutdown reason [doc]."""
    record = CONVERSATIONS.require_named(account, request)
    body = CONVERSATIONS.build_body(account, record, request.query)
    if read_flag(request.query, "verbose"):
        live = account.live.get(record["conversation_id"])
        body["events"] = [] if live is None else live.events()
        if live is not None and live.shutdown_reason is not None:
            body["shutdown_reason"] = live.shutdown_reason
    return ApiAnswer(body=body)


async def end(account: Account, request: ApiRequest) -> ApiAnswer:
    """End a conversation. A second end changes nothing [inferred]; the answer is empty [doc]."""
    record = CONVERSATIONS.require_named(account, request)
    await _end(account, record)
    return ApiAnswer()


async def delete(account: Account, request: ApiRequest) -> ApiAnswer:
    """End and delete a conversation [inferred]. `hard` makes no difference here."""
    read_flag(request.query, "hard")
    record = CONVERSATIONS.require_named(account, request)
    await _end(account, record)
    account.conversations.delete(record["conversation_id"])
    return ApiAnswer(status=204)


async def respond(account: Account, request: ApiRequest) -> ApiAnswer:
    """Send a line over the HTTP bridge, and wait for the reply [client] 0.3.2."""
    live = _require_live(account, request)
    line = read_body(BridgeMessage, request.body)
    if not 0 <= line.timeout_s <= BRIDGE_MOST:
        sentence = f"expected 0 to {BRIDGE_MOST:g} seconds, found {line.timeout_s:g}"
        raise bad_field("timeout_s", sentence)
    try:
        return _build_reply_answer(await live.respond(line.text, within=line.timeout_s))
    except ServiceError as error:
        raise bad_request(str(error)) from error


def poll(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return the reply to the last line, if it is ready [client] 0.3.2."""
    record = CONVERSATIONS.require_named(account, request)
    live = account.live.get(record["conversation_id"])
    if live is None:
        raise bad_request("Conversation has ended")
    return _build_reply_answer(live.reply())


def _settle(account: Account, record: ConversationRow) -> None:
    """Mark the record of a conversation that has ended, also if no request ended it."""
    live = account.live.get(record["conversation_id"])
    if record["status"] == "ended" or (live is not None and live.status == "active"):
        return
    record["status"] = "ended"
    events = [] if live is None else live.events()
    # The conversation may have ended long before this request.
    shutdowns = [each for each in events if each.get("event_type") == "system.shutdown"]
    record["updated_at"] = str(shutdowns[0]["timestamp"]) if shutdowns else account.timestamp()


async def _end(account: Account, record: ConversationRow) -> None:
    if record["status"] == "active":
        await account.live.end(record["conversation_id"], "end_conversation_endpoint_hit")
        _settle(account, record)


def _require_live(account: Account, request: ApiRequest) -> LiveConversation:
    record = CONVERSATIONS.require_named(account, request)
    live = account.live.get(record["conversation_id"])
    if live is None or live.status == "ended":
        raise bad_request("Conversation has ended")
    return live


def _build_reply_answer(reply: Reply) -> ApiAnswer:
    body: dict[str, str] = {"status": reply.status}
    if reply.status == "ready":
        body["text"] = reply.text
    if reply.warning is not None:
        body["warning"] = reply.warning
    return ApiAnswer(body=body)


def _view(account: Account, record: ConversationRow, _query: Query) -> JsonDict:
    _settle(account, record)
    return select_fields(record, _ANSWERED)


CONVERSATIONS = Resource[ConversationRow](
    table=lambda account: account.conversations,
    path="/conversations",
    key="conversation_id",
    missing=partial(invalid_id, "conversation_id"),  # 400 [doc]
    # Ten rows a page, the first page is 1 [doc]; the newest row first is [inferred].
    paging=Paging(limit=10, order="desc"),
    filters=(equals(status=("active", "ended")),),
    view=_view,
)
ROUTES = (
    CONVERSATIONS.route("POST", "", create, source="doc"),
    CONVERSATIONS.route("GET", "", listing, source="doc"),
    CONVERSATIONS.route("GET", "/{}", show, source="doc"),
    CONVERSATIONS.route("DELETE", "/{}", delete, source="doc"),
    CONVERSATIONS.route("POST", "/{}/end", end, source="doc"),
    CONVERSATIONS.route("POST", "/{}/respond", respond, source="client"),
    CONVERSATIONS.route("GET", "/{}/respond", poll, source="client"),
)
