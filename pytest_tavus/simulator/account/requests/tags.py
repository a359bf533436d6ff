"""Which rows of a table a query asks for: by field, by tag, by name; and the tags in use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_tavus.simulator.account.requests.pages import Paging, page
from pytest_tavus.simulator.account.requests.queries import Query


def having(rows: Iterable[dict[str, Any]], **asked: str | None) -> list[dict[str, Any]]:
    """Return the rows whose fields are as asked; one that nothing is asked of may be anything."""
    wanted = {name: value for name, value in asked.items() if value}
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def with_any_tag(
    rows: Iterable[dict[str, Any]], tags: tuple[str, ...], *, field: str = "tags"
) -> list[dict[str, Any]]:
    """Return the rows that have one of the tags; all of them where none is asked for."""
    return [row for row in rows if not tags or not set(tags).isdisjoint(row.get(field) or ())]


def named_like(
    rows: Iterable[dict[str, Any]], wanted: str, *, fields: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return the rows of which a name or id has the text in it, in any case of letters [wild]."""
    text = wanted.strip().lower()
    return [
        row
        for row in rows
        if not text or any(text in str(row.get(field) or "").lower() for field in fields)
    ]


def tag_page(rows: Iterable[dict[str, Any]], query: Query, *, paging: Paging) -> dict[str, Any]:
    """Return a page of the tags in use, by name: ``{"tags": [...], "total_count": n}`` [client].

    `search` is a part of the tags that are asked for.
    """
    used = sorted({str(tag) for row in rows for tag in row.get("tags") or ()})
    found = named_like(({"tag": tag} for tag in used), query.get("search", ""), fields=("tag",))
    listed = page(found, query, paging=paging)
    return {"tags": [row["tag"] for row in listed[paging.envelope]], **_count(listed, paging)}


def _count(listed: dict[str, Any], paging: Paging) -> dict[str, Any]:
    return {paging.count: listed[paging.count]}
