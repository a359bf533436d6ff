"""The arguments of a call as its request carried them: a value that checks and judges compare.

The reading of a request depends on the code that wrote it, so callers pass the reader in.
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
"""The reason that an argument cannot be read. `type`: its text may mean values of several types.
`split`: its placeholder has no clear end. `shift`: its list may have lost other items. `places`:
its positions in the request disagree. `unlike`: the request differs from the tool's definition."""

_NONE: Final[Mapping[str, Doubt]] = MappingProxyType({})


class SentArguments(Struct, frozen=True, kw_only=True):
    """The arguments of a call that one request carried."""

    arguments: Mapping[str, Any]
    "The read arguments. An argument that is neither here nor ambiguous was not sent."

    maybe_absent: frozenset[str] = frozenset()
    "The read arguments whose absence would produce the same request."

    ambiguous: Mapping[str, Doubt] = _NONE
    "The arguments with several possible values."

    unreadable: bool = False
    "The request differs from the tool's definition, so the request may carry any argument."

    def doubt(self, name: str) -> Doubt | None:
        """Return the reason that an argument cannot be read, `None` if it can be read."""
        known = self.ambiguous.get(name)
        return "unlike" if known is None and self.unreadable else known


Carries = Callable[[Tool, str], bool]
"""Tells whether a part of a tool's request carries an argument."""

ArgumentReader = Callable[[Tool, HttpRequest, str], SentArguments]
"""Reads the arguments of a call from the request of a tool's delivery. The text is the id of the
conversation, which is known and not an argument."""


class CallReader(Struct, frozen=True, kw_only=True):
    """Reads the requests of one trace."""

    read: ArgumentReader
    conversation_id: str
    masked: bool = False
    "The trace is masked, so the values behind its masks are unknown."

    def read_arguments(
        self, called: ToolCalled, tool: Tool | None, request: HttpRequest | None
    ) -> SentArguments | None:
        """Return the sent arguments of a call; `None` if no request was sent.

        `request` is the last request for the tool itself. An app message carries the arguments
        unchanged.
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
    # A mask may be a part of an ambiguous argument, so such an argument is masked as a whole.
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
    """The type of :data:`UNSENT`, the arguments of a call without a request."""

    def __repr__(self) -> str:
        return "not sent"


UNSENT: Final = Unsent()
"""Replaces the arguments of a call if no request was sent."""
