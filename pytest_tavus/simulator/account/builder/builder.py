"""Builder sessions: `/builder`, where a creator's dialogue becomes a PAL. All of it is [client].

A session has its PAL from the start; publishing sets a flag. `drafting` replaces the language model
that writes drafts at Tavus. These routes answer in the former vocabulary. `front.py` translates
their answers except NDJSON frames, so frames are built in the former vocabulary.
"""

from __future__ import annotations

from functools import partial

from pytest_tavus.contract.resources.building import BuilderMessages, BuilderOpening
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.pages import (
    Paging,
    contains,
    equals,
    read_whole_number,
)
from pytest_tavus.simulator.account.requests.refusals import not_found
from pytest_tavus.simulator.account.resource import Resource
from pytest_tavus.simulator.account.resources.pals import PALS, add_pal
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.rows import BuilderRow


def append_history(account: Account, row: BuilderRow, *messages: tuple[str, str]) -> None:
    """Append messages, each a role and its content, to the history of a session."""
    for role, content in messages:
        row["chat_history"].append({"role": role, "content": content})
    row["updated_at"] = account.timestamp()


def append_history_once(account: Account, row: BuilderRow, content: str) -> None:
    """Append a message of the creator unless it repeats the creator's last message.

    The service appends each drafting message itself, and clients append it as well [client].
    """
    contents = [message["content"] for message in row["chat_history"] if message["role"] == "user"]
    if contents[-1:] != [content]:
        append_history(account, row, ("user", content))


def history_context(row: BuilderRow) -> str:
    """Return the history as context for the carrier; empty if there is none."""
    lines = "\n".join(f"{each['role']}: {each['content']}" for each in row["chat_history"])
    return f"<builder_history>\n{lines}\n</builder_history>" if lines else ""


HISTORY = 40
"""Messages in the history of a PAL if the query has no limit [client]."""

CHAT = 50
"""The same for the history of a session [client]."""


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    opening = read_body(BuilderOpening, request.body)
    if opening.pal_id is None:
        pal = add_pal(account, {"pal_name": opening.name, "greeting": opening.greeting or ""})
    else:
        pal = PALS.require(account, opening.pal_id)
        if opening.greeting is not None:
            pal["greeting"] = opening.greeting
    builder_id, now = account.ids.uuid("builder"), account.timestamp()
    row: BuilderRow = {
        "builder_id": builder_id,
        "uuid": builder_id,
        "name": opening.name,
        "pal_id": pal["pal_id"],
        "status": "active",
        "chat_history": [],
        "created_at": now,
        "updated_at": now,
    }
    return SESSIONS.answer(account, account.builders.put(builder_id, row), request)


def show(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return a session with its history."""
    return ApiAnswer(body={"session": SESSIONS.require_named(account, request)})


def append(account: Account, request: ApiRequest) -> ApiAnswer:
    """Append messages to the history. Nothing replies to them."""
    row = SESSIONS.require_named(account, request)
    messages = read_body(BuilderMessages, request.body).messages
    append_history(account, row, *((each.role, each.content) for each in messages))
    return ApiAnswer(body={"builder_id": row["builder_id"], "messages": row["chat_history"]})


def publish(account: Account, request: ApiRequest) -> ApiAnswer:
    """Publish the PAL, and complete the session."""
    row = SESSIONS.require_named(account, request)
    pal = PALS.require(account, row["pal_id"])
    now = account.timestamp()
    pal |= {"is_published": True, "updated_at": now}
    row["status"], row["updated_at"] = "completed", now
    return SESSIONS.answer(account, row, request)


def pal_history(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return the history of a PAL's latest session; empty if it has no session."""
    limit = read_whole_number(request.query, "limit", default=HISTORY, least=1)
    pal_id = PALS.require(account, request.query.get("pal_id", ""))["pal_id"]
    rows = [row for row in account.builders.rows() if row["pal_id"] == pal_id]
    row = rows[-1] if rows else None
    messages = [] if row is None else row["chat_history"][-limit:]
    builder_id = None if row is None else row["builder_id"]
    return ApiAnswer(body={"builder_id": builder_id, "messages": messages})


def history(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return the history of a session by the route of clients up to 0.3."""
    limit = read_whole_number(request.query, "limit", default=CHAT, least=1)
    return ApiAnswer(
        body={"messages": SESSIONS.require_named(account, request)["chat_history"][-limit:]}
    )


SESSIONS = Resource[BuilderRow](
    table=lambda account: account.builders,
    path="/builder",
    key="builder_id",
    missing=partial(not_found, "Builder session not found"),
    paging=Paging(limit=10, order="desc", envelope="sessions"),
    filters=(equals("pal_id", "status"), contains("name", "name")),
    hidden=("chat_history",),
    plain={"listing": "client", "delete": "client"},
)
ROUTES = (
    *SESSIONS.routes(),
    SESSIONS.route("POST", "", create, source="client"),
    SESSIONS.route("GET", "/history", pal_history, source="client"),
    SESSIONS.route("GET", "/{}", show, source="client"),
    SESSIONS.route("POST", "/{}/append-messages", append, source="client"),
    SESSIONS.route("POST", "/{}/publish", publish, source="client"),
    SESSIONS.route("GET", "/{}/chat", history, source="client"),
)
