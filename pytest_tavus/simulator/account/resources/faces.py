"""Faces: `/faces`, which `/replicas` stands for too; Tavus's own, and those that were trained.

A face is started, then completed [doc] get-face; how long that takes is
`AccountOptions.training_seconds`, at Tavus some hours [doc]. No video is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

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
from pytest_tavus.simulator.account.requests.pages import any_of, contains, equals
from pytest_tavus.simulator.account.requests.refusals import bad_field, invalid_id
from pytest_tavus.simulator.account.resource import Resource
from pytest_tavus.simulator.account.resources.progress import (
    BEGUN,
    CALLBACK,
    begin_training,
    complete_training,
)
from pytest_tavus.simulator.account.store.account import Account

RECOMMENDED_MODEL = "phoenix-4"
"""The model of the faces that the builder chooses from [client]."""

_VOICE = ("face_id", "face_name", "default_voice_id", "original_voice_id")


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Begin to train a face: its id and ``started`` [doc]."""
    wanted = read_body(FaceTraining, request.body, rules=training_problems)
    row = FACES.add(account, _fields(account, wanted))
    row["face_name"] = row["face_name"] or row["face_id"]
    begin_training(account, settle)
    return ApiAnswer(body={"face_id": row["face_id"], "status": "started"})


def listing(account: Account, request: ApiRequest) -> ApiAnswer:
    """List faces; `sort=recommended` has the recommended ones first [client]."""
    found, query = FACES.collect_rows(account, request), request.query
    if query.get("sort", "").lower() == "recommended":
        found = sort_recommended(found)
        query = {name: value for name, value in query.items() if name != "sort"}
    return FACES.answer_page(account, found, query)


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change name or voice by a JSON Merge Patch in which nothing can be null [doc]."""
    row = FACES.require_changeable(account, request, "changed")
    for field, value in read_object(request.body).items():
        if value is None:
            raise bad_field(field, f"{field} cannot be null")
    wanted = read_body(FaceChange, request.body, rules=change_problems)
    voice_id = wanted.default_voice_id
    if voice_id is not None and account["voices"].get(voice_id) is None:
        raise bad_field("default_voice_id", f"there is no voice with the id {voice_id!r}")
    row |= wanted.to_json(nulls=False)
    row["updated_at"] = account.timestamp()
    return ApiAnswer(body={name: row[name] for name in _VOICE})


def rename(account: Account, request: ApiRequest) -> ApiAnswer:
    """Rename a face: the older route, whose answer has no body [inferred]."""
    row = FACES.require_changeable(account, request, "changed")
    row["face_name"] = read_body(FaceName, request.body).face_name
    row["updated_at"] = account.timestamp()
    return ApiAnswer()


def settle(account: Account) -> None:
    """Let every face whose training is over be completed, and tell who asked to hear of it.

    That there is a callback is [doc], its body is [inferred].
    """
    for row in complete_training(account, "faces"):
        row |= {"training_progress": "100/100", "updated_at": account.timestamp()}
        if row[CALLBACK]:
            told = {"replica_id": row["face_id"], "status": "completed"}
            account.callbacks.send(row[CALLBACK], told)


def sort_recommended(rows: Iterable[Json]) -> list[Json]:
    """Return faces with Tavus's own recommendations first, otherwise in their order."""
    return sorted(rows, key=lambda row: not row["is_recommended"])


def _fields(account: Account, training: FaceTraining) -> Json:
    voice_id = training.default_voice_id or _find_voice(account, training.voice_name)
    return {
        "face_name": training.face_name,
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
        BEGUN: account.epoch(),
        CALLBACK: training.callback_url,
    }


def _find_voice(account: Account, name: str | None) -> str | None:
    """Return the id of a voice by its name, in any case of letters."""
    wanted = (name or "").lower()
    rows = (row for row in account["voices"].rows() if row["voice_name"].lower() == wanted)
    return next((str(row["voice_id"]) for row in rows), None)


FACES = Resource(
    table="faces",
    path="/faces",
    key="face_id",
    missing=partial(invalid_id, "face_id"),  # as with the other ids of old [doc]
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
