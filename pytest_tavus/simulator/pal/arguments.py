"""The arguments of a call that has been made, read back from the text that stands in the trace."""

from __future__ import annotations

from typing import Any

from pytest_tavus.scenario.text.plain import is_dict
from pytest_tavus.scenario.values.templates import json_or_text
from pytest_tavus.trace.events import ToolCalled

SHOWN = 80
"""Characters of a text that is quoted in a message."""


class UnreadableArguments(ValueError):  # noqa: N818 - what the model wrote, not what we did
    """A model wrote arguments that are no JSON object."""


def read_arguments(call: ToolCalled) -> dict[str, Any]:
    """Return a call's arguments; no text at all is no arguments.

    Raises:
        UnreadableArguments: the text is not a JSON object.

    """
    found = json_or_text(call.arguments or "{}")
    if is_dict(found):
        return found
    message = f"the PAL called {call.name} with arguments that are no JSON object"
    raise UnreadableArguments(message)


def quote_text(text: str) -> str:
    """Quote what a model or its endpoint wrote, cut where it is long."""
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")
