"""How much of memory the events of one conversation take, and the refusal of more.

Nothing is forgotten: a trace from which events are missing could not be judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from sys import getsizeof
from typing import Any

from msgspec import Struct

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.errors import ServiceError
from pytest_tavus.trace.log import Entry


class MemoryBudget:
    """Counts what is kept of a conversation."""

    def __init__(self, conversation_id: str, most: int) -> None:
        self._conversation_id = conversation_id
        self._limit = most
        self._used = 0

    def count(self, entry: Entry) -> None:
        """Count an event. What begins within the limit is kept to its end."""
        self._used += bytes_of(entry)

    def check(self) -> None:
        """Let something further happen.

        Raises:
            ServiceError: too much has happened already.

        """
        if self._used >= self._limit:
            message = (
                f"the conversation {self._conversation_id} takes {self._limit} bytes already; "
                "this was not taken: end it, and open another"
            )
            raise ServiceError(message)


def bytes_of(value: Any) -> int:
    """Return what a value takes of memory, with all that it holds."""
    parts: Iterable[Any] = ()
    if isinstance(value, Struct):
        parts = (getattr(value, name) for name in value.__struct_fields__)
    elif (held := json_object(value)) is not None:
        parts = (*held, *held.values())
    else:
        parts = json_list(value) or ()
    return getsizeof(value) + sum(map(bytes_of, parts))
