"""Opens a conversation and keeps its record. Who may open one, and with what, is settled before."""

from __future__ import annotations

import base64
import hashlib
import json

from pytest_tavus.contract.body import Json
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.resources.conversation_body import ConversationBody
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.simulator.account.requests.api import ApiRefusal
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.rooms.opening import Opening, Timers

_ANSWERED = (
    "conversation_id",
    "conversation_name",
    "conversation_url",
    "status",
    "callback_url",
    "created_at",
    "meeting_token",
)


async def open_conversation(
    account: Account, body: ConversationBody, *, pal: Pal, script: Scenario | None = None
) -> Json:
    """Open a conversation with a PAL that is written out, and return its record.

    In `test_mode` there is only the record: it has ended, and takes no slot [doc].

    Raises:
        ApiRefusal: there are as many conversations as the account may have.

    """
    if not body.test_mode:
        _refuse_one_more(account)
    conversation_id, now = account.ids.new("c", length=15), account.timestamp()
    face_id = body.face_id or pal.default_face_id
    record: Json = {
        "conversation_id": conversation_id,
        "conversation_name": body.conversation_name or "",
        "conversation_url": f"{account.options.room_url}/{conversation_id}",
        "status": "ended" if body.test_mode else "active",
        "callback_url": body.callback_url or "",
        "pal_id": pal.pal_id,
        "face_id": face_id,
        "created_at": now,
        "updated_at": now,
    }
    if body.is_private:
        record["meeting_token"] = meeting_token(account, conversation_id)
    account["conversations"].add(conversation_id, record)
    if not body.test_mode:
        await account.live.open(_opening(record, body, pal, script))
    return record


def answered_opening(record: Json) -> Json:
    """Return what whoever opens a conversation is told of it [doc]; a token if it is private."""
    return {name: record[name] for name in _ANSWERED if name in record}


def meeting_token(account: Account, conversation_id: str) -> str:
    """Return the token of a private room: of a JWT's shape [doc], for this room and no other.

    What Tavus's token says is not known. This one names its room, and nobody but the server that
    keeps it can tell whether it is good.
    """
    claims = {"r": conversation_id, "iat": int(account.epoch())}
    head = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    secret = account.ids.new("meeting_token", length=32)
    signature = hashlib.blake2b(head.encode(), key=secret.encode(), digest_size=32).digest()
    return f"{head}.{_text(signature)}"


def _refuse_one_more(account: Account) -> None:
    """Refuse beyond the limit, under the key it was recorded with [wild]."""
    limit = account.options.concurrency_limit
    if limit is not None and account.live.active() >= limit:
        raise ApiRefusal(400, {"message": "User has reached maximum concurrent conversations"})


def _opening(record: Json, body: ConversationBody, pal: Pal, script: Scenario | None) -> Opening:
    wanted = body.properties
    return Opening(
        conversation_id=record["conversation_id"],
        pal=pal,
        pal_id=pal.pal_id or "",
        face_id=record["face_id"] or "",
        name=record["conversation_name"],
        chat=body.chat,
        greeting=body.custom_greeting,
        context=body.conversational_context or "",
        callback_url=body.callback_url,
        max_participants=body.max_participants,
        script=script,
        timers=Timers(
            max_call_duration=wanted.max_call_duration,
            participant_left_timeout=wanted.participant_left_timeout,
            participant_absent_timeout=wanted.participant_absent_timeout,
        ),
    )


def _part(value: object) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
