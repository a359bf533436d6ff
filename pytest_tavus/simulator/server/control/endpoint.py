"""The HTTP routes of the control plane.

They share one prefix, require the server's own API key, and exist only with ``--control``. They are
the simulator's own, and no part of Tavus's API.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from msgspec import field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pytest_tavus.contract.annotations import Bounds
from pytest_tavus.contract.body import Body, Items
from pytest_tavus.errors import HandlerError, ScenarioError, ServiceError
from pytest_tavus.json_data import Json
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
"""Bytes of YAML. A thread parses the text, and the shutdown waits for every thread."""

_LONGEST_ADVANCE = 31_536_000.0

Action = Callable[[Request], Awaitable[Mapping[str, object] | None]]
"""Returns the JSON object to answer with; `None` gives an empty 204."""


class Seed(Body, frozen=True, kw_only=True):
    """`POST reset`, and `POST seed`, which requires the field."""

    seed: int | None = None
    "`None`: the present seed."


class Advance(Body, frozen=True, kw_only=True):
    """`POST clock/advance`."""

    seconds: Annotated[float, Bounds(gt=0, le=_LONGEST_ADVANCE)]


class PerceptionBody(Body, frozen=True, kw_only=True):
    """`POST conversations/{name}/perception`: the PAL perceives something."""

    tool: str
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    frames: Items[dict[str, Any]] = ()
    "The frames of a vision tool, each with `data` (base64) and `mime_type` [doc]."


class CompletionBody(Body, frozen=True, kw_only=True):
    """`POST conversations/{name}/objectives`: an objective is reached."""

    objective_name: str
    output_variables: dict[str, Any] = field(default_factory=dict[str, Any])


class TriggerBody(Body, frozen=True, kw_only=True):
    """`POST conversations/{name}/guardrails`: a guardrail is violated."""

    guardrail_name: str


class ControlPlane:
    """Turns requests below the prefix into actions of `Admin`."""

    def __init__(
        self,
        admin: Admin,
        *,
        keys: ApiKeys,
        tools_changed: Callable[[], Awaitable[None]],
    ) -> None:
        """Offer the actions of `admin`; `tools_changed` notifies every listening MCP client."""
        self._admin = admin
        self._keys = keys
        self._notify_tools_changed = tools_changed

    def endpoint(self) -> Endpoint:
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
                body = await action(request)
            except ApiRefusal as refusal:
                return _build_response(refusal.status, refusal.body)
            except (HandlerError, ScenarioError, ServiceError) as error:
                return _build_response(400, {"error": str(error)})
            return _build_response(200, body)

        return serve

    async def _reset(self, request: Request) -> None:
        body = read_body(Seed, await _read_json_body(request) or {})
        await self._admin.reset(seed=body.seed)

    async def _seed(self, request: Request) -> None:
        body = read_body(Seed, await _read_json_body(request))
        if body.seed is None:
            raise bad_field("seed", "'seed' is missing")
        await self._admin.reset(seed=body.seed)

    async def _load(self, request: Request) -> Mapping[str, object]:
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

    async def _state(self, _: Request) -> Mapping[str, object]:
        return self._admin.state()

    async def _journal(self, _: Request) -> Mapping[str, object]:
        return self._admin.journal.as_json()

    async def _clear_journal(self, _: Request) -> None:
        self._admin.journal.clear()

    async def _faults(self, _: Request) -> Mapping[str, object]:
        return {"data": self._admin.faults.as_json()}

    async def _add_fault(self, request: Request) -> Mapping[str, object]:
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

    async def _clock(self, _: Request) -> Mapping[str, object]:
        clock = self._admin.clock
        return {
            "kind": clock.kind,
            "now": clock.now(),
            "epoch": clock.epoch(),
            "waiting": clock.waiting,
        }

    async def _advance(self, request: Request) -> Mapping[str, object]:
        body = read_body(Advance, await _read_json_body(request))
        await self._admin.clock.advance(body.seconds)
        return await self._clock(request)

    async def _get_conversation(self, request: Request) -> Mapping[str, object] | None:
        return self._admin.conversation(self._find_conversation(request).opening.conversation_id)

    async def _perceive(self, request: Request) -> None:
        body = read_body(PerceptionBody, await _read_json_body(request))
        conversation = self._find_conversation(request)
        await conversation.perceive(body.tool, body.arguments, frames=body.frames)

    async def _complete(self, request: Request) -> None:
        body = read_body(CompletionBody, await _read_json_body(request))
        conversation = self._find_conversation(request)
        conversation.complete_objective(body.objective_name, body.output_variables)

    async def _trigger(self, request: Request) -> None:
        body = read_body(TriggerBody, await _read_json_body(request))
        self._find_conversation(request).trigger_guardrail(body.guardrail_name)

    def _find_conversation(self, request: Request) -> ServedConversation:
        name = request.path_params["name"]
        found = self._admin.live.get(name)
        if found is None:
            message = f"there is no conversation {name!r}"
            raise not_found(message)
        return found


def _build_response(status: int, body: Mapping[str, object] | None) -> Response:
    if body is None:
        return Response(status_code=204)
    return Response(json_bytes(body), status, media_type="application/json")


async def _read_json_body(request: Request) -> Json:
    body = await request.body()
    if not body:
        return None
    try:
        return read_json(body)
    except JsonTextError as error:
        raise bad_request(str(error)) from None
