"""A route of the API, and a resource as a description: the operations that most resources share.

A description says where the records are, how they are listed, answered, read and changed. What a
resource does differently is a function in its module, and a route beside the plain ones.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from pytest_tavus.contract.behaviour import Source
from pytest_tavus.contract.body import Json
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRefusal, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_object
from pytest_tavus.simulator.account.requests.json_patch import (
    UNCHANGED,
    apply_patch,
    is_same_json,
    read_patch,
)
from pytest_tavus.simulator.account.requests.pages import Filter, Paging, Query, page
from pytest_tavus.simulator.account.requests.refusals import bad_request
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.known import remove_from_pals

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


View = Callable[[Account, Json, Query], Json]
"""Makes what a client sees of a record; the query may ask for more or less of it."""

Verb = Literal["create", "listing", "show", "change", "delete"]

_PLACES: Mapping[Verb, tuple[str, str]] = MappingProxyType(
    {
        "create": ("POST", ""),
        "listing": ("GET", ""),
        "show": ("GET", "/{}"),
        "change": ("PATCH", "/{}"),
        "delete": ("DELETE", "/{}"),
    }
)


_NONE: Mapping[Verb, Source] = MappingProxyType({})


class Resource(Struct, frozen=True, kw_only=True):
    """One resource. Its methods that take an account and a request are operations."""

    table: str
    path: str
    key: str
    "The field of a record that holds its id."

    placeholder: str = ""
    "The id in the paths, if its name there is not `key`."

    missing: Callable[[], ApiRefusal]
    "Makes the refusal of an id that no record has."

    plain: Mapping[Verb, Source] = _NONE
    "The routes whose operation is the one below, each with its source."

    prefix: str = ""
    length: int = 12
    "An id is the prefix and that many hex digits."

    stamps: tuple[str, ...] = ("created_at", "updated_at")
    "The fields of a new record that hold the time."

    read: Callable[[object], Json] = read_object
    "Reads the body of a record, new or changed, into the fields to keep."

    patchable_fields: tuple[str, ...] = ()
    "The fields that a JSON Patch sees."

    created_status: int = 200
    "The status of the answer to a creation."

    paging: Paging = Paging(limit=10)
    filters: tuple[Filter, ...] = ()
    hidden: tuple[str, ...] = ()
    "Fields that no answer has, beside those that begin with an underscore."

    view: View | None = None
    row_view: View | None = None
    "The view of one record, and that of a row in a list if it differs."

    settle: Callable[[Account], None] | None = None
    "Brings the records up to the present time, before any of them is read."

    check_change: Callable[[Json, str], str] = lambda _row, _done: ""
    "Says why a record cannot be ``changed`` or ``deleted``, as the second argument is, if so."

    pal_field: str = ""
    "The field of PALs that names records of this resource. A deleted one leaves it."

    def create(self, account: Account, request: ApiRequest) -> ApiAnswer:
        row = self.add(account, self.read(request.body))
        return self.answer(account, row, request, status=self.created_status)

    def listing(self, account: Account, request: ApiRequest) -> ApiAnswer:
        return self.answer_page(account, self.collect_rows(account, request), request.query)

    def show(self, account: Account, request: ApiRequest) -> ApiAnswer:
        return self.answer(account, self.require_named(account, request), request)

    def change(self, account: Account, request: ApiRequest) -> ApiAnswer:
        """Change a record by JSON Patch."""
        row = self.require_changeable(account, request, "changed")
        wanted = self.apply_patch(row, request.body)
        if wanted is None:
            return UNCHANGED
        row |= self.read(wanted) | {"updated_at": account.timestamp()}
        return self.answer(account, row, request)

    def delete(self, account: Account, request: ApiRequest) -> ApiAnswer:
        key = str(self.require_changeable(account, request, "deleted")[self.key])
        account[self.table].delete(key)
        if self.pal_field:
            remove_from_pals(account, self.pal_field, key)
        return ApiAnswer(status=204)

    def require(self, account: Account, key: str) -> Json:
        """Return a record with its secrets; refuse with `missing` an id that is nobody's."""
        if self.settle is not None:
            self.settle(account)
        return account[self.table].require(key, self.missing())

    def require_named(self, account: Account, request: ApiRequest) -> Json:
        """Return the record that the path names."""
        return self.require(account, request.params[self.placeholder or self.key])

    def require_changeable(self, account: Account, request: ApiRequest, done: str) -> Json:
        """Return the record that the path names; refuse a change of one that is `fixed`."""
        row = self.require_named(account, request)
        if why := self.check_change(row, done):
            raise bad_request(why)
        return row

    def add(self, account: Account, fields: Json, *, key: str | None = None) -> Json:
        """Add a record with its id, a new one unless there is one, and its stamps; return it."""
        key = key or account.ids.new(self.prefix, length=self.length)
        row = {self.key: key, **fields, **dict.fromkeys(self.stamps, account.timestamp())}
        return account[self.table].add(key, row)

    def collect_rows(self, account: Account, request: ApiRequest) -> list[Json]:
        """Return the records that the query asks for, the oldest first."""
        if self.settle is not None:
            self.settle(account)
        rows = [*account[self.table].rows()]
        for each in self.filters:
            rows = each(rows, request.query)
        return rows

    def answer_page(self, account: Account, rows: Iterable[Json], query: Query) -> ApiAnswer:
        view = self.row_view or self.build_body
        rows = (view(account, row, query) for row in rows)
        return ApiAnswer(body=page(rows, query, paging=self.paging))

    def answer(
        self, account: Account, row: Json, request: ApiRequest, *, status: int = 200
    ) -> ApiAnswer:
        return ApiAnswer(status=status, body=self.build_body(account, row, request.query))

    def build_body(self, account: Account, row: Json, query: Query) -> Json:
        return self.strip_hidden(row) if self.view is None else self.view(account, row, query)

    def strip_hidden(self, row: Json) -> Json:
        """Return a record without the fields that no answer has."""
        return {k: row[k] for k in row if k not in self.hidden and not k.startswith("_")}

    def apply_patch(self, row: Json, patch: object) -> Json | None:
        """Return what clients write of a record after a JSON Patch; `None` if nothing changes."""
        written = {name: row[name] for name in self.patchable_fields}
        wanted = apply_patch(written, read_patch(patch))
        return None if is_same_json(wanted, written) else wanted

    def routes(self) -> tuple[Route, ...]:
        return tuple(
            self.route(*_PLACES[verb], getattr(self, verb), source=source)
            for verb, source in self.plain.items()
        )

    def route(
        self, method: str, below: str, operation: Operation, *, source: Source, public: bool = False
    ) -> Route:
        """Return a route below `path`, in which ``{}`` stands for the id of a record."""
        path = self.path + below.replace("{}", f"{{{self.placeholder or self.key}}}")
        return Route(method=method, path=path, operation=operation, source=source, public=public)
