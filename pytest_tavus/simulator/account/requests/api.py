"""Requests and answers of Tavus's REST API as values. No HTTP.

Requests and answers of operations use Tavus's present vocabulary (PAL, face); `front.py` translates
from and to the vocabulary of the client.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field


class ApiRequest(Struct, frozen=True, kw_only=True):
    """One request to an operation."""

    method: str
    path: str
    "Below ``/v2``, as matched: ``/pals/p1``, without a slash at its end."

    params: Mapping[str, str] = field(default_factory=dict[str, str])
    "The values of the path's placeholders."

    query: Mapping[str, str] = field(default_factory=dict[str, str])
    body: object = None
    "JSON data; `None` if the client sent none."

    former: bool = False
    "The client used a route of personas or replicas, which may require fewer fields."


class ApiAnswer(Struct, frozen=True, kw_only=True):
    """One answer of the API."""

    status: int = 200
    # Any, because a caller knows the shape of the answer to its own request.
    body: Any = None
    "JSON data; `None` is an empty body."

    lines: tuple[Any, ...] | None = None
    "JSON data, one value per line (NDJSON), instead of a body."

    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    "Headers such as ``allow`` with a 405. Names are in lower case."

    text: str | None = None
    "Plain text, instead of a body: the chat stream of the older builder [client] 0.3.2."


class ApiRefusal(Exception):  # noqa: N818 - an answer of the API, not an error
    """A refused request, with Tavus's body: ``{"error": ...}`` or ``{"message": ...}``."""

    def __init__(self, status: int, body: dict[str, str]) -> None:
        self.status = status
        self.body = body
        super().__init__(f"{status} {self.body}")
