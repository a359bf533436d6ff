"""Reports failures of the simulated PAL itself to the room, the log and the warnings.

Without a report, a model that fails or a line without a script looks like a PAL with little to say.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from pytest_tavus.json_data import JsonMapping
from pytest_tavus.trace.events import Fault

ERROR_EVENT = "simulator.error"
"""An app message of the simulator's own; no client of Tavus reads it."""


class FailureReporter:
    """Reports the faults of one conversation."""

    def __init__(
        self,
        conversation_id: str,
        *,
        mask: Callable[[str], str],
        warn: Callable[[str], None],
        announce: Callable[[str, JsonMapping], None],
    ) -> None:
        self._conversation_id = conversation_id
        self._mask = mask
        self._warn = warn
        self._announce = announce

    def report(self, fault: Fault) -> str | None:
        """Report a fault and return the masked sentence; return `None` for a handler's fault.

        A handler's fault needs no report: the PAL's reply and the trace show it.
        """
        if fault.owner == "handler":
            return None
        sentence = self._mask(fault.message)
        self._warn(sentence)
        logging.getLogger(__name__).warning("%s: %s", self._conversation_id, sentence)
        self._announce(ERROR_EVENT, {"message": sentence})
        return sentence
