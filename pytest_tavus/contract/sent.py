"""The arguments of a call as its request carried them: a value that checks and judges compare.

Reading a request is a matter of how it was written, so the reader is a function that is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from msgspec import Struct

from pytest_tavus.contract.tool import Tool
from pytest_tavus.wire import HttpRequest

Doubt = Literal["type", "split", "shift", "places", "unlike"]
"""Why an argument cannot be read: its text stands for values of several types; its placeholder has
no clear end; the list it is in may have lost other items; its places say different things; the
request is not as the tool's definition writes it."""

_NONE: Final[Mapping[str, Doubt]] = MappingProxyType({})


class Sent(Struct, frozen=True, kw_only=True):
    """What one request carried of a call."""

    arguments: Mapping[str, Any]
    "What was read. An argument that is neither here nor ambiguous was not sent."

    maybe_absent: frozenset[str] = frozenset()
    "Of these, those that a call without the argument would have written in the same way."

    ambiguous: Mapping[str, Doubt] = _NONE
    "The arguments that can be read in several ways."

    unreadable: bool = False
    "The request is not as the tool's definition writes it, so any argument may be in it."

    def doubt(self, name: str) -> Doubt | None:
        """Return why an argument cannot be read; `None` if it can."""
        return self.ambiguous.get(name, "unlike" if self.unreadable else None)


Carries = Callable[[Tool, str], bool]
"""Tells whether any place of a tool's request carries an argument."""

Reader = Callable[[Tool, HttpRequest, str], Sent]
"""Reads the arguments of a call in the request that a tool's delivery made of it. The text is the
id of the conversation, which is known and no argument."""
