"""An account that serves documents only, and a way to create them."""

from __future__ import annotations

from typing import Any

from pytest_tavus.simulator.account.resources import documents
from pytest_tavus.simulator.account.store.account import AccountOptions
from tests.simulator.account.account import AccountClient

URL = "https://example.com/guide.pdf"

SITE = {"document_url": "https://example.com/", "crawl": {"depth": 2, "max_pages": 10}}
"""A document that is a website."""


def open_account(*, seconds: float = 0) -> AccountClient:
    """Open an account whose documents are ready after some seconds."""
    client = AccountClient(documents.ROUTES)
    client.account.options = AccountOptions(document_seconds=seconds)
    return client


async def create_document(client: AccountClient, **changes: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await client.fetch("POST /documents", {"document_url": URL, **changes})
    return answer
