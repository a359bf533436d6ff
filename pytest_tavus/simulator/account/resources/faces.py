"""Faces: `/faces` and its alias `/replicas`, Tavus's own faces and trained ones.

The status of a face is started, then completed [doc] get-face. Training takes
`AccountOptions.training_seconds`, at Tavus some hours [doc]. Nothing opens the video.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from pytest_tavus.contract.resources.face import (
    FaceChange,
    FaceName,
    FaceTraining,
    change_problems,
    training_problems,
)
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body, read_object
from pytest_tavus.simulator.account.requests.pages import any_of, contains, equals
from pytest_tavus.simulator.account.requests.refusals import bad_field, invalid_id
from pytest_tavus.simulator.account.resource import Resource
from pytest_tavus.simulator.account.resources.progress import begin_training, complete_training
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.rows import FaceRow, select_fields

RECOMMENDED_MODEL = "phoenix-4"
"""The model of the faces that the builder chooses from [client]."""

_CHANGED = ("face_id", "face_name", "default_voice_id", "original_voice_id")


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Start to train a face; the answer has its id and ``started`` [doc]."""
    body = read_body(FaceTraining, request.body, rules=training_problems)
    row = _build_row(account, body)
    account.faces.put(row["face_id"], row)
    begin_training(account, settle)
    return ApiAnswer(body={"face_id": row["face_id"], "status": "started"})


def listing(account: Account, request: ApiRequest) -> ApiAnswer:
    """List faces; `sort=recommended` puts the recommended ones first [client]."""
    rows, query = FACES.collect_rows(account, request), request.query
    if query.get("sort", "").lower() == "recommended":
        rows = sort_recommended(rows)
        query = {name: value for name, value in query.items() if name != "sort"}
    return FACES.answer_page(account, rows, query)


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change name or voice by a JSON Merge Patch without nulls [doc]."""
    row = FACES.require_changeable(account, request, "changed")
    # Look for nulls first, because read_body treats them as absent.
    for field, value in read_object(request.body).items():
        if value is None:
            raise bad_field(field, f"{field} cannot be null")
    body = read_body(FaceChange, request.body, rules=change_problems)
    voice_id = body.default_voice_id
    if voice_id is not None and account.voices.get(voice_id) is None:
        raise bad_field("default_voice_id", f"there is no voice with the id {voice_id!r}")
    if body.face_name is not None:
        row["face_name"] = body.face_name
    if voice_id is not None:
        row["default_voice_id"] = voice_id
    row["updated_at"] = account.timestamp()
    return ApiAnswer(body=select_fields(row, _CHANGED))


def rename(account: Account, request: ApiRequest) -> ApiAnswer:
    """Rename a face by the older route, whose answer is empty [inferred]."""
    row = FACES.require_changeable(account, request, "changed")
    row["face_name"] = read_body(FaceName, request.body).face_name
    row["updated_at"] = account.timestamp()
    return ApiAnswer()


def settle(account: Account) -> None:
    """Complete every face whose training is over, and send its callback.

    The callback is [doc], its body is [inferred].
    """
    for row in complete_training(account, account.faces):
        row["training_progress"] = "100/100"
        row["updated_at"] = account.timestamp()
        if url := row["_callback_url"]:
            account.callbacks.send(url, {"replica_id": row["face_id"], "status": "completed"})


def sort_recommended(rows: Iterable[FaceRow]) -> list[FaceRow]:
    """Return faces with the recommended ones first, otherwise in the same order."""
    return sorted(rows, key=lambda row: not row["is_recommended"])


def _build_row(account: Account, training: FaceTraining) -> FaceRow:
    face_id, now = FACES.new_id(account), account.timestamp()
    voice_id = training.default_voice_id or _find_voice(account, training.voice_name)
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
        "created_at": now,
        "updated_at": now,
        "_begun": account.epoch(),
        "_callback_url": training.callback_url,
    }


def _find_voice(account: Account, name: str | None) -> str | None:
    """Return the id of the voice with this name, ignoring case."""
    lower = (name or "").lower()
    rows = (row for row in account.voices.rows() if row["voice_name"].lower() == lower)
    return next((row["voice_id"] for row in rows), None)


FACES = Resource[FaceRow](
    table=lambda account: account.faces,
    path="/faces",
    key="face_id",
    missing=partial(invalid_id, "face_id"),  # 400, as for the other older ids [doc]
    prefix="r",
    length=11,
    filters=(
        equals("model_name", face_type=("user", "system")),
        any_of("face_id", "face_ids", "replica_ids"),
        contains("name_or_uuid", "face_id", "face_name"),
    ),
    settle=settle,
    check_change=lambda row, _: (
        "A stock face cannot be changed" if row["face_type"] == "system" else ""
    ),
    plain={"show": "client", "delete": "doc"},
)
ROUTES = (
    *FACES.routes(),
    FACES.route("POST", "", create, source="doc"),
    FACES.route("GET", "", listing, source="client"),
    FACES.route("PATCH", "/{}", change, source="doc"),
    FACES.route("PATCH", "/{}/name", rename, source="doc"),
)
