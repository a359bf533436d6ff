"""Voices: `/voices`, those of Tavus's catalogue and one's own [doc]. What there is, and how found.

A voice is started, then completed [doc]; how long that takes is `AccountOptions.training_seconds`,
at Tavus some minutes [doc].
"""

from __future__ import annotations

from pytest_tavus.contract.body import Json
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.pages import (
    Paging,
    choice,
    having,
    named_like,
    page,
    with_any_tag,
    words,
)
from pytest_tavus.simulator.account.requests.refusals import not_found
from pytest_tavus.simulator.account.resources.training import CALLBACK, completed, shown_trained
from pytest_tavus.simulator.account.route import Route
from pytest_tavus.simulator.account.store.account import Account

PAGING = Paging(limit=10)


def listed(account: Account, request: ApiRequest) -> ApiAnswer:
    """List voices by type and tags, or by what stands in their name or description."""
    settle(account)
    query = request.query
    kind = choice(query, "voice_type", ("user", "system"))
    found = having(account["voices"].rows(), voice_type=kind)
    found = with_any_tag(found, words(query, "tags", "tag"))
    fields = ("voice_id", "voice_name", "description")
    found = named_like(found, query.get("search", ""), fields=fields)
    return ApiAnswer(body=page((shown_trained(row) for row in found), query, paging=PAGING))


def get(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return a voice."""
    settle(account)
    return ApiAnswer(body=shown_trained(found_voice(account, request)))


def found_voice(account: Account, request: ApiRequest) -> Json:
    """Return the voice of a request.

    Raises:
        ApiRefusal: 404, there is none of that id.

    """
    return account["voices"].require(request.params["voice_id"], not_found("Voice not found"))


def settle(account: Account) -> None:
    """Let every voice whose cloning is over be completed, and tell who asked to hear of it.

    The event and what it carries are [doc], where it carries that is [inferred].
    """
    for row in completed(account, "voices"):
        if row[CALLBACK]:
            account.callbacks.send(row[CALLBACK], _told(row))


def _told(row: Json) -> Json:
    carried = {name: row[name] for name in ("voice_id", "voice_name", "status")}
    return {
        "event_type": "application.voice_status_changed",
        "message_type": "application",
        "properties": carried,
    }


ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/voices", operation=listed, source="doc"),
    Route(method="GET", path="/voices/{voice_id}", operation=get, source="doc"),
)
