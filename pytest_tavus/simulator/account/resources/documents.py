"""The documents of the knowledge base: `/documents` [doc], filters and chunks [client].

A document's text is not fetched, so its one chunk is made of its name and description, unless
whoever fills the account gave the record `chunks`.
"""

from __future__ import annotations

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
    choice,
    flag,
    having,
    named_like,
    page,
    tag_page,
    with_any_tag,
    words,
)
from pytest_tavus.simulator.account.requests.refusals import bad_request, conflict, not_found
from pytest_tavus.simulator.account.resources.document_life import (
    BEGUN,
    RUNNING,
    TOLD,
    begin,
    settle,
)
from pytest_tavus.simulator.account.route import Route
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.known import forget

PAGING = Paging(limit=10, first=0, order="desc")
_CHUNKS = Paging(limit=100, first=0)
_STATUSES: tuple[str, ...] = get_args(DocumentStatus)
_HIDDEN = ("chunks", BEGUN, TOLD)
_BRIEF = ("document_id", "document_name", "document_url", "status", "tags", "created_at")


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Take a document: 200 and ``started`` [doc], and what becomes of it comes with time."""
    document = read_body(DocumentBody, request.body, rules=document_problems)
    settle(account)
    if document.crawl is not None:
        _refuse_more_crawls(account)
    document_id = account.ids.new("d8-")
    row = account["documents"].add(document_id, _record(account, document_id, document))
    begin(account, row, status="started")
    answer = ApiAnswer(body=_shown(row))
    settle(account)
    return answer


def listed(account: Account, request: ApiRequest) -> ApiAnswer:
    """List documents, the latest first, by status, tags, participants' tags, name or id."""
    settle(account)
    query = request.query
    found = having(account["documents"].rows(), status=choice(query, "status", _STATUSES))
    found = with_any_tag(found, words(query, "tags", "tag"))
    found = with_any_tag(found, words(query, "participant_tags"), field="participant_tags")
    fields = ("document_id", "document_name")
    found = named_like(found, query.get("name_or_uuid", ""), fields=fields)
    whole = flag(query, "verbose", default=True)
    shown = (_shown(row) if whole else _brief(row) for row in found)
    return ApiAnswer(body=page(shown, query, paging=PAGING))


def get(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return one document."""
    return ApiAnswer(body=_shown(_found(account, request)))


def chunks(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return what a document was cut into, once it is ready [client]."""
    row = _found(account, request)
    collection = choice(request.query, "collection", ("regular", "customer_support")) or "regular"
    own = "customer_support" if row["is_customer_support_document"] else "regular"
    texts: list[str] = row.get("chunks", [_text(row)]) if row["status"] == "ready" else []
    cut = [
        {"chunk_id": f"{row['document_id']}-{index}", "chunk_index": index, "content": text}
        for index, text in enumerate(texts if collection == own else [])
    ]
    return ApiAnswer(body=page(cut, request.query, paging=_CHUNKS))


def tags(account: Account, request: ApiRequest) -> ApiAnswer:
    """List the tags that documents have [client]."""
    return ApiAnswer(body=tag_page(account["documents"].rows(), request.query, paging=PAGING))


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change name or tags: a plain object, no JSON Patch [doc]."""
    row = _found(account, request)
    wanted = read_body(DocumentChange, request.body)
    if wanted.document_name is not None:
        row["document_name"] = wanted.document_name
    if wanted.tags is not None:
        row["tags"] = list(wanted.tags)
    row["updated_at"] = account.timestamp()
    return ApiAnswer(body=_shown(row))


def recrawl(account: Account, request: ApiRequest) -> ApiAnswer:
    """Crawl a website anew: 202 [doc]. It must be at rest, be a crawl, and have cooled down."""
    row = _found(account, request)
    wanted = read_body(Recrawl, {} if request.body is None else request.body)
    if wanted.crawl is not None:
        refuse_if(crawl_problems(wanted.crawl, ("crawl",)))
        row["crawl_config"] = _crawl(wanted.crawl)
    if row["crawl_config"] is None:
        raise bad_request("Document has no crawl configuration: send crawl")
    _refuse_while_running(account, row)
    _refuse_while_warm(account, row)
    _refuse_at_once(account)
    row["crawl_count"] += 1
    begin(account, row, status="recrawling")
    answer = ApiAnswer(status=202, body=_shown(row))
    settle(account)
    return answer


def delete(account: Account, request: ApiRequest) -> ApiAnswer:
    """Delete a document; PALs lose it."""
    document_id = _found(account, request)["document_id"]
    account["documents"].delete(document_id)
    forget(account, "document_ids", document_id)
    return ApiAnswer(status=204)


def _found(account: Account, request: ApiRequest) -> Json:
    settle(account)
    key, refusal = request.params["document_id"], not_found("Document not found")
    return account["documents"].require(key, refusal)


def _refuse_more_crawls(account: Account) -> None:
    crawled = [row for row in account["documents"].rows() if row["crawl_config"] is not None]
    if len(crawled) >= CRAWL_DOCUMENTS:
        message = f"Maximum of {CRAWL_DOCUMENTS} crawl documents reached"
        raise _too_many(message)
    _refuse_at_once(account)


def _refuse_at_once(account: Account) -> None:
    crawling = (row for row in account["documents"].rows() if row["crawl_config"] is not None)
    if sum(row["status"] in RUNNING for row in crawling) >= CRAWLS_AT_ONCE:
        message = f"Maximum of {CRAWLS_AT_ONCE} concurrent crawls reached"
        raise _too_many(message)


def _refuse_while_running(account: Account, row: Json) -> None:
    """Refuse what is under way: 409 [doc].

    Where documents take no time, one is under way until its client was told that it is not: at
    Tavus it takes minutes, and whoever asks at once is refused for that [inferred].
    """
    at_once = account.options.document_seconds == 0 and _seconds_warm(account, row) > 0
    status = row[TOLD] if at_once else row["status"]
    if status in RUNNING:
        message = f"Document is {status}: expected ready or error"
        raise conflict(message)


def _seconds_warm(account: Account, row: Json) -> float:
    """Return how long it must cool down yet."""
    left = RECRAWL_COOLDOWN - (account.epoch() - row[BEGUN])
    return left if row["crawl_count"] > 0 else 0.0


def _refuse_while_warm(account: Account, row: Json) -> None:
    left = _seconds_warm(account, row)
    if left > 0:
        minutes = -int(-left // 60)
        message = f"Document was crawled recently: try again in {minutes} minutes"
        raise _too_many(message)


def _too_many(sentence: str) -> ApiRefusal:
    """Return a 429; its status is [doc], its words and key are [inferred]."""
    return ApiRefusal(429, {"error": sentence})


def _record(account: Account, document_id: str, document: DocumentBody) -> Json:
    crawl = None if document.crawl is None else _crawl(document.crawl)
    at = account.timestamp()
    return {
        "document_id": document_id,
        "document_name": document.document_name or document.document_url,
        "document_url": document.document_url,
        "status": "started",
        "progress": None,
        "error_message": None,
        "created_at": at,
        "updated_at": at,
        "callback_url": document.callback_url,
        "tags": list(document.tags),
        "participant_tags": list(document.participant_tags),
        "custom_description": document.custom_description,
        "is_customer_support_document": document.is_customer_support_document,
        "font_size_aware_extraction": document.font_size_aware_extraction,
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


def _brief(row: Json) -> Json:
    row[TOLD] = row["status"]
    return {key: row[key] for key in _BRIEF}


def _shown(row: Json) -> Json:
    row[TOLD] = row["status"]
    return {key: value for key, value in row.items() if key not in _HIDDEN}


ROUTES: tuple[Route, ...] = (
    Route(method="POST", path="/documents", operation=create, source="doc"),
    Route(method="GET", path="/documents", operation=listed, source="client"),
    Route(method="GET", path="/documents/tags", operation=tags, source="client"),
    Route(method="GET", path="/documents/{document_id}", operation=get, source="client"),
    Route(method="GET", path="/documents/{document_id}/chunks", operation=chunks, source="client"),
    Route(method="PATCH", path="/documents/{document_id}", operation=change, source="doc"),
    Route(method="POST", path="/documents/{document_id}/recrawl", operation=recrawl, source="doc"),
    Route(method="DELETE", path="/documents/{document_id}", operation=delete, source="doc"),
)
