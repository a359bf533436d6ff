"""Builder sessions: `/builder`, where a creator's dialogue becomes a PAL. All of it is [client].

A session has its PAL from the beginning; publishing marks it so. What a language model writes at
Tavus is written by `drafting` here. The vocabulary of these routes is the former one, which where
requests come in is translated; NDJSON frames are not, so they are written in it here.
"""

from __future__ import annotations

from typing import Any

from pytest_tavus.contract.body import Json
from pytest_tavus.contract.resources.building import BuilderMessages, BuilderOpening
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.pages import Paging, having, named_like, page, whole
from pytest_tavus.simulator.account.requests.refusals import not_found
from pytest_tavus.simulator.account.resources.pals import found_pal, keep_pal
from pytest_tavus.simulator.account.route import Route
from pytest_tavus.simulator.account.store.account import Account


def found_session(account: Account, request: ApiRequest) -> Json:
    """Return the session of a request.

    Raises:
        ApiRefusal: there is none of that id.

    """
    return session(account, request.params["builder_id"])


def session(account: Account, builder_id: str) -> Json:
    """Return a session.

    Raises:
        ApiRefusal: there is none of that id.

    """
    return account["builders"].require(builder_id, not_found("Builder session not found"))


def session_of(account: Account, pal_id: str) -> Json | None:
    """Return the latest session of a PAL."""
    return next((r for r in [*account["builders"].rows()][::-1] if r["pal_id"] == pal_id), None)


def remember(account: Account, row: Json, *said: tuple[str, str]) -> None:
    """Add lines, each a role and its words, to what was said in a session."""
    row["chat_history"] += [{"role": role, "content": content} for role, content in said]
    row["updated_at"] = account.timestamp()


def remember_once(account: Account, row: Json, content: str) -> None:
    """Add a line of the creator, unless it is the last one that the creator said.

    The service keeps a drafting message by itself, which clients append as well [client].
    """
    lines = [one["content"] for one in row["chat_history"] if one["role"] == "user"]
    if lines[-1:] != [content]:
        remember(account, row, ("user", content))


def history_context(row: Json) -> str:
    """Return what was said so far as the carrier is told it; empty where nothing was."""
    lines = "\n".join(f"{one['role']}: {one['content']}" for one in row["chat_history"])
    return f"<builder_history>\n{lines}\n</builder_history>" if lines else ""


def shown_session(row: Json) -> Json:
    """Return a session without what was said."""
    return {key: value for key, value in row.items() if key != "chat_history"}


PAGING = Paging(limit=10, order="desc", envelope="sessions")
HISTORY = 40
"""Lines that the history of a PAL gives where the query does not say [client]."""

CHAT = 50
"""The same for the history of a session [client]."""


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Open a session, for a PAL that is there or for a new one."""
    wanted = read_body(BuilderOpening, request.body)
    if wanted.pal_id is None:
        pal = keep_pal(account, {"pal_name": wanted.name, "greeting": wanted.greeting or ""})
    else:
        pal = found_pal(account, wanted.pal_id)
        if wanted.greeting is not None:
            pal["greeting"] = wanted.greeting
    builder_id, at = account.ids.uuid("builder"), account.timestamp()
    row: Json = {
        "builder_id": builder_id,
        "uuid": builder_id,
        "name": wanted.name,
        "pal_id": pal["pal_id"],
        "status": "active",
        "chat_history": [],
        "created_at": at,
        "updated_at": at,
    }
    return ApiAnswer(body=shown_session(account["builders"].add(builder_id, row)))


def listed(account: Account, request: ApiRequest) -> ApiAnswer:
    """List sessions by PAL, name and status, the latest first."""
    query = request.query
    rows = account["builders"].rows()
    found = having(rows, pal_id=query.get("pal_id"), status=query.get("status"))
    found = named_like(found, query.get("name", ""), fields=("name",))
    return ApiAnswer(body=page((shown_session(row) for row in found), query, paging=PAGING))


def get(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return a session with all that was said in it."""
    return ApiAnswer(body={"session": found_session(account, request)})


def delete(account: Account, request: ApiRequest) -> ApiAnswer:
    """Delete a session; its PAL stays."""
    account["builders"].delete(found_session(account, request)["builder_id"])
    return ApiAnswer(status=204)


def append(account: Account, request: ApiRequest) -> ApiAnswer:
    """Add lines to what was said. Nothing answers them."""
    row = found_session(account, request)
    messages = read_body(BuilderMessages, request.body).messages
    remember(account, row, *((one.role, one.content) for one in messages))
    return ApiAnswer(body={"builder_id": row["builder_id"], "messages": row["chat_history"]})


def publish(account: Account, request: ApiRequest) -> ApiAnswer:
    """Make the draft live, and the session complete."""
    row = found_session(account, request)
    pal = found_pal(account, row["pal_id"])
    at = account.timestamp()
    pal |= {"is_published": True, "updated_at": at}
    row |= {"status": "completed", "updated_at": at}
    return ApiAnswer(body=shown_session(row))


def pal_history(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return what was said about a PAL, of its latest session. There may be none."""
    limit = whole(request.query, "limit", default=HISTORY, least=1)
    row = session_of(account, found_pal(account, request.query.get("pal_id", ""))["pal_id"])
    said: list[Any] = [] if row is None else row["chat_history"][-limit:]
    key = None if row is None else row["builder_id"]
    return ApiAnswer(body={"builder_id": key, "messages": said})


def history(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return what was said in a session, as clients up to 0.3 ask for it."""
    limit = whole(request.query, "limit", default=CHAT, least=1)
    return ApiAnswer(body={"messages": found_session(account, request)["chat_history"][-limit:]})


_ONE = "/builder/{builder_id}"
ROUTES: tuple[Route, ...] = (
    Route(method="POST", path="/builder", operation=create, source="client"),
    Route(method="GET", path="/builder", operation=listed, source="client"),
    Route(method="GET", path="/builder/history", operation=pal_history, source="client"),
    Route(method="GET", path=_ONE, operation=get, source="client"),
    Route(method="DELETE", path=_ONE, operation=delete, source="client"),
    Route(method="POST", path=f"{_ONE}/append-messages", operation=append, source="client"),
    Route(method="POST", path=f"{_ONE}/publish", operation=publish, source="client"),
    Route(method="GET", path=f"{_ONE}/chat", operation=history, source="client"),
)
