"""The progress of documents, faces and voices: started, and done some seconds later [doc].

Nothing is downloaded or analysed; the options of the account say how many seconds pass. A request
brings the statuses up to date; an alarm of the account does so without a request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from pytest_tavus.contract.resources.document import DocumentStatus, document_error
from pytest_tavus.simulator.account.store.account import Account, Table
from pytest_tavus.simulator.account.store.rows import DocumentRow, TrainedRow, select_fields

SLACK = 0.01
"""Seconds by which a timer may fire early, and seconds since 1970 may be rounded."""

Trained = TypeVar("Trained", bound=TrainedRow)

RUNNING: frozenset[DocumentStatus] = frozenset({"started", "processing", "recrawling"})


def begin_training(account: Account, settle: Callable[[Account], None]) -> None:
    """Settle a face or voice when its training is over, which may be now."""
    if account.alarm is not None and account.options.training_seconds > 0:
        account.alarm.call_later(account.options.training_seconds, partial(settle, account))
    settle(account)


def complete_training(account: Account, table: Table[Trained]) -> Iterator[Trained]:
    """Mark each face or voice whose training is over, and yield its record once."""
    for row in table.rows():
        elapsed = account.epoch() - row["_begun"] + SLACK
        if row["status"] == "started" and elapsed >= account.options.training_seconds:
            row["status"] = "completed"
            yield row


def begin_document(account: Account, row: DocumentRow, *, status: DocumentStatus) -> None:
    """Start to process a document now."""
    row["_begun"] = account.epoch()
    _set_status(account, row, status)
    whole = account.options.document_seconds
    if account.alarm is not None and whole > 0:
        for seconds in (whole / 2, whole):
            account.alarm.call_later(seconds, partial(settle_documents, account))


def settle_documents(account: Account) -> None:
    """Give every document the status that is due now."""
    for row in account.documents.rows():
        if row["status"] in RUNNING:
            _settle(account, row)


def _settle(account: Account, row: DocumentRow) -> None:
    elapsed = account.epoch() - row["_begun"] + SLACK
    whole = account.options.document_seconds
    if row["status"] != "processing" and elapsed >= whole / 2:
        _set_status(account, row, "processing")
    if elapsed >= whole:
        row["error_message"] = document_error(row["document_url"])
        _set_status(account, row, "ready" if row["error_message"] is None else "error")
        if row["crawl_config"] is not None:
            row["last_crawled_at"] = account.timestamp()
            row["crawled_urls"] = [row["document_url"]]


_CALLBACK_FIELDS = (
    "document_id",
    "document_name",
    "document_url",
    "status",
    "error_message",
    "updated_at",
)
"""The body of a document's callback [inferred]: its documentation was not found."""


def _set_status(account: Account, row: DocumentRow, status: DocumentStatus) -> None:
    row["status"] = status
    row["progress"] = 50 if status == "processing" else None
    row["updated_at"] = account.timestamp()
    if row["callback_url"]:
        # The callback tells the client as much as an answer does.
        row["_answered_status"] = status
        account.callbacks.send(row["callback_url"], select_fields(row, _CALLBACK_FIELDS))
