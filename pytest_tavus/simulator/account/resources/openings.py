"""Opens a conversation: its PAL, written out in one value, and its record.

Who may open one, and with what, is settled before. The PAL holds secrets: it is for a conversation,
never for an answer.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator

from pytest_tavus.contract.body import Body, Json, json_list
from pytest_tavus.contract.pal.objective import Guardrail, ObjectiveSet
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.reading import read_pal
from pytest_tavus.contract.resources.conversation_body import ConversationBody
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import HarnessError
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.simulator.account.requests.api import ApiRefusal
from pytest_tavus.simulator.account.resources.pals import PALS
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
        _refuse_over_limit(account)
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


def build_opening_body(record: Json) -> Json:
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


def _refuse_over_limit(account: Account) -> None:
    """Refuse beyond the limit, under the key it was recorded with [wild]."""
    limit = account.options.concurrency_limit
    if limit is not None and account.live.count_active() >= limit:
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


def build_pal(account: Account, pal_id: str) -> Pal:
    """Return a PAL with its tools, objectives and guardrails, and all secrets.

    It may break a rule that no route enforces: a vision tool, say, is attached before perception
    is turned on. Its tools were held to theirs when they were written.

    Raises:
        ApiRefusal: there is no such PAL.
        HarnessError: the account holds what is none.

    """
    record = PALS.require(account, pal_id)
    parts = {
        "tools": list(_tools(account, record)),
        "guardrails": list(_guardrails(account, record)),
        "objectives": _objectives(account, record),
    }
    reading = read_pal({**_fields(Pal, record), **parts})
    if reading.value is None:
        wrong = "; ".join(problem.message for problem in reading.problems)
        message = f"the account holds a PAL {pal_id!r} that is none: {wrong}"
        raise HarnessError(message)
    return reading.value


def _tools(account: Account, pal: Json) -> Iterator[Json]:
    for tool_id in pal["tool_ids"]:
        tool = account["tools"].get(tool_id)
        if tool is not None:
            yield _fields(Tool, tool)


def _objectives(account: Account, pal: Json) -> Json | None:
    row = account["objectives"].get(pal["objectives_id"] or "")
    return None if row is None else _fields(ObjectiveSet, row)


def _guardrails(account: Account, pal: Json) -> Iterator[Json]:
    """Yield the guardrails that a PAL names, has the tags of, or has in its older set; each once.

    [doc] onboarding-guide: tags take in every guardrail that has one of them.
    """
    named, tags = set(pal["guardrail_ids"]), set(pal["guardrail_tags"])
    for row in account["guardrails"].rows():
        held = json_list(row.get("data"))
        if held is not None:
            if row.get("guardrails_id") == pal["guardrails_id"]:
                yield from (_fields(Guardrail, each) for each in held)
        elif row.get("guardrail_id") in named or not tags.isdisjoint(row.get("tags") or ()):
            yield _fields(Guardrail, row)


def _fields(shape: type[Body], record: Json) -> Json:
    return {key: value for key, value in record.items() if key in shape.__struct_fields__}
