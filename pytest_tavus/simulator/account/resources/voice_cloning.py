"""Voices of one's own: cloned from a sample, and deleted. No sample is listened to."""

from __future__ import annotations

from pytest_tavus.contract.resources.voice import VoiceCloning, cloning_problems
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.refusals import bad_request
from pytest_tavus.simulator.account.resources.document_life import BEGUN
from pytest_tavus.simulator.account.resources.training import CALLBACK, begin
from pytest_tavus.simulator.account.resources.voices import found_voice, settle
from pytest_tavus.simulator.account.route import Route
from pytest_tavus.simulator.account.store.account import Account


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Begin to clone a voice: its id and ``started`` [doc]."""
    wanted = read_body(VoiceCloning, request.body, rules=cloning_problems)
    voice_id = account.ids.new("v")
    account["voices"].add(
        voice_id,
        {
            "voice_id": voice_id,
            "voice_name": wanted.voice_name,
            "description": wanted.description,
            "voice_type": "user",
            "status": "started",
            "tags": [],
            "created_at": account.timestamp(),
            BEGUN: account.epoch(),
            CALLBACK: wanted.callback_url,
        },
    )
    begin(account, settle)
    return ApiAnswer(body={"voice_id": voice_id, "status": "started"})


def delete(account: Account, request: ApiRequest) -> ApiAnswer:
    """Delete a voice; those of the catalogue stay [inferred]."""
    row = found_voice(account, request)
    if row["voice_type"] == "system":
        raise bad_request("A stock voice cannot be changed")
    account["voices"].delete(row["voice_id"])
    return ApiAnswer(status=204)


ROUTES: tuple[Route, ...] = (
    Route(method="POST", path="/voices", operation=create, source="doc"),
    Route(method="DELETE", path="/voices/{voice_id}", operation=delete, source="doc"),
)
