"""Tools for the knowledge documents of an account."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.simulator.mcp.arguments import Arguments, ToolFunction, chosen, get, send
from pytest_tavus.simulator.mcp.client import ApiClient, refused_upload

_CREATED = (
    "document_url",
    "document_name",
    "tags",
    "participant_tags",
    "crawl",
    "custom_description",
    "is_customer_support_document",
    "font_size_aware_extraction",
)


async def _list(client: ApiClient, arguments: Arguments) -> Any:
    query = chosen(arguments, "limit", "page", "status", "name_or_uuid", "verbose")
    for name in ("tags", "participant_tags"):
        if arguments[name] is not None:
            query[name] = ",".join(tag for tag in arguments[name] if tag)
    return await client.get("/documents", sort="desc", **query)


async def _upload(_client: ApiClient, arguments: Arguments) -> Any:
    raise refused_upload(arguments["local_path"])


TOOLS: Mapping[str, ToolFunction] = MappingProxyType(
    {
        "tavus_document_list": _list,
        "tavus_document_get": get("/documents/{document_id}", "verbose"),
        "tavus_document_create": send("POST", "/documents", *_CREATED),
        "tavus_document_upload": _upload,
        "tavus_document_tags": get("/documents/tags", "search", "page", "limit"),
        "tavus_document_chunks": get(
            "/documents/{document_id}/chunks", "collection", "limit", "offset"
        ),
        "tavus_document_recrawl": send("POST", "/documents/{document_id}/recrawl", "crawl"),
    }
)
