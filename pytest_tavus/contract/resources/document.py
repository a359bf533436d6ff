"""A knowledge document as Tavus accepts it. Shapes and rules; no downloads.

Fields: [doc] create-document and recrawl-document; only the client knows the marked fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

from pytest_tavus.contract import limits
from pytest_tavus.contract.body import Body, Items
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.spans import Loc

DocumentStatus = Literal["started", "processing", "ready", "error", "recrawling"]
"""The states of a document [doc] get-document."""

FILE_TYPES = frozenset(
    {".pdf", ".pptx", ".png", ".jpg", ".jpeg", ".csv", ".xlsx", ".txt", ".docx", ".doc", ".md"}
    | {".json"}
)
"""The endings of files that users can upload [client]."""

PAGE_TYPES = frozenset({"", ".html", ".htm", ".php", ".asp", ".aspx"})
"""The endings of website pages [inferred]."""


class Crawl(Body, frozen=True, kw_only=True):
    """`crawl`: follow the links of a website."""

    depth: int = 1
    max_pages: int = 1


class DocumentBody(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/documents``."""

    document_url: str
    document_name: str | None = None
    tags: Items[str] = ()
    callback_url: str | None = None
    crawl: Crawl | None = None
    participant_tags: Items[str] = ()
    "Only the client knows this field and the three below [client]."

    custom_description: str | None = None
    is_customer_support_document: bool = False
    font_size_aware_extraction: bool = False


class DocumentChange(Body, frozen=True, kw_only=True):
    """The body of ``PATCH /v2/documents/{document_id}``: a plain object [doc]."""

    document_name: str | None = None
    tags: Items[str] | None = None


class Recrawl(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/documents/{document_id}/recrawl``."""

    crawl: Crawl | None = None


def document_problems(document: DocumentBody) -> Iterator[RuleProblem]:
    """Yield the problems of a request to create a document."""
    parts = urlsplit(document.document_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        yield RuleProblem(
            loc=("document_url",),
            message=f"{document.document_url!r} is not the URL of a document: expected http:// or "
            "https:// and a host",
            rule="document_url",
        )
    if document.crawl is not None:
        yield from crawl_problems(document.crawl, ("crawl",))


def crawl_problems(crawl: Crawl, at: Loc = ()) -> Iterator[RuleProblem]:
    """Yield the problems of a crawl's limits; `at` is the path of the crawl."""
    for field, value, most in (
        ("depth", crawl.depth, limits.CRAWL_DEPTH),
        ("max_pages", crawl.max_pages, limits.CRAWL_PAGES),
    ):
        if not 1 <= value <= most:
            yield RuleProblem(
                loc=(*at, field),
                message=f"{field} is {value}, expected 1 to {most}",
                rule="document_crawl",
            )


def document_error(url: str) -> str | None:
    """Return the error code for the ending of a document's URL, `None` if Tavus can process it.

    The codes are [doc]; the link between an unknown ending and this code is [inferred].
    """
    name = urlsplit(url).path.rpartition("/")[2]
    ending = f".{name.rpartition('.')[2].lower()}" if "." in name else ""
    return None if ending in FILE_TYPES | PAGE_TYPES else "file_format_unsupported"
