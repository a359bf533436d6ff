"""What goes wrong in the simulated PAL itself, told to everybody who could wonder.

A model that fails and a line without a script look from outside like a PAL that has little to say.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from pytest_tavus.trace.events import Fault

TROUBLE = "simulator.error"
"""A message of the simulator's own to a room; no client of Tavus reads it."""


class FailureReporter:
    """Tells the room, the log, and the warnings of a conversation."""

    def __init__(
        self,
        conversation_id: str,
        *,
        mask: Callable[[str], str],
        warn: Callable[[str], None],
        announce: Callable[[str, Mapping[str, Any]], None],
    ) -> None:
        self._conversation_id = conversation_id
        self._mask = mask
        self._warn = warn
        self._announce = announce

    def report(self, fault: Fault) -> str | None:
        """Tell of a fault, and return the sentence; `None` where it is the handler's own.

        What a handler does wrong is heard in what the PAL says, and stands in the trace.
        """
        if fault.owner == "handler":
            return None
        sentence = self._mask(fault.message)
        self._warn(sentence)
        logging.getLogger(__name__).warning("%s: %s", self._conversation_id, sentence)
        self._announce(TROUBLE, {"message": sentence})
        return sentence
