"""The arguments of a call that has been made, read back from the text that stands in the trace."""

from __future__ import annotations

import json
from typing import Any

from pytest_tavus.scenario.plain import is_dict
from pytest_tavus.trace.events import ToolCalled

SHOWN = 80
"""Characters of a text that is quoted in a message."""


class UnreadableArguments(ValueError):  # noqa: N818 - what the model wrote, not what we did
    """A model wrote arguments that are no JSON object."""


def arguments_of(call: ToolCalled) -> dict[str, Any]:
    """Return a call's arguments; no text at all is no arguments.

    Raises:
        UnreadableArguments: the text is not a JSON object.

    """
    try:
        found = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        found = None
    if is_dict(found):
        return found
    text = call.arguments if len(call.arguments) <= SHOWN else f"{call.arguments[:SHOWN]}…"
    message = f"the PAL called {call.name} with arguments that are no JSON object: {text!r}"
    raise UnreadableArguments(message)
