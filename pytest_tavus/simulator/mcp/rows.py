"""Lists of the API, whatever their envelope, and the compact rows that tools make of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.simulator.mcp.client import ApiClient, ToolRefusal

PAGES = 100
"""The most pages that are walked for one list [client]."""

PAGE_SIZE = 100


def rows_in(answer: Any, *keys: str) -> list[dict[str, Any]]:
    """Return the objects of a list: bare, or under the first of `keys` or ``data``."""
    envelope = json_object(answer)
    listed = answer
    if envelope is not None:
        listed = next((envelope[key] for key in (*keys, "data") if key in envelope), None)
    return [row for each in json_list(listed) or () if (row := json_object(each)) is not None]


def unwrapped(answer: Any) -> Any:
    """Return what is under ``data``, and an answer without it as it is."""
    envelope = json_object(answer)
    return answer if envelope is None or "data" not in envelope else envelope["data"]


def skills_in(answer: Any) -> dict[str, Any]:
    """Return the skills of a PAL by their ids; they may stand under ``data`` [client]."""
    return json_object(unwrapped(answer)) or {}


def compact(
    answer: Any,
    row: Callable[[Mapping[str, Any]], dict[str, Any]],
    *,
    total: str = "total_count",
) -> dict[str, Any]:
    """Return a list with a short row for each object and the two counts [client]."""
    data = [row(each) for each in rows_in(answer, "data", "deployments")]
    count = (json_object(answer) or {}).get(total)
    return {
        "data": data,
        "returned_count": len(data),
        "total_count": count if isinstance(count, int) else len(data),
    }


def first_of(row: Mapping[str, Any], *names: str) -> Any:
    """Return what stands under the first of these names that there is."""
    return next((row[name] for name in names if name in row), None)


async def every_page(client: ApiClient, path: str, **query: Any) -> dict[str, Any]:
    """Return all rows of a list whose first page is 1, in one envelope.

    Raises:
        ToolRefusal: the API refused, or there is no end of pages.

    """
    data: list[Any] = []
    for page in range(1, PAGES + 1):
        answer = await client.get(path, limit=PAGE_SIZE, page=page, **query)
        found = rows_in(answer)
        data += found
        total = (json_object(answer) or {}).get("total_count")
        if len(found) < PAGE_SIZE or (isinstance(total, int) and len(data) >= total):
            count = total if isinstance(total, int) else len(data)
            return {"data": data, "total_count": count}
    message = f"{path} has more than {PAGES} pages of {PAGE_SIZE}: narrow the list"
    raise ToolRefusal(message)
