"""Faces: `/faces`, which `/replicas` stands for too. What there is, and how it is found.

A face is started, then completed [doc] get-face; how long that takes is
`AccountOptions.training_seconds`, at Tavus some hours [doc].
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
    words,
)
from pytest_tavus.simulator.account.requests.refusals import invalid_id
from pytest_tavus.simulator.account.resources.training import CALLBACK, completed, shown_trained
from pytest_tavus.simulator.account.route import Route
from pytest_tavus.simulator.account.store.account import Account

PAGING = Paging(limit=10)
RECOMMENDED_MODEL = "phoenix-4"
"""The model of the faces that the builder chooses from [client]."""


def listed(account: Account, request: ApiRequest) -> ApiAnswer:
    """List faces by type, model, ids or name; `sort=recommended` has those first [client]."""
    settle(account)
    query = request.query
    kind = choice(query, "face_type", ("user", "system"))
    ids = words(query, "face_ids", "replica_ids")
    found = having(account["faces"].rows(), face_type=kind, model_name=query.get("model_name"))
    found = [row for row in found if not ids or row["face_id"] in ids]
    found = named_like(found, query.get("name_or_uuid", ""), fields=("face_id", "face_name"))
    if query.get("sort", "").lower() == "recommended":
        found = recommended_first(found)
        query = {name: value for name, value in query.items() if name != "sort"}
    return ApiAnswer(body=page((shown_trained(row) for row in found), query, paging=PAGING))


def get(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return a face."""
    settle(account)
    return ApiAnswer(body=shown_trained(found_face(account, request)))


def found_face(account: Account, request: ApiRequest) -> Json:
    """Return the face of a request.

    Raises:
        ApiRefusal: 400, there is none of that id, as with the other ids of old [doc].

    """
    return account["faces"].require(request.params["face_id"], invalid_id("face_id"))


def settle(account: Account) -> None:
    """Let every face whose training is over be completed, and tell who asked to hear of it.

    That there is a callback is [doc], its body is [inferred].
    """
    for row in completed(account, "faces"):
        row |= {"training_progress": "100/100", "updated_at": account.timestamp()}
        if row[CALLBACK]:
            told = {"replica_id": row["face_id"], "status": "completed"}
            account.callbacks.send(row[CALLBACK], told)


def recommended_first(rows: list[Json]) -> list[Json]:
    """Return faces with Tavus's own recommendations first, otherwise in their order."""
    return sorted(rows, key=lambda row: not row["is_recommended"])


ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/faces", operation=listed, source="client"),
    Route(method="GET", path="/faces/{face_id}", operation=get, source="client"),
)
