"""The records of builder sessions: finding one, and keeping what was said."""

from __future__ import annotations

from typing import Any

from pytest_tavus.simulator.account.requests.api import ApiRequest
from pytest_tavus.simulator.account.requests.refusals import not_found
from pytest_tavus.simulator.account.store.account import Account


def found_session(account: Account, request: ApiRequest) -> dict[str, Any]:
    """Return the session of a request.

    Raises:
        ApiRefusal: there is none of that id.

    """
    return session(account, request.params["builder_id"])


def session(account: Account, builder_id: str) -> dict[str, Any]:
    """Return a session.

    Raises:
        ApiRefusal: there is none of that id.

    """
    return account["builders"].require(builder_id, not_found("Builder session not found"))


def session_of(account: Account, pal_id: str) -> dict[str, Any] | None:
    """Return the latest session of a PAL."""
    return next((r for r in [*account["builders"].rows()][::-1] if r["pal_id"] == pal_id), None)


def remember(account: Account, row: dict[str, Any], *said: tuple[str, str]) -> None:
    """Add lines, each a role and its words, to what was said in a session."""
    row["chat_history"] += [{"role": role, "content": content} for role, content in said]
    row["updated_at"] = account.timestamp()


def remember_once(account: Account, row: dict[str, Any], content: str) -> None:
    """Add a line of the creator, unless it is the last one that the creator said.

    The service keeps a drafting message by itself, which clients append as well [client].
    """
    lines = [one["content"] for one in row["chat_history"] if one["role"] == "user"]
    if lines[-1:] != [content]:
        remember(account, row, ("user", content))


def history_context(row: dict[str, Any]) -> str:
    """Return what was said so far as the carrier is told it; empty where nothing was."""
    lines = "\n".join(f"{one['role']}: {one['content']}" for one in row["chat_history"])
    return f"<builder_history>\n{lines}\n</builder_history>" if lines else ""


def shown_session(row: dict[str, Any]) -> dict[str, Any]:
    """Return a session without what was said."""
    return {key: value for key, value in row.items() if key != "chat_history"}
