"""What becomes of a document as time passes: started, processing, ready or error [doc].

Nothing is downloaded. How long it takes is the account's own (`AccountOptions.document_seconds`);
a status is passed when somebody looks, and by itself where the account has an alarm.
Each status is told to the document's `callback_url`; that callback's body is [inferred], for the
page that shows it was not seen.
"""

from __future__ import annotations

from functools import partial

from pytest_tavus.contract.body import Json
from pytest_tavus.contract.resources.document import DocumentStatus, document_error
from pytest_tavus.simulator.account.store.account import Account

BEGUN = "_begun"
"""The key of a record, never answered: when its processing began, in seconds since 1970."""

TOLD = "_told"
"""The key of a record, never answered: the status that a client was last told."""

SLACK = 0.01
"""Seconds that a timer may be early, and that seconds since 1970 may be rounded by."""

RUNNING: frozenset[DocumentStatus] = frozenset({"started", "processing", "recrawling"})


def settle(account: Account) -> None:
    """Let every document of the account reach the status that is due by now."""
    for row in account["documents"].rows():
        _settle(account, row)


def begin(account: Account, row: Json, *, status: DocumentStatus) -> None:
    """Let a document start its way from here."""
    row[BEGUN] = account.epoch()
    _pass(account, row, status)
    whole = account.options.document_seconds
    if account.alarm is not None and whole > 0:
        for seconds in (whole / 2, whole):
            account.alarm.after(seconds, partial(settle, account))


def _settle(account: Account, row: Json) -> None:
    if row["status"] not in RUNNING:
        return
    gone = account.epoch() - row[BEGUN] + SLACK
    whole = account.options.document_seconds
    if row["status"] != "processing" and gone >= whole / 2:
        _pass(account, row, "processing")
    if gone >= whole:
        row["error_message"] = document_error(row["document_url"])
        _pass(account, row, "ready" if row["error_message"] is None else "error")
        if row["crawl_config"] is not None:
            row["last_crawled_at"] = account.timestamp()
            row["crawled_urls"] = [row["document_url"]]


def _pass(account: Account, row: Json, status: DocumentStatus) -> None:
    row["status"] = status
    row["progress"] = 50 if status == "processing" else None
    row["updated_at"] = account.timestamp()
    if row["callback_url"]:
        row[TOLD] = status
        account.callbacks.send(row["callback_url"], _told(row))


def _told(row: Json) -> Json:
    return {
        "document_id": row["document_id"],
        "document_name": row["document_name"],
        "document_url": row["document_url"],
        "status": row["status"],
        "error_message": row["error_message"],
        "updated_at": row["updated_at"],
    }
