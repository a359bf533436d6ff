"""Injected faults: a test replaces, breaks, drops or delays the answers of a route.

A user writes a fault, so the reader of shapes validates it like every other text of a user.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import Annotated, Any, Literal

from starlette.types import ASGIApp, Receive, Scope, Send

from pytest_tavus.contract.annotations import Before, Bounds
from pytest_tavus.contract.body import Body
from pytest_tavus.contract.refusal import refuse
from pytest_tavus.json_data import JsonObject
from pytest_tavus.simulator.server import rest
from pytest_tavus.simulator.server.http.answers import HangUp, answer, cut, json_bytes
from pytest_tavus.simulator.server.site import CONTROL

METHODS = ("*", *rest.METHODS)

Effect = Literal["answer", "malformed", "drop", "delay"]

_MALFORMED = b'{"data": [{"unfinished":'
_EVERY_STEP = "[^/]+"


def _check_method(method: Any) -> Any:
    if not isinstance(method, str):
        return method
    if method.upper() not in METHODS:
        refuse(f"expected one of {', '.join(METHODS)}, found {method!r}")
    return method.upper()


def _check_path(path: Any) -> Any:
    if not isinstance(path, str):
        return path
    if not path.startswith("/"):
        refuse(f"expected a path that begins with a slash, such as '/v2/pals', found {path!r}")
    if path.startswith(CONTROL):
        refuse(f"a fault cannot strike the control plane, and {path!r} is below {CONTROL}")
    return path


class InjectedFault(Body, frozen=True, kw_only=True):
    """A fault, the requests that it strikes, and how often it strikes."""

    path: Annotated[str, Before(_check_path)]
    "``/v2/pals``, ``/v2/pals/{pal_id}``, or ``/v2/conversations/*`` for every path below."

    method: Annotated[str, Before(_check_method)] = "*"
    effect: Effect = "answer"
    status: Annotated[int, Bounds(ge=200, le=599)] | None = None
    "`None`: 500 with the effect ``answer``, 200 with ``malformed``."

    body: Any = None
    'JSON data to answer with; the default is ``{"error": ...}``, which names the control plane.'

    delay: Annotated[float, Bounds(ge=0, le=3600)] = 0
    "Seconds by the server's clock before the effect; it applies to every effect."

    times: Annotated[int, Bounds(ge=1)] | None = None
    "How many requests the fault strikes; `None`: every request."

    skip: Annotated[int, Bounds(ge=0)] = 0
    "How many matching requests pass before the first strike."

    @classmethod
    def check(cls, given: dict[str, Any]) -> None:
        """Refuse a delay of no time."""
        if given.get("effect") == "delay" and not given.get("delay"):
            refuse("the effect 'delay' needs a 'delay' in seconds")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern for the path of a request; a slash at the end of the path does not matter."""
        stem, star, _ = self.path.partition("*")
        steps = re.split(r"(\{\w+\})", stem if star else stem.rstrip("/"))
        text = "".join(_EVERY_STEP if s.startswith("{") else re.escape(s) for s in steps)
        return re.compile(text + (".*" if star else "/?"))

    def matches(self, method: str, path: str) -> bool:
        return self.method in {"*", method} and bool(self.pattern.fullmatch(path))


class _ActiveFault:
    """A fault, and the count of requests that matched it."""

    def __init__(self, fault: InjectedFault) -> None:
        self.fault = fault
        self.match_count = 0

    def accepts(self, method: str, path: str) -> bool:
        if not self.fault.matches(method, path):
            return False
        strike_count = self.match_count - self.fault.skip
        if self.fault.times is not None and strike_count >= self.fault.times:
            return False
        self.match_count += 1
        return strike_count >= 0

    def as_json(self, key: str) -> JsonObject:
        strike_count = max(0, self.match_count - self.fault.skip)
        return {"fault_id": key, "struck": strike_count, **self.fault.to_json()}


class InjectedFaults:
    """The injected faults in order of injection; the first match strikes."""

    def __init__(self) -> None:
        self._active: dict[str, _ActiveFault] = {}
        self._count = 0

    def add(self, fault: InjectedFault) -> str:
        """Inject a fault and return its id."""
        self._count += 1
        key = f"fault_{self._count}"
        self._active[key] = _ActiveFault(fault)
        return key

    def remove(self, key: str) -> bool:
        """Remove a fault; return whether it existed."""
        return self._active.pop(key, None) is not None

    def clear(self) -> None:
        """Remove every fault, and count ids from 1 again."""
        self._active.clear()
        self._count = 0

    def as_json(self) -> list[JsonObject]:
        """Return every fault, including those that are used up."""
        return [active.as_json(key) for key, active in self._active.items()]

    def match(self, method: str, path: str) -> InjectedFault | None:
        """Return the fault that strikes a request. Counts the request."""
        for active in self._active.values():
            if active.accepts(method, path):
                return active.fault
        return None


class FaultMiddleware:
    """Applies faults to requests before an endpoint sees them."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        faults: InjectedFaults,
        sleep: Callable[[float], Awaitable[None]],
        hang_up: HangUp,
        skip: str,
    ) -> None:
        """Wrap `app`. No fault strikes a path that begins with `skip`."""
        self._app = app
        self._faults = faults
        self._sleep = sleep
        self._hang_up = hang_up
        self._skip = skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._find_fault(scope)
        if fault is not None and fault.delay:
            await self._sleep(fault.delay)
        if fault is None or fault.effect == "delay":
            await self._app(scope, receive, send)
        elif fault.effect == "drop":
            await cut(scope, receive, self._hang_up)
        else:
            status, body = _encode_fault_answer(fault)
            json = (("content-type", "application/json"),)
            await answer(scope, send, status=status, body=body, headers=json)

    def _find_fault(self, scope: Scope) -> InjectedFault | None:
        if scope["type"] not in {"http", "websocket"} or scope["path"].startswith(self._skip):
            return None
        return self._faults.match(scope.get("method", "GET"), scope["path"])


def build_fault_answer(fault: InjectedFault) -> tuple[int, object]:
    """Return the status and the JSON body of a fault with the effect ``answer``."""
    status = fault.status or 500
    body = fault.body
    if body is None:
        body = {"error": f"this {status} was scripted with the control plane"}
    return status, body


def _encode_fault_answer(fault: InjectedFault) -> tuple[int, bytes]:
    if fault.effect == "malformed":
        return fault.status or 200, _MALFORMED
    status, body = build_fault_answer(fault)
    return status, json_bytes(body)
