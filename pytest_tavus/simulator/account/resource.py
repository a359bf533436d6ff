"""A route of the API, and the operations that most resources share.

A `Resource` describes where its records are and how the API lists, answers and deletes them. An
operation that differs is a function in the module of the resource, with a route of its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Generic, Literal, TypeVar

from msgspec import Struct

from pytest_tavus.contract.behaviour import Source
from pytest_tavus.contract.body import JsonDict
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
from pytest_tavus.simulator.account.store.account import Account, Table
from pytest_tavus.simulator.account.store.known import remove_from_pals
from pytest_tavus.simulator.account.store.rows import select_fields

Operation = Callable[[Account, ApiRequest], ApiAnswer | Awaitable[ApiAnswer]]
"""Answers the requests of one route. Raises `ApiRefusal`."""


class Route(Struct, frozen=True, kw_only=True):
    """One row of the API: a method, a path and their operation."""

    method: str
    path: str
    "Below ``/v2``, in the present vocabulary, without a slash at its end: ``/pals/{pal_id}``."

    operation: Operation
    source: Source
    public: bool = False
    "Needs no API key."


Row = TypeVar("Row", bound=Mapping[str, object])

View = Callable[[Account, Row, Query], JsonDict]
"""Builds the answer about one record; the query may select more or fewer fields."""

Verb = Literal["create", "listing", "show", "change", "delete"]

_PATHS: Mapping[Verb, tuple[str, str]] = MappingProxyType(
    {
        "create": ("POST", ""),
        "listing": ("GET", ""),
        "show": ("GET", "/{}"),
        "change": ("PATCH", "/{}"),
        "delete": ("DELETE", "/{}"),
    }
)


_NONE: Mapping[Verb, Source] = MappingProxyType({})


class Resource(Struct, Generic[Row], frozen=True, kw_only=True):
    """One resource. Its methods that take an account and a request are operations."""

    table: Callable[[Account], Table[Row]]
    path: str
    key: str
    "The field of a record that holds its id."

    placeholder: str = ""
    "The name of the id in the paths, if it differs from `key`."

    missing: Callable[[], ApiRefusal]
    "Builds the refusal of an unknown id."

    plain: Mapping[Verb, Source] = _NONE
    "The routes whose operation is a method of this class, each with its source."

    prefix: str = ""
    length: int = 12
    "An id is the prefix and that many hex digits."

    patchable_fields: tuple[str, ...] = ()
    "The fields that a JSON Patch sees."

    paging: Paging = Paging(limit=10)
    filters: tuple[Filter[Row], ...] = ()
    hidden: tuple[str, ...] = ()
    "Fields that no answer has, in addition to those that begin with an underscore."

    view: View[Row] | None = None
    row_view: View[Row] | None = None
    "The view of one record, and the view of a row in a list if it differs."

    settle: Callable[[Account], None] | None = None
    "Brings the records up to the present time. Runs before each read."

    check_change: Callable[[Row, str], str] = lambda _row, _done: ""
    """Returns why a record cannot be ``changed`` or ``deleted`` (the second argument), or an empty
    text."""

    pal_field: str = ""
    "The field of PALs that names records of this resource; it loses the id of a deleted one."

    def listing(self, account: Account, request: ApiRequest) -> ApiAnswer:
        return self.answer_page(account, self.collect_rows(account, request), request.query)

    def show(self, account: Account, request: ApiRequest) -> ApiAnswer:
        return self.answer(account, self.require_named(account, request), request)

    def delete(self, account: Account, request: ApiRequest) -> ApiAnswer:
        key = str(self.require_changeable(account, request, "deleted")[self.key])
        self.table(account).delete(key)
        if self.pal_field:
            remove_from_pals(account, self.pal_field, key)
        return ApiAnswer(status=204)

    def new_id(self, account: Account) -> str:
        return account.ids.new(self.prefix, length=self.length)

    def require(self, account: Account, key: str) -> Row:
        """Return a record, secrets included.

        Raises:
            ApiRefusal: no record has this id.

        """
        if self.settle is not None:
            self.settle(account)
        return self.table(account).require(key, self.missing())

    def require_named(self, account: Account, request: ApiRequest) -> Row:
        """Return the record that the path names."""
        return self.require(account, request.params[self.placeholder or self.key])

    def require_changeable(self, account: Account, request: ApiRequest, done: str) -> Row:
        """Return the record that the path names, unless `check_change` objects."""
        row = self.require_named(account, request)
        if why := self.check_change(row, done):
            raise bad_request(why)
        return row

    def collect_rows(self, account: Account, request: ApiRequest) -> list[Row]:
        """Return the records that pass every filter, the oldest first."""
        if self.settle is not None:
            self.settle(account)
        rows = [*self.table(account).rows()]
        # Run every filter, even on no rows: a filter refuses wrong parameters.
        for each in self.filters:
            rows = each(rows, request.query)
        return rows

    def answer_page(self, account: Account, rows: Iterable[Row], query: Query) -> ApiAnswer:
        view = self.row_view or self.build_body
        bodies = (view(account, row, query) for row in rows)
        return ApiAnswer(body=page(bodies, query, paging=self.paging))

    def answer(
        self, account: Account, row: Row, request: ApiRequest, *, status: int = 200
    ) -> ApiAnswer:
        return ApiAnswer(status=status, body=self.build_body(account, row, request.query))

    def build_body(self, account: Account, row: Row, query: Query) -> JsonDict:
        return self.strip_hidden(row) if self.view is None else self.view(account, row, query)

    def strip_hidden(self, row: Row) -> JsonDict:
        return {
            name: value
            for name, value in row.items()
            if name not in self.hidden and not name.startswith("_")
        }

    def apply_patch(self, row: Row, patch: object) -> JsonDict | None:
        """Return the patchable fields after a JSON Patch; `None` if nothing changes."""
        before = select_fields(row, self.patchable_fields)
        after = apply_patch(before, read_patch(patch))
        return None if is_same_json(after, before) else after

    def routes(self) -> tuple[Route, ...]:
        return tuple(
            self.route(*_PATHS[verb], getattr(self, verb), source=source)
            for verb, source in self.plain.items()
        )

    def route(
        self, method: str, below: str, operation: Operation, *, source: Source, public: bool = False
    ) -> Route:
        """Return a route below `path`, in which ``{}`` stands for the id of a record."""
        path = self.path + below.replace("{}", f"{{{self.placeholder or self.key}}}")
        return Route(method=method, path=path, operation=operation, source=source, public=public)


class JsonResource(Resource[JsonDict], frozen=True, kw_only=True):
    """A resource whose records are JSON that clients write."""

    read: Callable[[object], JsonDict] = read_object
    "Reads the body of a new or changed record into the fields to keep."

    created_status: int = 200
    "The status of the answer to a creation."

    def create(self, account: Account, request: ApiRequest) -> ApiAnswer:
        row = self.add(account, self.read(request.body))
        return self.answer(account, row, request, status=self.created_status)

    def change(self, account: Account, request: ApiRequest) -> ApiAnswer:
        """Change a record by JSON Patch."""
        row = self.require_changeable(account, request, "changed")
        after = self.apply_patch(row, request.body)
        if after is None:
            return UNCHANGED
        row |= self.read(after) | {"updated_at": account.timestamp()}
        return self.answer(account, row, request)

    def add(self, account: Account, fields: JsonDict) -> JsonDict:
        """Add a record with a new id and its times; return the record."""
        key, now = self.new_id(account), account.timestamp()
        row = {self.key: key, **fields, "created_at": now, "updated_at": now}
        return self.table(account).put(key, row)
