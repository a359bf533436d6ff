"""The documents of the knowledge base: `/documents` [doc], filters and chunks [client].

The text of a document is not fetched, so its only chunk is its name and description, unless its
record has `chunks`.
"""

from __future__ import annotations

from functools import partial
from typing import get_args

from pytest_tavus.contract.body import JsonDict
from pytest_tavus.contract.limits import CRAWL_DOCUMENTS, CRAWLS_AT_ONCE, RECRAWL_COOLDOWN
from pytest_tavus.contract.resources.document import (
    Crawl,
    DocumentBody,
    DocumentChange,
    DocumentStatus,
    Recrawl,
    crawl_problems,
    document_problems,
)
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRefusal, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body, refuse_if
from pytest_tavus.simulator.account.requests.pages import (
    Paging,
    Query,
    any_of,
    contains,
    equals,
    page,
    read_choice,
    read_flag,
    tag_page,
)
from pytest_tavus.simulator.account.requests.refusals import bad_request, conflict, not_found
from pytest_tavus.simulator.account.resource import Resource
from pytest_tavus.simulator.account.resources.progress import (
    RUNNING,
    begin_document,
    settle_documents,
)
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.rows import DocumentRow, select_fields

_CHUNKS = Paging(limit=100, first=0)
_STATUSES: tuple[str, ...] = get_args(DocumentStatus)
_BRIEF = ("document_id", "document_name", "document_url", "status", "tags", "created_at")


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Add a document: 200 and ``started`` [doc]. Its status changes as time passes."""
    document = read_body(DocumentBody, request.body, rules=document_problems)
    settle_documents(account)
    if document.crawl is not None:
        _refuse_more_crawls(account)
    row = _build_row(account, document)
    account.documents.put(row["document_id"], row)
    begin_document(account, row, status="started")
    # Answer before settling: without a delay, the document would be ready already.
    answer = DOCUMENTS.answer(account, row, request)
    settle_documents(account)
    return answer


def chunks(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return the chunks of a document; none until it is ready [client]."""
    row = DOCUMENTS.require_named(account, request)
    collection = (
        read_choice(request.query, "collection", ("regular", "customer_support")) or "regular"
    )
    collection_of_row = "customer_support" if row["is_customer_support_document"] else "regular"
    texts = row.get("chunks", [_text(row)]) if row["status"] == "ready" else []
    rows = [
        {"chunk_id": f"{row['document_id']}-{index}", "chunk_index": index, "content": text}
        for index, text in enumerate(texts if collection == collection_of_row else [])
    ]
    return ApiAnswer(body=page(rows, request.query, paging=_CHUNKS))


def tags(account: Account, request: ApiRequest) -> ApiAnswer:
    rows = account.documents.rows()
    return ApiAnswer(body=tag_page(rows, request.query, paging=DOCUMENTS.paging))


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change name or tags: a plain object, no JSON Patch [doc]."""
    row = DOCUMENTS.require_named(account, request)
    body = read_body(DocumentChange, request.body)
    if body.document_name is not None:
        row["document_name"] = body.document_name
    if body.tags is not None:
        row["tags"] = list(body.tags)
    row["updated_at"] = account.timestamp()
    return DOCUMENTS.answer(account, row, request)


def recrawl(account: Account, request: ApiRequest) -> ApiAnswer:
    """Crawl a website again: 202 [doc]. Needs an idle crawl document whose cooldown is over."""
    row = DOCUMENTS.require_named(account, request)
    body = read_body(Recrawl, {} if request.body is None else request.body)
    if body.crawl is not None:
        refuse_if(crawl_problems(body.crawl, ("crawl",)))
        row["crawl_config"] = _crawl(body.crawl)
    if row["crawl_config"] is None:
        raise bad_request("Document has no crawl configuration: send crawl")
    _refuse_while_running(account, row)
    _refuse_during_cooldown(account, row)
    _refuse_concurrent_crawl(account)
    row["crawl_count"] += 1
    begin_document(account, row, status="recrawling")
    # Before settling, as in `create`.
    answer = DOCUMENTS.answer(account, row, request, status=202)
    settle_documents(account)
    return answer


def _refuse_more_crawls(account: Account) -> None:
    if len(_collect_crawls(account)) >= CRAWL_DOCUMENTS:
        message = f"Maximum of {CRAWL_DOCUMENTS} crawl documents reached"
        raise _too_many(message)
    _refuse_concurrent_crawl(account)


def _refuse_concurrent_crawl(account: Account) -> None:
    if sum(row["status"] in RUNNING for row in _collect_crawls(account)) >= CRAWLS_AT_ONCE:
        message = f"Maximum of {CRAWLS_AT_ONCE} concurrent crawls reached"
        raise _too_many(message)


def _collect_crawls(account: Account) -> list[DocumentRow]:
    return [row for row in account.documents.rows() if row["crawl_config"] is not None]


def _refuse_while_running(account: Account, row: DocumentRow) -> None:
    """Refuse a document that is being processed: 409 [doc].

    At Tavus processing takes minutes, so a client that recrawls at once is refused [inferred].
    Without a delay, a document therefore counts as running until an answer said otherwise.
    """
    at_once = account.options.document_seconds == 0 and _cooldown_seconds(account, row) > 0
    status = row["_answered_status"] if at_once else row["status"]
    if status in RUNNING:
        message = f"Document is {status}: expected ready or error"
        raise conflict(message)


def _cooldown_seconds(account: Account, row: DocumentRow) -> float:
    left = RECRAWL_COOLDOWN - (account.epoch() - row["_begun"])
    return left if row["crawl_count"] > 0 else 0.0


def _refuse_during_cooldown(account: Account, row: DocumentRow) -> None:
    left = _cooldown_seconds(account, row)
    if left > 0:
        minutes = -int(-left // 60)
        message = f"Document was crawled recently: try again in {minutes} minutes"
        raise _too_many(message)


def _too_many(sentence: str) -> ApiRefusal:
    """Return a 429; its status is [doc], its sentence and key are [inferred]."""
    return ApiRefusal(429, {"error": sentence})


def _build_row(account: Account, document: DocumentBody) -> DocumentRow:
    crawl = None if document.crawl is None else _crawl(document.crawl)
    now = account.timestamp()
    return {
        "document_id": DOCUMENTS.new_id(account),
        "document_url": document.document_url,
        "document_name": document.document_name or document.document_url,
        "tags": list(document.tags),
        "participant_tags": list(document.participant_tags),
        "callback_url": document.callback_url,
        "custom_description": document.custom_description,
        "is_customer_support_document": document.is_customer_support_document,
        "font_size_aware_extraction": document.font_size_aware_extraction,
        "status": "started",
        "progress": None,
        "error_message": None,
        "crawl_config": crawl,
        "crawled_urls": [],
        "last_crawled_at": None,
        "crawl_count": 0 if crawl is None else 1,
        "created_at": now,
        "updated_at": now,
        "_begun": account.epoch(),
        "_answered_status": "started",
    }


def _crawl(crawl: Crawl) -> dict[str, int]:
    return {"depth": crawl.depth, "max_pages": crawl.max_pages}


def _text(row: DocumentRow) -> str:
    description = row["custom_description"]
    return f"{row['document_name']}: {description}" if description else row["document_name"]


def _view(_account: Account, row: DocumentRow, _query: Query) -> JsonDict:
    # A recrawl depends on the status that the client saw last.
    row["_answered_status"] = row["status"]
    return DOCUMENTS.strip_hidden(row)


def _row_view(account: Account, row: DocumentRow, query: Query) -> JsonDict:
    body = _view(account, row, query)
    return body if _is_verbose(query) else select_fields(row, _BRIEF)


def _is_verbose(query: Query) -> bool:
    return read_flag(query, "verbose", default=True)


def _check_verbose(rows: list[DocumentRow], query: Query) -> list[DocumentRow]:
    """Refuse a wrong `verbose`, also if the list is empty."""
    _is_verbose(query)
    return rows


DOCUMENTS = Resource[DocumentRow](
    table=lambda account: account.documents,
    path="/documents",
    key="document_id",
    missing=partial(not_found, "Document not found"),
    prefix="d8-",
    paging=Paging(limit=10, first=0, order="desc"),
    filters=(
        equals(status=_STATUSES),
        any_of("tags", "tags", "tag"),
        any_of("participant_tags"),
        contains("name_or_uuid", "document_id", "document_name"),
        _check_verbose,
    ),
    hidden=("chunks",),
    view=_view,
    row_view=_row_view,
    settle=settle_documents,
    pal_field="document_ids",
    plain={"listing": "client", "show": "client", "delete": "doc"},
)
ROUTES = (
    *DOCUMENTS.routes(),
    DOCUMENTS.route("POST", "", create, source="doc"),
    DOCUMENTS.route("GET", "/tags", tags, source="client"),
    DOCUMENTS.route("GET", "/{}/chunks", chunks, source="client"),
    DOCUMENTS.route("PATCH", "/{}", change, source="doc"),
    DOCUMENTS.route("POST", "/{}/recrawl", recrawl, source="doc"),
)
