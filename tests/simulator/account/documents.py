"""An account with nothing but documents, and how tests make one."""

from __future__ import annotations

from typing import Any

from pytest_tavus.simulator.account.resources import documents
from pytest_tavus.simulator.account.store.account import AccountOptions
from tests.simulator.account.account import Desk

URL = "https://example.com/guide.pdf"

SITE = {"document_url": "https://example.com/", "crawl": {"depth": 2, "max_pages": 10}}
"""A document that is a website."""


def desk(*, seconds: float = 0) -> Desk:
    """Open an account whose documents take that long."""
    at = Desk(documents.ROUTES)
    at.account.options = AccountOptions(document_seconds=seconds)
    return at


async def made(at: Desk, **changes: Any) -> dict[str, Any]:
    """Create a document, and return it."""
    answer: dict[str, Any] = await at.get("POST /documents", {"document_url": URL, **changes})
    return answer
