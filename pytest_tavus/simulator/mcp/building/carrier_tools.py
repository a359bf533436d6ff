"""The calls of the carrier, Tavus's PAL that builds PALs: each is done through the API."""

from __future__ import annotations

from typing import Any

from pytest_tavus.contract.body import json_object
from pytest_tavus.simulator.mcp.building.build import Build, ReadDocument
from pytest_tavus.simulator.mcp.building.drafts import briefs_of, draft
from pytest_tavus.simulator.mcp.building.field_updates import update_field
from pytest_tavus.simulator.mcp.building.participant import HeardCall
from pytest_tavus.simulator.mcp.client import ApiClient, ToolRefusal, refuse
from pytest_tavus.simulator.mcp.rows import rows_in

DOCUMENT_LENGTH = 40_000
"""Characters of a document that are kept [client]."""

REFUSED = frozenset(
    {
        "go_to_deploy",
        "open_deploy_capability",
        "create_deployment",
        "claim_meet",
        "update_deployment_settings",
        "set_meet_access",
    }
)
"""What is done in the portal after a build, never in one [client]."""


async def do_call(client: ApiClient, build: Build, call: HeardCall) -> str:
    """Do what the carrier called for, and tell in a sentence what came of it.

    Raises:
        ToolRefusal: the API refused, or the carrier called for something unknown.

    """
    arguments = {key: value for key, value in call.arguments.items() if key != "response_to_user"}
    match call.name:
        case "draft_pal":
            return await draft(client, build, briefs_of(arguments))
        case "update_persona_field":
            return await update_field(client, build, arguments)
        case "read_knowledge_document":
            return await _read(client, build, str(arguments.get("document_id") or "").strip())
        case "publish_persona":
            await client.post(f"/builder/{build.builder_id}/publish")
            return "The draft was published."
        case name if name in REFUSED:
            return f"{name} is for the portal, and was not done in this build."
        case name:
            message = f"the carrier called a tool that is not known: {name!r}"
            raise ToolRefusal(message)


async def _read(client: ApiClient, build: Build, document_id: str) -> str:
    if not document_id:
        refuse("the carrier called read_knowledge_document without a document_id")
    document = json_object(await client.get(f"/documents/{document_id}", verbose=True)) or {}
    query = {"collection": "regular", "limit": 100}
    answer = await client.get(f"/documents/{document_id}/chunks", **query)
    texts = filter(None, (_text(chunk) for chunk in rows_in(answer, "chunks")))
    build.documents[document_id] = ReadDocument(
        name=str(document.get("document_name") or document_id),
        text="\n\n".join(texts)[:DOCUMENT_LENGTH],
    )
    return f"Read the document {document_id}."


def _text(chunk: dict[str, Any]) -> str:
    return str(chunk.get("content") or chunk.get("text") or "").strip()
