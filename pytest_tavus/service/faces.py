"""Faces: `/faces`, which `/replicas` stands for too. Trained ones only: no video is taken here."""

from __future__ import annotations

from typing import Any

from pytest_tavus.service.account import Account
from pytest_tavus.service.api import ApiAnswer, ApiRequest, Route
from pytest_tavus.service.pages import Paging, page
from pytest_tavus.service.queries import choice, words
from pytest_tavus.service.refusals import invalid_id
from pytest_tavus.service.tags import named_like

PAGING = Paging(limit=10)
RECOMMENDED_MODEL = "phoenix-4"
"""The model of the faces that the builder chooses from [client]."""


def listed(account: Account, request: ApiRequest) -> ApiAnswer:
    """List faces by type, model, ids or name; `sort=recommended` has those first [client]."""
    query = request.query
    kind = choice(query, "face_type", ("user", "system"))
    model, ids = query.get("model_name"), words(query, "face_ids", "replica_ids")
    found = [
        row
        for row in account["faces"].rows()
        if kind in {None, row["face_type"]}
        and model in {None, "", row["model_name"]}
        and (not ids or row["face_id"] in ids)
    ]
    found = named_like(found, query.get("name_or_uuid", ""), fields=("face_id", "face_name"))
    if query.get("sort", "").lower() == "recommended":
        found = recommended_first(found)
        query = {name: value for name, value in query.items() if name != "sort"}
    return ApiAnswer(body=page(found, query, paging=PAGING))


def get(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return a face; 400 for an id that is nobody's, as for the other ids of old [doc]."""
    row = account["faces"].get(request.params["face_id"])
    if row is None:
        raise invalid_id("face_id")
    return ApiAnswer(body=row)


def recommended_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return faces with Tavus's own recommendations first, otherwise in their order."""
    return sorted(rows, key=lambda row: not row["is_recommended"])


ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/faces", operation=listed, source="client"),
    Route(method="GET", path="/faces/{face_id}", operation=get, source="client"),
)
