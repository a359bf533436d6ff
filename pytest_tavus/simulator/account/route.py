"""A row of the REST API: a method and a path, and the operation that is done for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from msgspec import Struct

from pytest_tavus.contract.behaviour import Source
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.store.account import Account

Operation = Callable[[Account, ApiRequest], ApiAnswer | Awaitable[ApiAnswer]]
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
