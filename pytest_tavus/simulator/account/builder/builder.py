"""Builder sessions: `/builder`, where a creator's dialogue becomes a PAL. All of it is [client].

A session has its PAL from the beginning; publishing marks it so. What a language model writes at
Tavus is written by `drafting` here. The vocabulary of these routes is the former one, which where
requests come in is translated; NDJSON frames are not, so they are written in it here.
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


def append_history(account: Account, row: BuilderRow, *said: tuple[str, str]) -> None:
    """Add lines, each a role and its words, to what was said in a session."""
    row["chat_history"] += [{"role": role, "content": content} for role, content in said]
    row["updated_at"] = account.timestamp()


def append_history_once(account: Account, row: BuilderRow, content: str) -> None:
    """Add a line of the creator, unless it is the last one that the creator said.

    The service keeps a drafting message by itself, which clients append as well [client].
    """
    lines = [one["content"] for one in row["chat_history"] if one["role"] == "user"]
    if lines[-1:] != [content]:
        append_history(account, row, ("user", content))


def history_context(row: BuilderRow) -> str:
    """Return what was said so far as the carrier is told it; empty where nothing was."""
    lines = "\n".join(f"{one['role']}: {one['content']}" for one in row["chat_history"])
    return f"<builder_history>\n{lines}\n</builder_history>" if lines else ""


HISTORY = 40
"""Lines that the history of a PAL gives where the query does not say [client]."""

CHAT = 50
"""The same for the history of a session [client]."""


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    wanted = read_body(BuilderOpening, request.body)
    if wanted.pal_id is None:
        pal = add_pal(account, {"pal_name": wanted.name, "greeting": wanted.greeting or ""})
    else:
        pal = PALS.require(account, wanted.pal_id)
        if wanted.greeting is not None:
            pal["greeting"] = wanted.greeting
    builder_id, now = account.ids.uuid("builder"), account.timestamp()
    row: BuilderRow = {
        "builder_id": builder_id,
        "uuid": builder_id,
        "name": wanted.name,
        "pal_id": pal["pal_id"],
        "status": "active",
        "chat_history": [],
        "created_at": now,
        "updated_at": now,
    }
    return SESSIONS.answer(account, account.builders.put(builder_id, row), request)


def show(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return a session with all that was said in it."""
    return ApiAnswer(body={"session": SESSIONS.require_named(account, request)})


def append(account: Account, request: ApiRequest) -> ApiAnswer:
    """Add lines to what was said. Nothing answers them."""
    row = SESSIONS.require_named(account, request)
    messages = read_body(BuilderMessages, request.body).messages
    append_history(account, row, *((one.role, one.content) for one in messages))
    return ApiAnswer(body={"builder_id": row["builder_id"], "messages": row["chat_history"]})


def publish(account: Account, request: ApiRequest) -> ApiAnswer:
    """Make the draft live, and the session complete."""
    row = SESSIONS.require_named(account, request)
    pal = PALS.require(account, row["pal_id"])
    now = account.timestamp()
    pal |= {"is_published": True, "updated_at": now}
    row["status"], row["updated_at"] = "completed", now
    return SESSIONS.answer(account, row, request)


def pal_history(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return what was said about a PAL, of its latest session. There may be none."""
    limit = read_whole_number(request.query, "limit", default=HISTORY, least=1)
    pal_id = PALS.require(account, request.query.get("pal_id", ""))["pal_id"]
    rows = [row for row in account.builders.rows() if row["pal_id"] == pal_id]
    row = rows[-1] if rows else None
    messages = [] if row is None else row["chat_history"][-limit:]
    builder_id = None if row is None else row["builder_id"]
    return ApiAnswer(body={"builder_id": builder_id, "messages": messages})


def history(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return what was said in a session, as clients up to 0.3 ask for it."""
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
