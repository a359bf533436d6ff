"""Lists: which rows of a table one page shows, in which order, in which envelope.

Some resources count their pages from 0 and some from 1 ([doc], [client]). On the latter page 0 is
the first page too: the documents say 1 and the official client sends 0 [inferred].
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any, Literal

from msgspec import Struct

from pytest_tavus.simulator.account.requests.queries import Query, choice, whole

MOST = 100
"The largest page ([doc] for dictionaries and voices, [inferred] for the others)."

_ORDERS = MappingProxyType({"asc": "asc", "ascending": "asc", "desc": "desc", "descending": "desc"})
"""Two spellings of each: the client sent the long ones until 0.4.0 [client]."""


class Paging(Struct, frozen=True, kw_only=True):
    """How one resource is listed."""

    limit: int = 10
    "Rows of a page, where the query does not say [doc]."

    first: Literal[0, 1] = 1
    "The number of the first page."

    order: Literal["asc", "desc"] = "asc"
    "Where the query does not say: ``asc`` is the oldest first."

    envelope: str = "data"
    count: str = "total_count"
    "The keys of the answer."

    most: int = MOST
    "The most rows of a page."


def ordered(
    rows: Iterable[dict[str, Any]], query: Query, *, paging: Paging
) -> list[dict[str, Any]]:
    """Return rows, given the oldest first, in the order that `sort` asks for."""
    found = list(rows)
    order = choice(query, "sort", _ORDERS)
    if (paging.order if order is None else order) == "desc":
        found.reverse()
    return found


def page(rows: Iterable[dict[str, Any]], query: Query, *, paging: Paging) -> dict[str, Any]:
    """Return the envelope with the rows of the page that `limit`, `page` and `sort` ask for."""
    found = ordered(rows, query, paging=paging)
    limit = whole(query, "limit", default=paging.limit, least=1, most=paging.most)
    number = whole(query, "page", default=paging.first, least=0)
    start = max(0, number - paging.first) * limit
    if "offset" in query and "page" not in query:
        start = whole(query, "offset", default=0, least=0)
    return {paging.envelope: found[start : start + limit], paging.count: len(found)}
