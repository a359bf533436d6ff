"""The API of an account: finds the operation for a request, runs it and translates its answer.

The HTTP server and the MCP tools both call `Api`. Operations know neither the former vocabulary
nor API keys; this module knows no operation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from inspect import isawaitable

from msgspec.structs import replace

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.simulator.account.keys import ApiKeys
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRefusal, ApiRequest
from pytest_tavus.simulator.account.requests.refusals import bad_request, invalid_key
from pytest_tavus.simulator.account.resource import Route
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.table import ROUTES, RouteMatch, RouteTable
from pytest_tavus.simulator.account.vocabulary import (
    Spelling,
    TwoSpellingsError,
    present_path,
    query_to_present,
    spelling_of,
    text_to_former,
    to_present,
    translate_answer,
)

KEY_HEADER = "x-api-key"
"""The header of the API key [doc]; REST takes no bearer token."""

DEPTH = 100
"""The most levels of a JSON body: ours, so that no body can exhaust the stack."""


class Api:
    """The REST API of one account, without HTTP."""

    def __init__(
        self, account: Account, routes: Iterable[Route] = ROUTES, *, keys: ApiKeys | None = None
    ) -> None:
        """Serve an account. Without `keys`, the caller has authenticated its client already."""
        self.account = account
        self.keys = keys
        self._table = RouteTable(routes)

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiAnswer:
        """Answer a request, also a refused one. `path` is the part after ``/v2``.

        HEAD is answered like GET; the HTTP server leaves the body out.
        """
        spelling = spelling_of(path)
        try:
            found = self._table.find(present_path(path), "GET" if method == "HEAD" else method)
            route = self._find_route(method, path, found, headers or {})
            if isinstance(route, ApiAnswer):
                return route
            request = ApiRequest(
                method=route.method,
                path=present_path(path).removesuffix("/"),
                params={} if found is None else found.params,
                query=dict(query or {}) if spelling is None else query_to_present(query or {}),
                body=_copy(body) if spelling is None else to_present(_copy(body)),
                former=path.removeprefix("/").startswith(("personas", "replicas")),
            )
            return await self._answer(route, request, spelling)
        except TwoSpellingsError as error:
            return ApiAnswer(status=400, body={"error": f"{error}: send one of them"})
        except ApiRefusal as refusal:
            return ApiAnswer(status=refusal.status, body=refusal.body)

    def refusal(self, method: str, path: str, headers: Mapping[str, str]) -> ApiAnswer | None:
        """Return the 401 for a missing or wrong key, else `None`.

        The server calls this method first, so that it reads no body of an unauthenticated client.
        """
        effective = "GET" if method == "HEAD" else method
        found = self._table.find(present_path(path), effective)
        try:
            self._check_key(None if found is None else found.routes.get(effective), headers)
        except ApiRefusal as refusal:
            return ApiAnswer(status=refusal.status, body=refusal.body)
        return None

    async def _answer(
        self, route: Route, request: ApiRequest, spelling: Spelling | None
    ) -> ApiAnswer:
        """Run an operation, and translate its answer into the vocabulary of the route."""
        try:
            result = route.operation(self.account, request)
            answer = await result if isawaitable(result) else result
        except ApiRefusal as refusal:
            if spelling != "former":
                raise
            former = {key: text_to_former(text) for key, text in refusal.body.items()}
            raise ApiRefusal(refusal.status, former) from None
        # An answer nests the body of a request below its own fields, so it may be deeper.
        body = _copy(answer.body, 2 * DEPTH)
        lines = None
        if answer.lines is not None:
            lines = tuple(_copy(line, 2 * DEPTH) for line in answer.lines)
        body = body if spelling is None else translate_answer(spelling, body)
        return replace(answer, body=body, lines=lines)

    def _find_route(
        self, method: str, path: str, found: RouteMatch | None, headers: Mapping[str, str]
    ) -> Route | ApiAnswer:
        """Return the route of a request, or the answer that explains why there is none."""
        effective = "GET" if method == "HEAD" else method
        route = None if found is None else found.routes.get(effective)
        # First, so that a client without a key cannot learn which routes exist.
        self._check_key(route, headers)
        if found is None:
            return ApiAnswer(status=404, body={"error": self._describe_unknown_route(method, path)})
        if route is not None:
            return route
        allowed = ", ".join(sorted({*found.routes, *(["HEAD"] if "GET" in found.routes else [])}))
        if method == "OPTIONS":
            return ApiAnswer(status=204, headers={"allow": allowed})
        message = f"{method} is not allowed for {path}: expected one of {allowed}"
        return ApiAnswer(status=405, body={"message": message}, headers={"allow": allowed})

    def _check_key(self, route: Route | None, headers: Mapping[str, str]) -> None:
        if self.keys is None or (route is not None and route.public):
            return
        key = next((value for name, value in headers.items() if name.lower() == KEY_HEADER), None)
        if not self.keys.accepts(key):
            raise invalid_key()

    def _describe_unknown_route(self, method: str, path: str) -> str:
        closest = self._table.closest(present_path(path))
        near = f"; the closest it knows: {', '.join(closest)}" if closest else ""
        return f"the simulator does not know the route {method} {path}{near}"


def _copy(value: object, depth: int = DEPTH) -> object:
    """Return a deep copy of JSON data, so that no caller changes a record by accident."""
    if depth < 0:
        message = f"the body is nested more than {DEPTH} levels deep"
        raise bad_request(message)
    if not isinstance(value, dict | list | tuple):
        return value  # first, because nearly every value of a large body is a scalar
    if (found := json_object(value)) is not None:
        return {key: _copy(each, depth - 1) for key, each in found.items()}
    return [_copy(each, depth - 1) for each in json_list(value) or ()]
