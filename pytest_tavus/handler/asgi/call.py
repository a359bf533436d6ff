"""The server's side of one ASGI request.

Messages come in the order of the ASGI specification, HTTP protocol 2.3. A message that a server
would refuse is refused here with a sentence that names it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, NoReturn
from urllib.parse import unquote

from pytest_tavus.handler.call.address import Address, header_lines
from pytest_tavus.handler.call.crashlog import collect_logged_errors, find_logged_crash
from pytest_tavus.handler.call.faults import (
    SIZE_LIMIT,
    ProtocolViolationError,
    check_content_length,
    classify_crash,
    crash_fault,
    protocol_fault,
    too_large_fault,
)
from pytest_tavus.wire import HttpFault, HttpRequest, HttpResponse

Message = MutableMapping[str, Any]
"""A scope or a message. `Any`, as in the types of every ASGI framework."""

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Message, Receive, Send], Awaitable[None]]


def http_scope(request: HttpRequest, address: Address, state: dict[str, Any]) -> Message:
    """Build the scope of one request, like a server behind the production URL."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method.upper(),
        "scheme": address.scheme,
        "path": unquote(address.path),
        "raw_path": address.path.encode("ascii"),
        "query_string": address.query.encode("ascii"),
        "root_path": "",
        "headers": [
            (name.lower(), value) for name, value in header_lines(request, host=address.netloc)
        ],
        "client": ("127.0.0.1", 50000),
        "server": (address.host, address.port),
        "state": state,
    }


class AsgiCall:
    """The `receive` and `send` of one request, and the response that the application sent."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._body_sent = False
        self._finished = asyncio.Event()
        self._status: int | None = None
        self._headers: tuple[tuple[str, str], ...] = ()
        self._chunks: list[bytes] = []
        self._size = 0
        self.complete = False
        "The application has sent the whole response."

        self.answered: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        "Done when no more of the response can come. False if the caller disconnected first."

        self._fault: HttpFault | None = None
        self._logged: list[BaseException] = []

    async def run(self, app: AsgiApp, scope: Message) -> None:
        """Call the application and keep its exception as a fault. Must run in a task of its own."""
        collect_logged_errors(self._logged)
        try:
            await app(scope, self.receive, self.send)
            self._record_missing_response()
        except ProtocolViolationError as breach:
            self._fault = self._fault or protocol_fault(str(breach), error=breach)
        except asyncio.CancelledError as error:
            if not self._finished.is_set():
                self._fault = crash_fault(error)
            raise
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a fault, `pytest.fail` too
            answered = self._status if self.complete else None
            self._fault = self._fault or crash_fault(error, answered=answered)
        finally:
            self._settle(answered=True)

    async def receive(self) -> Message:
        """Give the body once, then wait until the response or the connection has ended."""
        if not self._body_sent:
            self._body_sent = True
            return {"type": "http.request", "body": self._request.body, "more_body": False}
        await self._finished.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        kind = message.get("type")
        # Like a server, ignore messages after a disconnect, or after a response that is too large.
        if self._finished.is_set() and not self.complete:
            return
        if kind == "http.response.start":
            self._start(message)
        elif kind == "http.response.body":
            self._add_body(message)
        else:
            self._refuse(f"sent {kind!r}, which is no message of an HTTP response")

    def disconnect(self) -> None:
        """Tell the application that its caller has disconnected."""
        self._finished.set()
        self._settle(answered=False)

    def result(self) -> tuple[HttpResponse | None, HttpFault | None]:
        """Return the response, if it is complete, and the fault, if there is one."""
        if not self.complete:
            return None, classify_crash(self._fault, response_started=self._status is not None)
        response = HttpResponse(
            status=self._status or 0,
            headers=self._headers,
            body=b"" if self._request.method.upper() == "HEAD" else b"".join(self._chunks),
        )
        fault = self._fault or check_content_length(self._request.method, response)
        return response, fault or find_logged_crash(self._logged, response.status)

    def _start(self, message: Message) -> None:
        if self._status is not None:
            self._refuse("sent 'http.response.start' twice")
        status = message.get("status")
        if not isinstance(status, int) or not 200 <= status <= 599:
            self._refuse(f"sent {status!r} as the status of a response")
        self._headers = self._decode_headers(message.get("headers", ()))
        self._status = status

    def _add_body(self, message: Message) -> None:
        if self._status is None:
            self._refuse("sent 'http.response.body' before 'http.response.start'")
        if self.complete:
            self._refuse("sent 'http.response.body' after the end of its response")
        chunk = message.get("body", b"")
        if not isinstance(chunk, bytes | bytearray):
            self._refuse(f"sent a body of {type(chunk).__name__}, not of bytes")
        self._append(bytes(chunk))
        if not message.get("more_body", False):
            self.complete = True
            self._finished.set()
            self._settle(answered=True)

    def _append(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > SIZE_LIMIT:
            self._chunks.clear()
            self._fault = too_large_fault()
            self._finished.set()
            self._settle(answered=True)
        else:
            self._chunks.append(chunk)

    def _decode_headers(self, headers: Iterable[Any]) -> tuple[tuple[str, str], ...]:
        try:
            pairs = [(bytes(name), bytes(value)) for name, value in headers]
        except (TypeError, ValueError):
            self._refuse("sent headers that are not pairs of bytes")
        return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)

    def _settle(self, *, answered: bool) -> None:
        if not self.answered.done():
            self.answered.set_result(answered)

    def _refuse(self, what: str) -> NoReturn:
        raise ProtocolViolationError(what)

    def _record_missing_response(self) -> None:
        if self.complete or self._finished.is_set():
            return
        what = "completing its" if self._status is not None else "sending a"
        self._fault = self._fault or protocol_fault(f"returned without {what} response")
