"""The lines a simulated PAL falls back on where its script gives none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from pytest_tavus.scenario.text.plain import is_dict, is_list
from pytest_tavus.scenario.values.templates import json_or_text


class Lines(Struct, frozen=True, kw_only=True):
    """Texts that a language model would make up. They are ours: Tavus documents none."""

    filler: str = "One moment, please."
    acknowledgement: str = "I'm sorry, that did not work."
    unknown: str = "I'm sorry, I don't have that information."
    unscripted: str = "I have no script for that."


def plain_line(output: str) -> str:
    """Say an answer in plain words, so that speech checks have the real answer to read.

    ``{"status": "late", "eta": "6pm"}`` becomes ``status: late, eta: 6pm``. An answer without a
    value in it, such as an empty one, is said to be done: a reply that is owed must be heard.
    """
    data = json_or_text(output or "null")
    leaves = () if data is None else _leaves(data, "")
    parts = [f"{path}: {value}" if path else value for path, value in leaves]
    return ", ".join(parts) if parts else "Done."


def _leaves(data: Any, path: str) -> Iterator[tuple[str, str]]:
    if is_dict(data):
        for key, value in data.items():
            yield from _leaves(value, f"{path} {key}" if path else key)
    elif is_list(data):
        for value in data:
            yield from _leaves(value, path)
    else:
        yield path, data if isinstance(data, str) else json.dumps(data)
