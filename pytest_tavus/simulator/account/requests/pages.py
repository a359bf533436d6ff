"""Lists: which rows of a table one page shows, in which order, in which envelope.

Some resources count their pages from 0 and some from 1 ([doc], [client]). On the latter page 0 is
the first page too: the documents say 1 and the official client sends 0 [inferred].
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from pytest_tavus.contract.body import Json
from pytest_tavus.simulator.account.requests.refusals import bad_field

Query = Mapping[str, str]

_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def flag(query: Query, name: str, *, default: bool = False) -> bool:
    """Return a yes or no, written as text [client]."""
    text = query.get(name, "").strip().lower()
    if not text:
        return default
    if text not in _FLAGS:
        raise bad_field(name, f"expected true or false, found {query[name]!r}")
    return _FLAGS[text]


def whole(query: Query, name: str, *, default: int, least: int, most: int | None = None) -> int:
    """Return a whole number within its limits."""
    text = query.get(name, "").strip()
    if not text:
        return default
    limits = f"at least {least}" if most is None else f"from {least} to {most}"
    if not (text.isascii() and text.removeprefix("-").isdigit()) or len(text) > 18:
        raise bad_field(name, f"expected a whole number {limits}, found {text!r}")
    number = int(text)
    if number < least or (most is not None and number > most):
        raise bad_field(name, f"expected a whole number {limits}, found {number}")
    return number


def choice(query: Query, name: str, choices: Mapping[str, str] | tuple[str, ...]) -> str | None:
    """Return one of the choices, or what it stands for; `None` where none is written."""
    text = query.get(name, "").strip().lower()
    if not text:
        return None
    meanings = choices if isinstance(choices, Mapping) else {each: each for each in choices}
    if text not in meanings:
        raise bad_field(name, f"expected one of {', '.join(meanings)}, found {query[name]!r}")
    return meanings[text]


def words(query: Query, *names: str) -> tuple[str, ...]:
    """Return a list that is written with commas, under any of its names [client]."""
    texts = (query.get(name, "") for name in names)
    return tuple(word.strip() for text in texts for word in text.split(",") if word.strip())


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


def ordered(rows: Iterable[Json], query: Query, *, paging: Paging) -> list[Json]:
    """Return rows, given the oldest first, in the order that `sort` asks for."""
    found = list(rows)
    order = choice(query, "sort", _ORDERS)
    if (paging.order if order is None else order) == "desc":
        found.reverse()
    return found


def page(rows: Iterable[Json], query: Query, *, paging: Paging) -> Json:
    """Return the envelope with the rows of the page that `limit`, `page` and `sort` ask for."""
    found = ordered(rows, query, paging=paging)
    limit = whole(query, "limit", default=paging.limit, least=1, most=paging.most)
    number = whole(query, "page", default=paging.first, least=0)
    start = max(0, number - paging.first) * limit
    if "offset" in query and "page" not in query:
        start = whole(query, "offset", default=0, least=0)
    return {paging.envelope: found[start : start + limit], paging.count: len(found)}


def having(rows: Iterable[Json], **asked: str | None) -> list[Json]:
    """Return the rows whose fields are as asked; one that nothing is asked of may be anything."""
    wanted = {name: value for name, value in asked.items() if value}
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def with_any_tag(rows: Iterable[Json], tags: tuple[str, ...], *, field: str = "tags") -> list[Json]:
    """Return the rows that have one of the tags; all of them where none is asked for."""
    return [row for row in rows if not tags or not set(tags).isdisjoint(row.get(field) or ())]


def named_like(rows: Iterable[Json], wanted: str, *, fields: tuple[str, ...]) -> list[Json]:
    """Return the rows of which a name or id has the text in it, in any case of letters [wild]."""
    text = wanted.strip().lower()
    return [
        row
        for row in rows
        if not text or any(text in str(row.get(field) or "").lower() for field in fields)
    ]


def tag_page(rows: Iterable[Json], query: Query, *, paging: Paging) -> Json:
    """Return a page of the tags in use, by name: ``{"tags": [...], "total_count": n}`` [client].

    `search` is a part of the tags that are asked for.
    """
    used = sorted({str(tag) for row in rows for tag in row.get("tags") or ()})
    found = named_like(({"tag": tag} for tag in used), query.get("search", ""), fields=("tag",))
    listed = page(found, query, paging=paging)
    return {"tags": [row["tag"] for row in listed[paging.envelope]], **_count(listed, paging)}


def _count(listed: Json, paging: Paging) -> Json:
    return {paging.count: listed[paging.count]}
