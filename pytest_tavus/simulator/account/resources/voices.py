"""Voices: `/voices`, those of Tavus's catalogue and one's own [doc].

One's own is cloned from a sample: started, then completed [doc]. How long that takes is
`AccountOptions.training_seconds`, at Tavus some minutes [doc].
"""

from __future__ import annotations

from functools import partial

from pytest_tavus.contract.body import Json
from pytest_tavus.contract.resources.voice import VoiceCloning, cloning_problems
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.pages import any_of, contains, equals
from pytest_tavus.simulator.account.requests.refusals import not_found
from pytest_tavus.simulator.account.resource import Resource
from pytest_tavus.simulator.account.resources.progress import (
    BEGUN,
    CALLBACK,
    begin_training,
    complete_training,
)
from pytest_tavus.simulator.account.store.account import Account


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Begin to clone a voice: its id and ``started`` [doc]."""
    wanted = read_body(VoiceCloning, request.body, rules=cloning_problems)
    fields: Json = {
        "voice_name": wanted.voice_name,
        "description": wanted.description,
        "voice_type": "user",
        "status": "started",
        "tags": [],
        BEGUN: account.epoch(),
        CALLBACK: wanted.callback_url,
    }
    row = VOICES.add(account, fields)
    begin_training(account, settle)
    return ApiAnswer(body={"voice_id": row["voice_id"], "status": "started"})


def settle(account: Account) -> None:
    """Let every voice whose cloning is over be completed, and tell who asked to hear of it.

    The event and what it carries are [doc], where it carries that is [inferred].
    """
    for row in complete_training(account, "voices"):
        if row[CALLBACK]:
            told = {
                "event_type": "application.voice_status_changed",
                "message_type": "application",
                "properties": {name: row[name] for name in ("voice_id", "voice_name", "status")},
            }
            account.callbacks.send(row[CALLBACK], told)


VOICES = Resource(
    table="voices",
    path="/voices",
    key="voice_id",
    missing=partial(not_found, "Voice not found"),
    prefix="v",
    filters=(
        equals(voice_type=("user", "system")),
        any_of("tags", "tags", "tag"),
        contains("search", "voice_id", "voice_name", "description"),
    ),
    stamps=("created_at",),
    settle=settle,
    check_change=lambda row, _: (
        "A stock voice cannot be changed" if row["voice_type"] == "system" else ""
    ),
    plain={"listing": "doc", "show": "doc", "delete": "doc"},
)
ROUTES = (*VOICES.routes(), VOICES.route("POST", "", create, source="doc"))
