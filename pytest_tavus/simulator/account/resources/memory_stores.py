"""What a PAL remembers of one participant: `/memory-stores`.

Creating a store and pinning a memory are [doc]; limits and the 404 of a second delete are [wild];
the other routes and the fields of the records are [inferred].
"""

from __future__ import annotations

from functools import partial

from pytest_tavus.contract.body import Body
from pytest_tavus.contract.limits import PINNED_MEMORIES, PINNED_MEMORY_LENGTH
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.pages import equals, page
from pytest_tavus.simulator.account.requests.refusals import (
    bad_field,
    bad_request,
    conflict,
    invalid_id,
    not_found,
)
from pytest_tavus.simulator.account.resource import Resource
from pytest_tavus.simulator.account.store.account import Account

_PINNED = "pinned"


class MemoryStore(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/memory-stores`` [doc]."""

    pal_id: str
    participant_tag: str


class PinnedMemory(Body, frozen=True, kw_only=True):
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
    row = STORES.add(account, {**wanted.to_json(), _PINNED: []})
    return STORES.answer(account, row, request)


def pin(account: Account, request: ApiRequest) -> ApiAnswer:
    row = STORES.require_named(account, request)
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


def list_pinned(account: Account, request: ApiRequest) -> ApiAnswer:
    rows = STORES.require_named(account, request)[_PINNED]
    return ApiAnswer(body=page(rows, request.query, paging=STORES.paging))


def unpin(account: Account, request: ApiRequest) -> ApiAnswer:
    row, key = STORES.require_named(account, request), request.params["pinned_memory_id"]
    left = [each for each in row[_PINNED] if each["pinned_memory_id"] != key]
    if len(left) == len(row[_PINNED]):
        raise not_found("Pinned memory not found")
    row[_PINNED] = left
    return ApiAnswer(status=204)


STORES = Resource(
    table="memory_stores",
    path="/memory-stores",
    key="memory_store_id",
    missing=partial(not_found, "Memory store not found"),
    prefix="ms",
    filters=(equals("pal_id", "participant_tag"),),
    hidden=(_PINNED,),
    plain={"listing": "inferred", "show": "inferred", "delete": "wild"},
)
ROUTES = (
    *STORES.routes(),
    STORES.route("POST", "", create, source="doc"),
    STORES.route("POST", "/{}/pinned", pin, source="doc"),
    STORES.route("GET", "/{}/pinned", list_pinned, source="wild"),
    STORES.route("DELETE", "/{}/pinned/{pinned_memory_id}", unpin, source="wild"),
)
