"""The arguments of a call as its request carried them: a value that checks and judges compare.

Reading a request is a matter of how it was written, so the reader is a function that is passed in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from msgspec import Struct

from pytest_tavus.contract.body import json_object
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.matching.masked import Masked
from pytest_tavus.trace.events import ToolCalled
from pytest_tavus.trace.redaction.mask import Masks, read_masked
from pytest_tavus.wire import HttpRequest

Doubt = Literal["type", "split", "shift", "places", "unlike"]
"""Why an argument cannot be read: its text stands for values of several types; its placeholder has
no clear end; the list it is in may have lost other items; its places say different things; the
request is not as the tool's definition writes it."""

_NONE: Final[Mapping[str, Doubt]] = MappingProxyType({})


class SentArguments(Struct, frozen=True, kw_only=True):
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
        known = self.ambiguous.get(name)
        return "unlike" if known is None and self.unreadable else known


Carries = Callable[[Tool, str], bool]
"""Tells whether any place of a tool's request carries an argument."""

ArgumentReader = Callable[[Tool, HttpRequest, str], SentArguments]
"""Reads the arguments of a call in the request that a tool's delivery made of it. The text is the
id of the conversation, which is known and no argument."""


class CallReader(Struct, frozen=True, kw_only=True):
    """How the requests of one trace are read."""

    read: ArgumentReader
    conversation_id: str
    masked: bool = False
    "The trace is masked: whatever a mask stands for is not known."

    def read_arguments(
        self, called: ToolCalled, tool: Tool | None, request: HttpRequest | None
    ) -> SentArguments | None:
        """Return what was sent of a call; `None` if nothing was.

        `request` is the last one made for the tool itself. An app message carries the call as it
        is.
        """
        if called.channel == "app_message":
            arguments = _read_object(called.arguments or "{}")
            if arguments is None:
                return None
            return SentArguments(arguments=read_masked(arguments) if self.masked else arguments)
        if tool is None or tool.delivery.api is None or request is None:
            return None
        if not self.masked:
            return self.read(tool, request, self.conversation_id)
        masks = Masks()
        found = self.read(tool, masks.replace_in(request), self.conversation_id)
        return _restore_masks(found, masks)


def _restore_masks(sent: SentArguments, masks: Masks) -> SentArguments:
    """Return what was read of a masked request: what a mask may be part of is not known."""
    if not masks:
        return sent
    arguments: dict[Any, Any] = masks.restore_in(dict(sent.arguments))
    arguments |= {name: Masked(str(masks)) for name in sent.ambiguous}
    if sent.unreadable:
        arguments[Masked(str(masks))] = None
    return SentArguments(arguments=arguments, maybe_absent=sent.maybe_absent)


def _read_object(text: str) -> dict[str, Any] | None:
    try:
        return json_object(json.loads(text))
    except (ValueError, RecursionError):
        return None


class Unsent:
    """The type of :data:`UNSENT`: the arguments of a call of which no request was made."""

    def __repr__(self) -> str:
        return "not sent"


UNSENT: Final = Unsent()
"""Stands for what was sent where nothing was."""
