"""The memory limit of the events of one conversation.

No event is dropped, because a trace without all events could not be judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from sys import getsizeof

from msgspec import Struct

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.errors import ServiceError
from pytest_tavus.trace.log import Entry


class MemoryBudget:
    """Counts the memory of the recorded events."""

    def __init__(self, conversation_id: str, limit: int) -> None:
        self._conversation_id = conversation_id
        self._limit = limit
        self._used = 0

    def count(self, entry: Entry) -> None:
        """Count an event. A turn that begins within the limit is recorded to its end."""
        self._used += bytes_of(entry)

    def check(self) -> None:
        """Refuse further input once the limit is reached.

        Raises:
            ServiceError: the recorded events take the whole limit.

        """
        if self._used >= self._limit:
            message = (
                f"the conversation {self._conversation_id} takes {self._limit} bytes already; "
                "further input is refused: end the conversation, and open another"
            )
            raise ServiceError(message)


def bytes_of(value: object) -> int:
    """Return the bytes of memory that a value and all its members take."""
    parts: Iterable[object] = ()
    if isinstance(value, Struct):
        parts = (getattr(value, name) for name in value.__struct_fields__)
    elif (members := json_object(value)) is not None:
        parts = (*members, *members.values())
    else:
        parts = json_list(value) or ()
    return getsizeof(value) + sum(map(bytes_of, parts))
