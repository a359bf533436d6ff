"""The lines of a simulated PAL whose script has no line."""

from __future__ import annotations

import json
from collections.abc import Iterator

from msgspec import Struct

from pytest_tavus.json_data import Json
from pytest_tavus.scenario.text.plain import is_dict, is_list
from pytest_tavus.scenario.values.templates import json_or_text


class Lines(Struct, frozen=True, kw_only=True):
    """Texts in place of a language model's: Tavus documents none, so they are the project's own."""

    filler: str = "One moment, please."
    acknowledgement: str = "I'm sorry, that did not work."
    unknown: str = "I'm sorry, I don't have that information."
    unscripted: str = "I have no script for that."


def plain_line(output: str) -> str:
    """Render an answer in plain words, so that a check of speech reads the real answer.

    ``{"status": "late", "eta": "6pm"}`` becomes ``status: late, eta: 6pm``. An answer without a
    value, such as an empty text, becomes ``Done.``: the caller must hear a reply that is due.
    """
    data = json_or_text(output or "null")
    leaves = () if data is None else _leaves(data, "")
    parts = [f"{path}: {value}" if path else value for path, value in leaves]
    return ", ".join(parts) if parts else "Done."


def _leaves(data: Json, path: str) -> Iterator[tuple[str, str]]:
    if is_dict(data):
        for key, value in data.items():
            yield from _leaves(value, f"{path} {key}" if path else key)
    elif is_list(data):
        for value in data:
            yield from _leaves(value, path)
    else:
        yield path, data if isinstance(data, str) else json.dumps(data)
