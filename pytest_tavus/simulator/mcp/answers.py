"""Builds the answers of tools from answers of the API: rows, pages of a list, links of a PAL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlencode

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.simulator.mcp.client import AccountAddress, ApiClient, refuse

MAX_PAGES = 100
"""The most pages that a tool reads of one list [client]."""

PAGE_SIZE = 100


def object_at(value: Json, *path: str) -> JsonObject:
    """Return the object at a path, or an empty object if none is there."""
    for name in path:
        value = (json_object(value) or {}).get(name)
    return json_object(value) or {}


def rows_in(answer: Json, *keys: str) -> list[JsonObject]:
    """Return the objects of a list: bare, or under the first of `keys` or ``data``."""
    envelope = json_object(answer)
    rows = answer
    if envelope is not None:
        rows = next((envelope[key] for key in (*keys, "data") if key in envelope), None)
    return [row for each in json_list(rows) or () if (row := json_object(each)) is not None]


def unwrap_data(answer: Json) -> Json:
    """Return the value under ``data``, or the answer itself without such a key."""
    envelope = json_object(answer)
    return answer if envelope is None or "data" not in envelope else envelope["data"]


def skills_in(answer: Json) -> JsonObject:
    """Return the skills of a PAL by their ids; the answer may wrap them in ``data`` [client]."""
    return object_at(unwrap_data(answer))


def compact(
    answer: Json, row: Callable[[JsonMapping], JsonObject], *, total: str = "total_count"
) -> JsonObject:
    """Return a list with a short row for each object, and two counts [client]."""
    data = [row(each) for each in rows_in(answer, "data", "deployments")]
    count = object_at(answer).get(total)
    return {
        "data": data,
        "returned_count": len(data),
        "total_count": count if isinstance(count, int) else len(data),
    }


def first_of(row: JsonMapping, *names: str) -> Json:
    """Return the value under the first of these names that the row has."""
    return next((row[name] for name in names if name in row), None)


async def collect_pages(client: ApiClient, path: str, **query: Json) -> JsonObject:
    """Return all rows of a list as one answer; the first page is page 1."""
    data: list[JsonObject] = []
    for page in range(1, MAX_PAGES + 1):
        answer = await client.get(path, limit=PAGE_SIZE, page=page, **query)
        rows = rows_in(answer)
        data += rows
        total = object_at(answer).get("total_count")
        if len(rows) < PAGE_SIZE or (isinstance(total, int) and len(data) >= total):
            return {"data": data, "total_count": total if isinstance(total, int) else len(data)}
    return refuse(f"{path} has more than {MAX_PAGES} pages of {PAGE_SIZE}: narrow the list")


DEPLOYMENT_OPTIONS: Final[tuple[Mapping[str, str], ...]] = (
    {
        "type": "meeting",
        "name": "Google Meet, Zoom, or Teams",
        "description": "The PAL takes part in a video meeting.",
        "how_to_set_up": "Call tavus_meeting_configure, then tavus_conversation_create with the "
        "meeting's link.",
    },
    {
        "type": "landing-page",
        "name": "PAL page",
        "description": "A page with a link of its own, hosted by Tavus.",
        "how_to_set_up": "Call tavus_deployment_create with the channel landing-page.",
    },
    {
        "type": "embed",
        "name": "Embed",
        "description": "The conversation is a part of a page of one's own.",
        "how_to_set_up": "Call tavus_deployment_create with the channel embed.",
    },
    {
        "type": "widget",
        "name": "Widget",
        "description": "A button on every page of a site opens the conversation.",
        "how_to_set_up": "Call tavus_deployment_create with the channel widget.",
    },
)
"""Types and names are [client]; the sentences are this project's own."""

NEXT_STEP: Final = "Talk to the PAL at test_url, then choose one of deployment_options."


def id_of(pal: JsonMapping) -> Json:
    return first_of(pal, "pal_id", "persona_id", "uuid")


def pal_links(address: AccountAddress, pal_id: str) -> dict[str, str]:
    """Return links to the pages that edit, test and deploy a PAL [client]."""

    def page(**mode: str) -> str:
        query = urlencode({"pal_id": pal_id, **mode}, errors="replace")
        return f"{address.maker_url.rstrip('/')}/dev/pals/update?{query}"

    return {"pal_url": page(), "test_url": page(mode="test"), "deploy_url": page(mode="deploy")}


def handover(address: AccountAddress, pal_id: str) -> JsonObject:
    """Return the links of a finished PAL, its ways to deploy, and the next step."""
    return {
        **pal_links(address, pal_id),
        "deployment_options": [dict(option) for option in DEPLOYMENT_OPTIONS],
        "next_step": NEXT_STEP,
    }


def with_links(address: AccountAddress, created: Json) -> Json:
    """Add the links of a PAL to the answer that created the PAL."""
    pal = object_at(created)
    pal_id = id_of(pal)
    return {**pal, **pal_links(address, str(pal_id))} if pal_id else created


def without_call_link(conversation: Json) -> Json:
    """Drop the link of a conversation, as the official server does [client]."""
    body = json_object(conversation)
    if body is None:
        return conversation
    return {key: value for key, value in body.items() if key != "conversation_url"}
