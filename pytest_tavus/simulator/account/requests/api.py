"""Requests and answers of Tavus's REST API as values, and the row that joins the two. No HTTP.

Everything below this module speaks Tavus's present vocabulary (PAL, face). Which spelling a client
used, and is answered in, is settled once, where requests come in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from pytest_tavus.contract.behaviour import Source

if TYPE_CHECKING:
    from pytest_tavus.simulator.account.store.account import Account


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

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        self.status = status
        self.body = dict(body)
        super().__init__(f"{status} {self.body}")


Operation = Callable[["Account", ApiRequest], "ApiAnswer | Awaitable[ApiAnswer]"]
"""What is done for a route. Raises `ApiRefusal`."""


class Route(Struct, frozen=True, kw_only=True):
    """One row of the API: a method and a path, and what is done for them."""

    method: str
    path: str
    "Below ``/v2``, in the present vocabulary, without a slash at its end: ``/pals/{pal_id}``."

    operation: Operation
    source: Source
    public: bool = False
    "No API key is asked for."
