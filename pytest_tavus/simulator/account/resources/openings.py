"""Opens a conversation: builds its PAL, with tools and all, and its record.

The caller has validated the request. The PAL holds secrets, so no answer may contain it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator

from pytest_tavus.contract.body import Body, JsonDict, json_list
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
from pytest_tavus.simulator.account.store.rows import ConversationRow
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
) -> ConversationRow:
    """Open a conversation with a PAL from `build_pal`, and return its record.

    `test_mode` only adds a record, which has ended and takes no slot [doc].

    Raises:
        ApiRefusal: the account has reached its limit of concurrent conversations.

    """
    if not body.test_mode:
        _refuse_over_limit(account)
    conversation_id, now = account.ids.new("c", length=15), account.timestamp()
    face_id = body.face_id or pal.default_face_id
    record: ConversationRow = {
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
    account.conversations.put(conversation_id, record)
    if not body.test_mode:
        await account.live.open(_opening(record, body, pal, script))
    return record


def build_opening_body(record: ConversationRow) -> JsonDict:
    """Return the answer to opening a conversation [doc]; a private one has a token."""
    return {name: value for name, value in record.items() if name in _ANSWERED}


def meeting_token(account: Account, conversation_id: str) -> str:
    """Return a token for one private room, in the shape of a JWT [doc].

    The claims of Tavus's tokens are not known. This token names its room. The server compares it
    with the token in the record, so no client can verify the signature.
    """
    claims = {"r": conversation_id, "iat": int(account.epoch())}
    head = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    secret = account.ids.new("meeting_token", length=32)
    signature = hashlib.blake2b(head.encode(), key=secret.encode(), digest_size=32).digest()
    return f"{head}.{_text(signature)}"


def _refuse_over_limit(account: Account) -> None:
    """Refuse beyond the limit, with the recorded sentence [wild]."""
    limit = account.options.concurrency_limit
    if limit is not None and account.live.count_active() >= limit:
        raise ApiRefusal(400, {"message": "User has reached maximum concurrent conversations"})


def _opening(
    record: ConversationRow, body: ConversationBody, pal: Pal, script: Scenario | None
) -> Opening:
    properties = body.properties
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
            max_call_duration=properties.max_call_duration,
            participant_left_timeout=properties.participant_left_timeout,
            participant_absent_timeout=properties.participant_absent_timeout,
        ),
    )


def _part(value: object) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def build_pal(account: Account, pal_id: str) -> Pal:
    """Return a PAL with its tools, objectives and guardrails, and all secrets.

    The PAL may break a rule that no route enforces: a client may attach a vision tool before it
    turns perception on. Its tools were validated when they were written.

    Raises:
        ApiRefusal: the id is unknown.
        HarnessError: the record is not a valid PAL.

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
        message = f"the PAL {pal_id!r} of the account is not valid: {wrong}"
        raise HarnessError(message)
    return reading.value


def _tools(account: Account, pal: JsonDict) -> Iterator[JsonDict]:
    for tool_id in pal["tool_ids"]:
        tool = account.tools.get(tool_id)
        if tool is not None:
            yield _fields(Tool, tool)


def _objectives(account: Account, pal: JsonDict) -> JsonDict | None:
    row = account.objectives.get(pal["objectives_id"] or "")
    return None if row is None else _fields(ObjectiveSet, row)


def _guardrails(account: Account, pal: JsonDict) -> Iterator[JsonDict]:
    """Yield a PAL's guardrails, each once: by id, by tag, and from its older set.

    A tag of the PAL includes every guardrail with that tag [doc] onboarding-guide.
    """
    named, tags = set(pal["guardrail_ids"]), set(pal["guardrail_tags"])
    for row in account.guardrails.rows():
        members = json_list(row.get("data"))
        if members is not None:
            if row.get("guardrails_id") == pal["guardrails_id"]:
                yield from (_fields(Guardrail, each) for each in members)
        elif row.get("guardrail_id") in named or not tags.isdisjoint(row.get("tags") or ()):
            yield _fields(Guardrail, row)


def _fields(shape: type[Body], record: JsonDict) -> JsonDict:
    return {key: value for key, value in record.items() if key in shape.__struct_fields__}
