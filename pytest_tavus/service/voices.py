"""Voices: `/voices`, those of Tavus's catalogue [doc]. None is made here: no sample is taken."""

from __future__ import annotations

from pytest_tavus.service.account import Account
from pytest_tavus.service.api import ApiAnswer, ApiRequest, Route
from pytest_tavus.service.pages import Paging, page
from pytest_tavus.service.queries import choice, words
from pytest_tavus.service.refusals import not_found
from pytest_tavus.service.tags import named_like, with_any_tag

PAGING = Paging(limit=10)


def listed(account: Account, request: ApiRequest) -> ApiAnswer:
    """List voices by type and tags, or by what stands in their name or description."""
    query = request.query
    kind = choice(query, "voice_type", ("user", "system"))
    rows = (row for row in account["voices"].rows() if kind in {None, row["voice_type"]})
    found = with_any_tag(rows, words(query, "tags", "tag"))
    fields = ("voice_id", "voice_name", "description")
    found = named_like(found, query.get("search", ""), fields=fields)
    return ApiAnswer(body=page(found, query, paging=PAGING))


def get(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return a voice."""
    row = account["voices"].get(request.params["voice_id"])
    if row is None:
        raise not_found("Voice not found")
    return ApiAnswer(body=row)


ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/voices", operation=listed, source="doc"),
    Route(method="GET", path="/voices/{voice_id}", operation=get, source="doc"),
)
