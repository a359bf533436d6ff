"""Faces of one's own: trained, renamed, given a voice, deleted. No video is looked at."""

from __future__ import annotations

from pytest_tavus.contract.body import Json
from pytest_tavus.contract.resources.face import (
    FaceChange,
    FaceName,
    FaceTraining,
    change_problems,
    training_problems,
)
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body, read_object
from pytest_tavus.simulator.account.requests.refusals import bad_field, bad_request
from pytest_tavus.simulator.account.resources.document_life import BEGUN
from pytest_tavus.simulator.account.resources.faces import found_face, settle
from pytest_tavus.simulator.account.resources.training import CALLBACK, begin
from pytest_tavus.simulator.account.route import Route
from pytest_tavus.simulator.account.store.account import Account

_VOICE = ("face_id", "face_name", "default_voice_id", "original_voice_id")


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Begin to train a face: its id and ``started`` [doc]."""
    wanted = read_body(FaceTraining, request.body, rules=training_problems)
    face_id = account.ids.new("r", length=11)
    account["faces"].add(face_id, _record(account, face_id, wanted))
    begin(account, settle)
    return ApiAnswer(body={"face_id": face_id, "status": "started"})


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change name or voice by a JSON Merge Patch in which nothing can be null [doc]."""
    row = _own(account, request)
    for field, value in read_object(request.body).items():
        if value is None:
            raise bad_field(field, f"{field} cannot be null")
    wanted = read_body(FaceChange, request.body, rules=change_problems)
    voice_id = wanted.default_voice_id
    if voice_id is not None and account["voices"].get(voice_id) is None:
        raise bad_field("default_voice_id", f"there is no voice with the id {voice_id!r}")
    row |= wanted.model_dump(mode="json", exclude_none=True)
    row["updated_at"] = account.timestamp()
    return ApiAnswer(body={name: row[name] for name in _VOICE})


def rename(account: Account, request: ApiRequest) -> ApiAnswer:
    """Rename a face: the older route, whose answer has no body [inferred]."""
    row = _own(account, request)
    row["face_name"] = read_body(FaceName, request.body).face_name
    row["updated_at"] = account.timestamp()
    return ApiAnswer()


def delete(account: Account, request: ApiRequest) -> ApiAnswer:
    """Delete a face."""
    account["faces"].delete(_own(account, request)["face_id"])
    return ApiAnswer(status=204)


def _own(account: Account, request: ApiRequest) -> Json:
    row = found_face(account, request)
    if row["face_type"] == "system":
        raise bad_request("A stock face cannot be changed")
    return row


def _record(account: Account, face_id: str, training: FaceTraining) -> Json:
    at = account.timestamp()
    voice_id = training.default_voice_id or _voice_named(account, training.voice_name)
    return {
        "face_id": face_id,
        "face_name": training.face_name or face_id,
        "face_type": "user",
        "model_name": training.model_name,
        "status": "started",
        "training_progress": "0/100",
        "error_message": None,
        "is_recommended": False,
        "tags": [],
        "observations": "",
        "thumbnail_video_url": None,
        "default_voice_id": voice_id,
        "original_voice_id": voice_id,
        "created_at": at,
        "updated_at": at,
        BEGUN: account.epoch(),
        CALLBACK: training.callback_url,
    }


def _voice_named(account: Account, name: str | None) -> str | None:
    """Return the id of a voice by its name, in any case of letters."""
    wanted = (name or "").lower()
    rows = (row for row in account["voices"].rows() if row["voice_name"].lower() == wanted)
    return next((str(row["voice_id"]) for row in rows), None)


_ONE = "/faces/{face_id}"
ROUTES: tuple[Route, ...] = (
    Route(method="POST", path="/faces", operation=create, source="doc"),
    Route(method="PATCH", path=_ONE, operation=change, source="doc"),
    Route(method="PATCH", path=f"{_ONE}/name", operation=rename, source="doc"),
    Route(method="DELETE", path=_ONE, operation=delete, source="doc"),
)
