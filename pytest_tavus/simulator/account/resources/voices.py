"""Voices: `/voices`, Tavus's catalogue and the voices that clients clone [doc].

A clone is made from a sample: its status is started, then completed [doc]. Cloning takes
`AccountOptions.training_seconds`, at Tavus some minutes [doc].
"""

from __future__ import annotations

from functools import partial

from pytest_tavus.contract.resources.voice import VoiceCloning, cloning_problems
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.pages import any_of, contains, equals
from pytest_tavus.simulator.account.requests.refusals import not_found
from pytest_tavus.simulator.account.resource import Resource
from pytest_tavus.simulator.account.resources.progress import begin_training, complete_training
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.rows import VoiceRow, select_fields


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Start to clone a voice; the answer has its id and ``started`` [doc]."""
    body = read_body(VoiceCloning, request.body, rules=cloning_problems)
    row: VoiceRow = {
        "voice_id": VOICES.new_id(account),
        "voice_name": body.voice_name,
        "description": body.description,
        "voice_type": "user",
        "status": "started",
        "tags": [],
        "created_at": account.timestamp(),
        "_begun": account.epoch(),
        "_callback_url": body.callback_url,
    }
    account.voices.put(row["voice_id"], row)
    begin_training(account, settle)
    return ApiAnswer(body={"voice_id": row["voice_id"], "status": "started"})


def settle(account: Account) -> None:
    """Complete every voice whose cloning is over, and send its callback.

    The event and its data are [doc]; the place of the data in the body is [inferred].
    """
    for row in complete_training(account, account.voices):
        if url := row["_callback_url"]:
            body = {
                "event_type": "application.voice_status_changed",
                "message_type": "application",
                "properties": select_fields(row, ("voice_id", "voice_name", "status")),
            }
            account.callbacks.send(url, body)


VOICES = Resource[VoiceRow](
    table=lambda account: account.voices,
    path="/voices",
    key="voice_id",
    missing=partial(not_found, "Voice not found"),
    prefix="v",
    filters=(
        equals(voice_type=("user", "system")),
        any_of("tags", "tags", "tag"),
        contains("search", "voice_id", "voice_name", "description"),
    ),
    settle=settle,
    check_change=lambda row, _: (
        "A stock voice cannot be changed" if row["voice_type"] == "system" else ""
    ),
    plain={"listing": "doc", "show": "doc", "delete": "doc"},
)
ROUTES = (*VOICES.routes(), VOICES.route("POST", "", create, source="doc"))
