"""The links of a PAL into Tavus's web builder, and what a finished PAL is handed over with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from pytest_tavus.contract.body import json_object
from pytest_tavus.simulator.mcp.client import AccountAddress
from pytest_tavus.simulator.mcp.rows import first_of

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


def pal_links(place: AccountAddress, pal_id: str) -> dict[str, str]:
    """Return the pages of a PAL: to edit it, to talk to it, to deploy it [client]."""

    def page(**mode: str) -> str:
        query = urlencode({"pal_id": pal_id, **mode}, errors="replace")
        return f"{place.maker_url.rstrip('/')}/dev/pals/update?{query}"

    return {"pal_url": page(), "test_url": page(mode="test"), "deploy_url": page(mode="deploy")}


def handover(place: AccountAddress, pal_id: str) -> dict[str, Any]:
    """Return what comes with a finished PAL: links, ways to deploy it, and what to do next."""
    return {
        **pal_links(place, pal_id),
        "deployment_options": [dict(option) for option in DEPLOYMENT_OPTIONS],
        "next_step": NEXT_STEP,
    }


def with_links(place: AccountAddress, created: Any) -> Any:
    """Return the answer to a creation with the PAL's links in it."""
    pal = json_object(created)
    pal_id = first_of(pal, "pal_id", "persona_id", "uuid") if pal is not None else None
    return created if pal is None or not pal_id else {**pal, **pal_links(place, str(pal_id))}


def without_call_link(conversation: Any) -> Any:
    """Return a conversation without its link, which the official server keeps back [client]."""
    body = json_object(conversation)
    if body is None:
        return conversation
    return {key: value for key, value in body.items() if key != "conversation_url"}
