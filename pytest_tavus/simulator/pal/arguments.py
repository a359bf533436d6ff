"""Reads the arguments of a recorded call, and quotes texts of a model in messages."""

from __future__ import annotations

from pytest_tavus.json_data import JsonObject
from pytest_tavus.scenario.text.plain import is_dict
from pytest_tavus.scenario.values.templates import json_or_text
from pytest_tavus.trace.events import ToolCalled

MAX_QUOTED = 80
"""Characters of a quoted text."""


class UnreadableArguments(ValueError):  # noqa: N818 - a mistake of the model, no error of this package
    """A model wrote arguments that are no JSON object."""


def read_arguments(call: ToolCalled) -> JsonObject:
    """Return the arguments of a call; an empty text means no arguments.

    Raises:
        UnreadableArguments: the text is not a JSON object.

    """
    arguments = json_or_text(call.arguments or "{}")
    if is_dict(arguments):
        return arguments
    message = f"the PAL called {call.name} with arguments that are no JSON object"
    raise UnreadableArguments(message)


def quote_text(text: str) -> str:
    """Quote a text of a model or an endpoint, cut after `MAX_QUOTED` characters."""
    return repr(text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…")
