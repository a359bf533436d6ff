"""Requests and answers of Tavus's REST API as values. No HTTP.

Everything below this module speaks Tavus's present vocabulary (PAL, face). Which spelling a client
used, and is answered in, is settled once, where requests come in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from pytest_tavus.contract.body import Json


class ApiRequest(Struct, frozen=True, kw_only=True):
    """One request to an operation."""

    method: str
    path: str
    "Below ``/v2``, as matched: ``/pals/p1``, without a slash at its end."

    params: Mapping[str, str] = field(default_factory=dict[str, str])
    "What the path's placeholders stand for."

    query: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Any = None
    "JSON data; `None` where none was sent."

    former: bool = False
    "The route used is an older one, of personas or replicas, which may ask for less."


class ApiAnswer(Struct, frozen=True, kw_only=True):
    """What the API answers."""

    status: int = 200
    body: Any = None
    "JSON data; `None` is an empty body."

    lines: tuple[Any, ...] | None = None
    "JSON data, one a line (NDJSON), instead of a body."

    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    "What HTTP is to say beside it, such as ``allow`` with a 405. Names are in lower case."

    text: str | None = None
    "Plain text, instead of a body: the chat stream of the older builder [client] 0.3.2."


class ApiRefusal(Exception):  # noqa: N818 - an answer of the API, not something that went wrong
    """The API refuses a request, with a body of Tavus's: ``{"error": ...}``, or ``message``."""

    def __init__(self, status: int, body: Json) -> None:
        self.status = status
        self.body = dict(body)
        super().__init__(f"{status} {self.body}")
