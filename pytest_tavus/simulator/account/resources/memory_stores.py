"""What a PAL remembers of one participant: `/memory-stores`.

Creating a store and pinning a memory are [doc]; limits and the 404 of a second delete are [wild];
the other routes and the fields of the records are [inferred].
"""

from __future__ import annotations

from pytest_tavus.contract.body import Body, Json
from pytest_tavus.contract.limits import PINNED_MEMORIES, PINNED_MEMORY_LENGTH
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.pages import Paging, having, page
from pytest_tavus.simulator.account.requests.refusals import (
    bad_field,
    bad_request,
    conflict,
    invalid_id,
    not_found,
)
from pytest_tavus.simulator.account.route import Route
from pytest_tavus.simulator.account.store.account import Account

PAGING = Paging(limit=10)
_PINNED = "pinned"


class MemoryStore(Body):
    """The body of ``POST /v2/memory-stores`` [doc]."""

    pal_id: str
    participant_tag: str


class PinnedMemory(Body):
    """The body of ``POST /v2/memory-stores/{memory_store_id}/pinned`` [doc]."""

    memory: str


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Make the one store that a PAL has for a participant [doc]."""
    wanted = read_body(MemoryStore, request.body)
    account["pals"].require(wanted.pal_id, invalid_id("pal_id"))
    pair = (wanted.pal_id, wanted.participant_tag)
    kept = account["memory_stores"].rows()
    if any((row["pal_id"], row["participant_tag"]) == pair for row in kept):
        raise conflict("Memory store already exists for this pal_id and participant_tag")
    key, at = account.ids.new("ms"), account.timestamp()
    stamps = {"created_at": at, "updated_at": at}
    row: Json = {"memory_store_id": key, **wanted.model_dump(mode="json"), **stamps}
    row[_PINNED] = []
    return ApiAnswer(body=_shown(account["memory_stores"].add(key, row)))


def listed(account: Account, request: ApiRequest) -> ApiAnswer:
    """List the stores, by PAL and participant where asked."""
    query = request.query
    asked = {name: query.get(name) for name in ("pal_id", "participant_tag")}
    found = having(account["memory_stores"].rows(), **asked)
    return ApiAnswer(body=page((_shown(row) for row in found), query, paging=PAGING))


def get(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return a store."""
    return ApiAnswer(body=_shown(_found(account, request)))


def delete(account: Account, request: ApiRequest) -> ApiAnswer:
    """Delete a store."""
    account["memory_stores"].delete(_found(account, request)["memory_store_id"])
    return ApiAnswer(status=204)


def pin(account: Account, request: ApiRequest) -> ApiAnswer:
    """Pin a memory to a store."""
    row = _found(account, request)
    memory = read_body(PinnedMemory, request.body).memory
    if not 1 <= len(memory) <= PINNED_MEMORY_LENGTH:
        raise bad_field("memory", f"Length must be between 1 and {PINNED_MEMORY_LENGTH}.")
    if len(row[_PINNED]) >= PINNED_MEMORIES:
        message = f"A memory store holds at most {PINNED_MEMORIES} pinned memories"
        raise bad_request(message)
    at = account.timestamp()
    pinned = {"pinned_memory_id": account.ids.new("pm"), "memory": memory, "created_at": at}
    row[_PINNED].append(pinned)
    row["updated_at"] = at
    return ApiAnswer(body=pinned)


def pinned(account: Account, request: ApiRequest) -> ApiAnswer:
    """List what is pinned to a store."""
    rows = _found(account, request)[_PINNED]
    return ApiAnswer(body=page(rows, request.query, paging=PAGING))


def unpin(account: Account, request: ApiRequest) -> ApiAnswer:
    """Take a pinned memory away."""
    row = _found(account, request)
    key = request.params["pinned_memory_id"]
    left = [each for each in row[_PINNED] if each["pinned_memory_id"] != key]
    if len(left) == len(row[_PINNED]):
        raise not_found("Pinned memory not found")
    row[_PINNED] = left
    return ApiAnswer(status=204)


def _found(account: Account, request: ApiRequest) -> Json:
    key, refusal = request.params["memory_store_id"], not_found("Memory store not found")
    return account["memory_stores"].require(key, refusal)


def _shown(row: Json) -> Json:
    return {key: value for key, value in row.items() if key != _PINNED}


_ALL = "/memory-stores"
_ONE = f"{_ALL}/{{memory_store_id}}"
_UNPIN = f"{_ONE}/pinned/{{pinned_memory_id}}"
ROUTES: tuple[Route, ...] = (
    Route(method="POST", path=_ALL, operation=create, source="doc"),
    Route(method="GET", path=_ALL, operation=listed, source="inferred"),
    Route(method="GET", path=_ONE, operation=get, source="inferred"),
    Route(method="DELETE", path=_ONE, operation=delete, source="wild"),
    Route(method="POST", path=f"{_ONE}/pinned", operation=pin, source="doc"),
    Route(method="GET", path=f"{_ONE}/pinned", operation=pinned, source="wild"),
    Route(method="DELETE", path=_UNPIN, operation=unpin, source="wild"),
)
