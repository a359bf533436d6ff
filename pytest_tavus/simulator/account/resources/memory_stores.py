"""Memory stores: `/memory-stores`, the memories of one PAL about one participant.

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
from pytest_tavus.simulator.account.store.rows import MemoryStoreRow, PinnedMemoryRow


class MemoryStore(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/memory-stores`` [doc]."""

    pal_id: str
    participant_tag: str


class PinnedMemory(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/memory-stores/{memory_store_id}/pinned`` [doc]."""

    memory: str


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Create a store; a PAL has at most one per participant [doc]."""
    body = read_body(MemoryStore, request.body)
    account.pals.require(body.pal_id, invalid_id("pal_id"))
    pair = (body.pal_id, body.participant_tag)
    stores = account.memory_stores.rows()
    if any((row["pal_id"], row["participant_tag"]) == pair for row in stores):
        raise conflict("Memory store already exists for this pal_id and participant_tag")
    now = account.timestamp()
    row: MemoryStoreRow = {
        "memory_store_id": STORES.new_id(account),
        "pal_id": body.pal_id,
        "participant_tag": body.participant_tag,
        "pinned": [],
        "created_at": now,
        "updated_at": now,
    }
    account.memory_stores.put(row["memory_store_id"], row)
    return STORES.answer(account, row, request)


def pin(account: Account, request: ApiRequest) -> ApiAnswer:
    row = STORES.require_named(account, request)
    memory = read_body(PinnedMemory, request.body).memory
    if not 1 <= len(memory) <= PINNED_MEMORY_LENGTH:
        raise bad_field("memory", f"Length must be between 1 and {PINNED_MEMORY_LENGTH}.")
    if len(row["pinned"]) >= PINNED_MEMORIES:
        message = f"A memory store holds at most {PINNED_MEMORIES} pinned memories"
        raise bad_request(message)
    now = account.timestamp()
    pinned: PinnedMemoryRow = {
        "pinned_memory_id": account.ids.new("pm"),
        "memory": memory,
        "created_at": now,
    }
    row["pinned"].append(pinned)
    row["updated_at"] = now
    return ApiAnswer(body=pinned)


def list_pinned(account: Account, request: ApiRequest) -> ApiAnswer:
    rows = STORES.require_named(account, request)["pinned"]
    return ApiAnswer(body=page(rows, request.query, paging=STORES.paging))


def unpin(account: Account, request: ApiRequest) -> ApiAnswer:
    row, key = STORES.require_named(account, request), request.params["pinned_memory_id"]
    left = [each for each in row["pinned"] if each["pinned_memory_id"] != key]
    if len(left) == len(row["pinned"]):
        raise not_found("Pinned memory not found")
    row["pinned"] = left
    return ApiAnswer(status=204)


STORES = Resource[MemoryStoreRow](
    table=lambda account: account.memory_stores,
    path="/memory-stores",
    key="memory_store_id",
    missing=partial(not_found, "Memory store not found"),
    prefix="ms",
    filters=(equals("pal_id", "participant_tag"),),
    hidden=("pinned",),
    plain={"listing": "inferred", "show": "inferred", "delete": "wild"},
)
ROUTES = (
    *STORES.routes(),
    STORES.route("POST", "", create, source="doc"),
    STORES.route("POST", "/{}/pinned", pin, source="doc"),
    STORES.route("GET", "/{}/pinned", list_pinned, source="wild"),
    STORES.route("DELETE", "/{}/pinned/{pinned_memory_id}", unpin, source="wild"),
)
