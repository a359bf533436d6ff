"""The documents of the knowledge base: `/documents` [doc], filters and chunks [client].

A document's text is not fetched, so its one chunk is made of its name and description, unless
whoever fills the account gave the record `chunks`.
"""

from __future__ import annotations

from functools import partial
from typing import get_args

from pytest_tavus.contract.body import Json
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
    BEGUN,
    RUNNING,
    TOLD,
    begin_document,
    settle_documents,
)
from pytest_tavus.simulator.account.store.account import Account

_CHUNKS = Paging(limit=100, first=0)
_STATUSES: tuple[str, ...] = get_args(DocumentStatus)
_BRIEF = ("document_id", "document_name", "document_url", "status", "tags", "created_at")


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Take a document: 200 and ``started`` [doc], and what becomes of it comes with time."""
    document = read_body(DocumentBody, request.body, rules=document_problems)
    settle_documents(account)
    if document.crawl is not None:
        _refuse_more_crawls(account)
    row = DOCUMENTS.add(account, _fields(document))
    begin_document(account, row, status="started")
    answer = DOCUMENTS.answer(account, row, request)
    settle_documents(account)
    return answer


def chunks(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return what a document was cut into, once it is ready [client]."""
    row = DOCUMENTS.require_named(account, request)
    collection = (
        read_choice(request.query, "collection", ("regular", "customer_support")) or "regular"
    )
    own = "customer_support" if row["is_customer_support_document"] else "regular"
    texts: list[str] = row.get("chunks", [_text(row)]) if row["status"] == "ready" else []
    cut = [
        {"chunk_id": f"{row['document_id']}-{index}", "chunk_index": index, "content": text}
        for index, text in enumerate(texts if collection == own else [])
    ]
    return ApiAnswer(body=page(cut, request.query, paging=_CHUNKS))


def tags(account: Account, request: ApiRequest) -> ApiAnswer:
    rows = account["documents"].rows()
    return ApiAnswer(body=tag_page(rows, request.query, paging=DOCUMENTS.paging))


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change name or tags: a plain object, no JSON Patch [doc]."""
    row = DOCUMENTS.require_named(account, request)
    wanted = read_body(DocumentChange, request.body)
    row |= wanted.to_json(nulls=False)
    row["updated_at"] = account.timestamp()
    return DOCUMENTS.answer(account, row, request)


def recrawl(account: Account, request: ApiRequest) -> ApiAnswer:
    """Crawl a website anew: 202 [doc]. It must be at rest, be a crawl, and have cooled down."""
    row = DOCUMENTS.require_named(account, request)
    wanted = read_body(Recrawl, {} if request.body is None else request.body)
    if wanted.crawl is not None:
        refuse_if(crawl_problems(wanted.crawl, ("crawl",)))
        row["crawl_config"] = _crawl(wanted.crawl)
    if row["crawl_config"] is None:
        raise bad_request("Document has no crawl configuration: send crawl")
    _refuse_while_running(account, row)
    _refuse_during_cooldown(account, row)
    _refuse_concurrent_crawl(account)
    row["crawl_count"] += 1
    begin_document(account, row, status="recrawling")
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


def _collect_crawls(account: Account) -> list[Json]:
    return [row for row in account["documents"].rows() if row["crawl_config"] is not None]


def _refuse_while_running(account: Account, row: Json) -> None:
    """Refuse what is under way: 409 [doc].

    Where documents take no time, one is under way until its client was told that it is not: at
    Tavus it takes minutes, and whoever asks at once is refused for that [inferred].
    """
    at_once = account.options.document_seconds == 0 and _cooldown_seconds(account, row) > 0
    status = row[TOLD] if at_once else row["status"]
    if status in RUNNING:
        message = f"Document is {status}: expected ready or error"
        raise conflict(message)


def _cooldown_seconds(account: Account, row: Json) -> float:
    left = RECRAWL_COOLDOWN - (account.epoch() - row[BEGUN])
    return left if row["crawl_count"] > 0 else 0.0


def _refuse_during_cooldown(account: Account, row: Json) -> None:
    left = _cooldown_seconds(account, row)
    if left > 0:
        minutes = -int(-left // 60)
        message = f"Document was crawled recently: try again in {minutes} minutes"
        raise _too_many(message)


def _too_many(sentence: str) -> ApiRefusal:
    """Return a 429; its status is [doc], its words and key are [inferred]."""
    return ApiRefusal(429, {"error": sentence})


def _fields(document: DocumentBody) -> Json:
    crawl = None if document.crawl is None else _crawl(document.crawl)
    return {
        **document.to_json(without={"crawl"}),
        "document_name": document.document_name or document.document_url,
        "status": "started",
        "progress": None,
        "error_message": None,
        "crawl_config": crawl,
        "crawled_urls": [],
        "last_crawled_at": None,
        "crawl_count": 0 if crawl is None else 1,
    }


def _crawl(crawl: Crawl) -> dict[str, int]:
    return {"depth": crawl.depth, "max_pages": crawl.max_pages}


def _text(row: Json) -> str:
    described = row["custom_description"]
    return f"{row['document_name']}: {described}" if described else str(row["document_name"])


def _view(_account: Account, row: Json, _query: Query) -> Json:
    row[TOLD] = row["status"]
    return DOCUMENTS.strip_hidden(row)


def _row_view(account: Account, row: Json, query: Query) -> Json:
    shown = _view(account, row, query)
    return shown if _is_verbose(query) else {name: row[name] for name in _BRIEF}


def _is_verbose(query: Query) -> bool:
    return read_flag(query, "verbose", default=True)


def _check_verbose(rows: list[Json], query: Query) -> list[Json]:
    """Refuse a wrong `verbose` of an empty list, too."""
    _is_verbose(query)
    return rows


DOCUMENTS = Resource(
    table="documents",
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
