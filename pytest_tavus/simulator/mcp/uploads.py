"""Local files: the official server sends them through the developer portal, which is not here."""

from __future__ import annotations

from pytest_tavus.simulator.mcp.client import ToolRefusal


def refused_upload(local_path: str) -> ToolRefusal:
    """Return why a local file cannot become a document.

    The official server too refuses without the portal's own token, before it looks at the file
    [client]; a simulated account never has one.
    """
    return ToolRefusal(
        f"{local_path!r} cannot be uploaded: local files go through the developer portal, which "
        "needs a token of its own (TAVUS_PORTAL_BEARER_TOKEN) and is not simulated. Host the "
        "file and give its URL to tavus_document_create."
    )
