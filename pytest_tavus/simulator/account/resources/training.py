"""What a face and a voice of one's own have in common: each is started, then completed [doc].

How long that takes is `AccountOptions.training_seconds`. It is seen when somebody looks, and told
by itself where the account has an alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from pytest_tavus.contract.body import Json
from pytest_tavus.simulator.account.resources.document_life import BEGUN, SLACK
from pytest_tavus.simulator.account.store.account import Account

CALLBACK = "_callback_url"
"""The key of a record, never answered: who is told that it is completed."""


def begin(account: Account, settle: Callable[[Account], None]) -> None:
    """Settle once a training that begins now is over, which may be at once."""
    if account.alarm is not None and account.options.training_seconds > 0:
        account.alarm.after(account.options.training_seconds, partial(settle, account))
    settle(account)


def completed(account: Account, table: str) -> Iterator[Json]:
    """Complete what is trained by now, and yield the record of each, once."""
    for row in account[table].rows():
        gone = account.epoch() - row.get(BEGUN, 0) + SLACK
        if row["status"] == "started" and gone >= account.options.training_seconds:
            row["status"] = "completed"
            yield row


def shown_trained(row: Json) -> Json:
    """Return a record as it is answered."""
    return {key: value for key, value in row.items() if not key.startswith("_")}
