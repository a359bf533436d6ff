"""The control plane: what a test does to the server behind the back of the client under test.

One prefix, the server's own API key, and only where it was asked for. It speaks plain words of its
own, and none of Tavus's API.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from msgspec import field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pytest_tavus.contract.annotations import Bounds
from pytest_tavus.contract.body import Body, Items
from pytest_tavus.errors import HandlerError, ScenarioError, ServiceError
from pytest_tavus.simulator.account.front import KEY_HEADER
from pytest_tavus.simulator.account.keys import ApiKeys
from pytest_tavus.simulator.account.requests.api import ApiRefusal
from pytest_tavus.simulator.account.requests.bodies import read_body, read_object
from pytest_tavus.simulator.account.requests.refusals import (
    bad_field,
    bad_request,
    invalid_key,
    not_found,
)
from pytest_tavus.simulator.rooms.conversation import ServedConversation
from pytest_tavus.simulator.server.control.admin import Admin
from pytest_tavus.simulator.server.faults import InjectedFault
from pytest_tavus.simulator.server.http.answers import json_bytes
from pytest_tavus.simulator.server.http.json_text import JsonTextError, read_json
from pytest_tavus.simulator.server.site import CONTROL, Endpoint

_LONGEST_SCENARIOS = 2**19
"""Bytes of YAML. It is read in a thread, and the end of the server waits for every thread."""

_LONGEST_ADVANCE = 31_536_000.0

Action = Callable[[Request], Awaitable[Any]]
"""Returns JSON data to answer with; `None` is an empty 204."""


class Seed(Body, frozen=True, kw_only=True):
    """`POST reset`, and `POST seed`, where it must be there."""

    seed: int | None = None
    "`None`: the seed there is."


class Advance(Body, frozen=True, kw_only=True):
    """`POST clock/advance`."""

    seconds: Annotated[float, Bounds(gt=0, le=_LONGEST_ADVANCE)]


class PerceptionBody(Body, frozen=True, kw_only=True):
    """`POST conversations/{name}/perception`: something is seen or heard."""

    tool: str
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    frames: Items[dict[str, Any]] = ()
    "Of a vision tool: `data` (base64) and `mime_type` each [doc]."


class CompletionBody(Body, frozen=True, kw_only=True):
    """`POST conversations/{name}/objectives`: an objective is reached."""

    objective_name: str
    output_variables: dict[str, Any] = field(default_factory=dict[str, Any])


class TriggerBody(Body, frozen=True, kw_only=True):
    """`POST conversations/{name}/guardrails`: a guardrail is violated."""

    guardrail_name: str


class ControlPlane:
    """The routes below the prefix."""

    def __init__(
        self,
        admin: Admin,
        *,
        keys: ApiKeys,
        tools_changed: Callable[[], Awaitable[None]],
    ) -> None:
        """Do what `admin` can; `tools_changed` tells every MCP client that listens."""
        self._admin = admin
        self._keys = keys
        self._notify_tools_changed = tools_changed

    def endpoint(self) -> Endpoint:
        """Return the way in."""
        rows: tuple[tuple[str, str, Action], ...] = (
            ("POST", "/reset", self._reset),
            ("POST", "/seed", self._seed),
            ("POST", "/scenarios", self._load),
            ("DELETE", "/scenarios", self._unload),
            ("GET", "/state", self._state),
            ("GET", "/journal", self._journal),
            ("DELETE", "/journal", self._clear_journal),
            ("GET", "/faults", self._faults),
            ("POST", "/faults", self._add_fault),
            ("DELETE", "/faults", self._clear_faults),
            ("DELETE", "/faults/{fault_id}", self._remove_fault),
            ("POST", "/tools/changed", self._announce),
            ("GET", "/clock", self._clock),
            ("POST", "/clock/advance", self._advance),
            ("GET", "/conversations/{name}", self._get_conversation),
            ("POST", "/conversations/{name}/perception", self._perceive),
            ("POST", "/conversations/{name}/objectives", self._complete),
            ("POST", "/conversations/{name}/guardrails", self._trigger),
        )
        routes = [
            Route(CONTROL + path, self._guard_action(action), methods=[method])
            for method, path, action in rows
        ]
        return Endpoint(routes=tuple(routes))

    def _guard_action(self, action: Action) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            try:
                if not self._keys.accepts(request.headers.get(KEY_HEADER)):
                    raise invalid_key()
                told = await action(request)
            except ApiRefusal as refusal:
                return _response(refusal.status, refusal.body)
            except (HandlerError, ScenarioError, ServiceError) as error:
                return _response(400, {"error": str(error)})
            return _response(200, told)

        return serve

    async def _reset(self, request: Request) -> None:
        asked = read_body(Seed, await _read_json_body(request) or {})
        await self._admin.reset(seed=asked.seed)

    async def _seed(self, request: Request) -> None:
        asked = read_body(Seed, await _read_json_body(request))
        if asked.seed is None:
            raise bad_field("seed", "'seed' is missing")
        await self._admin.reset(seed=asked.seed)

    async def _load(self, request: Request) -> Any:
        body = await request.body()
        if "json" in request.headers.get("content-type", ""):
            data = read_object(await _read_json_body(request))
            return {"data": await self._admin.load_data(data)}
        if len(body) > _LONGEST_SCENARIOS:
            message = f"the scenarios are longer than {_LONGEST_SCENARIOS} bytes"
            raise ApiRefusal(413, {"error": message})
        try:
            text = body.decode()
        except UnicodeDecodeError:
            raise bad_request("the scenario is not UTF-8") from None
        return {"data": await self._admin.load_text(text)}

    async def _unload(self, _: Request) -> None:
        self._admin.account.scripts.clear()

    async def _state(self, _: Request) -> Any:
        return self._admin.state()

    async def _journal(self, _: Request) -> Any:
        return self._admin.journal.as_json()

    async def _clear_journal(self, _: Request) -> None:
        self._admin.journal.clear()

    async def _faults(self, _: Request) -> Any:
        return {"data": self._admin.faults.as_json()}

    async def _add_fault(self, request: Request) -> Any:
        fault = read_body(InjectedFault, await _read_json_body(request))
        return {"fault_id": self._admin.faults.add(fault)}

    async def _clear_faults(self, _: Request) -> None:
        self._admin.faults.clear()

    async def _remove_fault(self, request: Request) -> None:
        key = request.path_params["fault_id"]
        if not self._admin.faults.remove(key):
            message = f"there is no fault {key!r}"
            raise not_found(message)

    async def _announce(self, _: Request) -> None:
        await self._notify_tools_changed()

    async def _clock(self, _: Request) -> Any:
        clock = self._admin.clock
        return {
            "kind": clock.kind,
            "now": clock.now(),
            "epoch": clock.epoch(),
            "waiting": clock.waiting,
        }

    async def _advance(self, request: Request) -> Any:
        asked = read_body(Advance, await _read_json_body(request))
        await self._admin.clock.advance(asked.seconds)
        return await self._clock(request)

    async def _get_conversation(self, request: Request) -> Any:
        return self._admin.conversation(self._conversation(request).opening.conversation_id)

    async def _perceive(self, request: Request) -> None:
        asked = read_body(PerceptionBody, await _read_json_body(request))
        conversation = self._conversation(request)
        await conversation.perceive(asked.tool, asked.arguments, frames=asked.frames)

    async def _complete(self, request: Request) -> None:
        asked = read_body(CompletionBody, await _read_json_body(request))
        self._conversation(request).complete_objective(asked.objective_name, asked.output_variables)

    async def _trigger(self, request: Request) -> None:
        asked = read_body(TriggerBody, await _read_json_body(request))
        self._conversation(request).trigger_guardrail(asked.guardrail_name)

    def _conversation(self, request: Request) -> ServedConversation:
        name = request.path_params["name"]
        found = self._admin.live.get(name)
        if found is None:
            message = f"there is no conversation {name!r}"
            raise not_found(message)
        return found


def _response(status: int, told: Any) -> Response:
    if told is None:
        return Response(status_code=204)
    return Response(json_bytes(told), status, media_type="application/json")


async def _read_json_body(request: Request) -> Any:
    body = await request.body()
    if not body:
        return None
    try:
        return read_json(body)
    except JsonTextError as error:
        raise bad_request(str(error)) from None
