"""Query parameters and pages of lists: filters, order, limits and the envelope.

Some resources count their pages from 0, others from 1 ([doc], [client]). If the first page is 1,
page 0 is the first page too: the documents say 1, the official client sends 0 [inferred].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Literal, TypeVar

from msgspec import Struct

from pytest_tavus.contract.body import JsonDict, json_list
from pytest_tavus.simulator.account.requests.refusals import bad_field

Query = Mapping[str, str]

Row = TypeVar("Row", bound=Mapping[str, object])

_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def read_flag(query: Query, name: str, *, default: bool = False) -> bool:
    """Return a boolean, which a query writes as text [client]."""
    text = query.get(name, "").strip().lower()
    if not text:
        return default
    if text not in _FLAGS:
        raise bad_field(name, f"expected true or false, found {query[name]!r}")
    return _FLAGS[text]


def read_whole_number(
    query: Query, name: str, *, default: int, least: int, most: int | None = None
) -> int:
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


def read_choice(
    query: Query, name: str, choices: Mapping[str, str] | tuple[str, ...]
) -> str | None:
    """Return the choice, or the value that `choices` maps it to; `None` if the query has none."""
    text = query.get(name, "").strip().lower()
    if not text:
        return None
    meanings = choices if isinstance(choices, Mapping) else {each: each for each in choices}
    if text not in meanings:
        raise bad_field(name, f"expected one of {', '.join(meanings)}, found {query[name]!r}")
    return meanings[text]


def read_words(query: Query, *names: str) -> tuple[str, ...]:
    """Return the items of a comma-separated list, which may have several names [client]."""
    texts = (query.get(name, "") for name in names)
    return tuple(word.strip() for text in texts for word in text.split(",") if word.strip())


MOST = 100
"The largest page ([doc] for dictionaries and voices, [inferred] for the others)."

_ORDERS = MappingProxyType({"asc": "asc", "ascending": "asc", "desc": "desc", "descending": "desc"})
"""Each has two spellings: the client sent the long ones until 0.4.0 [client]."""


class Paging(Struct, frozen=True, kw_only=True):
    """The page size, order and envelope of one resource's lists."""

    limit: int = 10
    "Rows of a page if the query has no limit [doc]."

    first: Literal[0, 1] = 1
    "The number of the first page."

    order: Literal["asc", "desc"] = "asc"
    "The order if the query has none: ``asc`` is the oldest first."

    envelope: str = "data"
    count: str = "total_count"
    "The keys of the rows and of their total count in the answer."

    most: int = MOST
    "The most rows of a page."


def page(rows: Iterable[Mapping[str, object]], query: Query, *, paging: Paging) -> JsonDict:
    """Return the envelope with the page that `limit`, `page` and `sort` select.

    `rows` begin with the oldest.
    """
    found = list(rows)
    if (read_choice(query, "sort", _ORDERS) or paging.order) == "desc":
        found.reverse()
    limit = read_whole_number(query, "limit", default=paging.limit, least=1, most=paging.most)
    number = read_whole_number(query, "page", default=paging.first, least=0)
    # Where the first page is 1, page 0 gives a negative start.
    start = max(0, number - paging.first) * limit
    if "offset" in query and "page" not in query:
        start = read_whole_number(query, "offset", default=0, least=0)
    return {paging.envelope: found[start : start + limit], paging.count: len(found)}


Filter = Callable[[list[Row], Query], list[Row]]
"""Reads its own parameters from a query, and returns the rows that match them."""


def equals(*names: str, **choices: tuple[str, ...]) -> Filter[Row]:
    """Match fields by their value. `choices` lists the only values that a query may name."""

    def keep(rows: list[Row], query: Query) -> list[Row]:
        values = {name: query.get(name) for name in names}
        values |= {name: read_choice(query, name, known) for name, known in choices.items()}
        expected = {name: value for name, value in values.items() if value}
        return [row for row in rows if all(row[name] == expected[name] for name in expected)]

    return keep


def any_of(field: str, *names: str) -> Filter[Row]:
    """Match a field that is, or contains, any of the values that a query lists with commas."""

    def keep(rows: list[Row], query: Query) -> list[Row]:
        values = set(read_words(query, *(names or (field,))))
        return [row for row in rows if not values or values & _items(row.get(field))]

    return keep


def contains(name: str, *fields: str) -> Filter[Row]:
    """Match a part of a name or an id, ignoring case [wild]."""

    def keep(rows: list[Row], query: Query) -> list[Row]:
        text = query.get(name, "").strip().lower()
        return [
            row
            for row in rows
            if not text or any(text in str(row.get(field) or "").lower() for field in fields)
        ]

    return keep


def of_type(is_system: Callable[[Row], bool] = lambda _: False) -> Filter[Row]:
    """Match Tavus's own rows, the user's (the default), or `all` [client]."""

    def keep(rows: list[Row], query: Query) -> list[Row]:
        kind = read_choice(query, "type", ("user", "system", "all")) or "user"
        return [row for row in rows if kind == "all" or is_system(row) == (kind == "system")]

    return keep


def tag_page(rows: Iterable[Mapping[str, object]], query: Query, *, paging: Paging) -> JsonDict:
    """Return a page of the tags in use, by name: ``{"tags": [...], "total_count": n}`` [client].

    The parameter `search` matches a part of a tag, ignoring case.
    """
    used = {str(tag) for row in rows for tag in json_list(row.get("tags")) or ()}
    text = query.get("search", "").strip().lower()
    found = [{"tag": tag} for tag in sorted(used) if text in tag.lower()]
    listed = page(found, query, paging=paging)
    tags = [row["tag"] for row in listed[paging.envelope]]
    return {"tags": tags, paging.count: listed[paging.count]}


def _items(value: object) -> set[object]:
    return {value} if isinstance(value, str) else set(json_list(value) or ())
