"""The server's side of one WSGI request (PEP 3333).

The call runs in a thread and does not use the event loop.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from io import BytesIO
from types import TracebackType
from typing import Any
from urllib.parse import unquote_to_bytes

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
from pytest_tavus.wire import HeaderList, HttpFault, HttpRequest, HttpResponse

Environ = dict[str, Any]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
WsgiApp = Callable[[Environ, Callable[..., Callable[[bytes], object]]], Iterable[bytes]]

_UNPREFIXED = {"CONTENT_TYPE", "CONTENT_LENGTH"}


def environ(request: HttpRequest, address: Address) -> Environ:
    """Build the environ of one request, like a server behind the production URL."""
    path = unquote_to_bytes(address.path).decode("latin-1")
    return {
        **_header_keys(request, address),
        "REQUEST_METHOD": request.method.upper(),
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": address.query,
        "SERVER_NAME": address.host,
        "SERVER_PORT": str(address.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": address.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _header_keys(request: HttpRequest, address: Address) -> dict[str, str]:
    keys: dict[str, str] = {}
    for name, value in header_lines(request, host=address.netloc):
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in _UNPREFIXED else f"HTTP_{key}"
        text = value.decode("latin-1")
        keys[key] = f"{keys[key]},{text}" if key in keys else text
    return keys


class WsgiCall:
    """The `start_response` of one request, and the response that the application gave."""

    def __init__(self, request: HttpRequest, address: Address) -> None:
        self._request = request
        self._address = address
        self._status: int | None = None
        self._headers: HeaderList = ()
        self._chunks: list[bytes] = []
        self._size = 0
        self._complete = False
        self._fault: HttpFault | None = None
        self._logged: list[BaseException] = []

    def run(self, app: WsgiApp) -> None:
        """Call the application, read its response, and keep its exception as a fault."""
        collect_logged_errors(self._logged)
        try:
            body = app(environ(self._request, self._address), self.start_response)
            self._read(body)
        except ProtocolViolationError as breach:
            self._fault = protocol_fault(str(breach), error=breach)
        except BaseException as error:  # noqa: BLE001 - a fault: Ctrl-C reaches no such thread
            answered = self._status if self._complete else None
            self._fault = self._fault or crash_fault(error, answered=answered)

    def result(self) -> tuple[HttpResponse | None, HttpFault | None]:
        """Return the response, if it is complete, and the fault, if there is one."""
        if not self._complete or self._status is None:
            return None, classify_crash(self._fault, response_started=bool(self._chunks))
        bodiless = self._request.method.upper() == "HEAD"
        body = b"".join(self._chunks)
        response = HttpResponse(
            status=self._status, headers=self._headers, body=b"" if bodiless else body
        )
        fault = self._fault or check_content_length(self._request.method, response)
        return response, fault or find_logged_crash(self._logged, response.status)

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None
    ) -> Callable[[bytes], object]:
        """Set status and headers; with `exc_info`, replace them until the body has started."""
        if exc_info is not None and self._chunks:
            raise exc_info[1].with_traceback(exc_info[2])
        if exc_info is None and self._status is not None:
            raise ProtocolViolationError("called start_response twice")
        if exc_info is not None:
            self._logged.append(exc_info[1])
        self._headers = _check_headers(headers)
        self._status = _read_status_code(status)
        return self._write

    def _read(self, body: Iterable[bytes]) -> None:
        try:
            for chunk in body:
                self._write(chunk)
                if self._fault is not None:
                    return
            if self._status is None:
                raise ProtocolViolationError("returned without calling start_response")
            self._complete = True
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()

    def _write(self, chunk: object) -> None:
        if self._status is None:
            raise ProtocolViolationError("gave a body before it called start_response")
        if not isinstance(chunk, bytes):
            message = f"gave a body of {type(chunk).__name__}, not of bytes"
            raise ProtocolViolationError(message)
        self._size += len(chunk)
        if self._size > SIZE_LIMIT:
            self._fault = too_large_fault()
        elif chunk:
            self._chunks.append(chunk)


def _read_status_code(status: object) -> int:
    code = status[:3] if isinstance(status, str) else ""
    if not (code.isascii() and code.isdigit() and len(code) == 3):
        message = f"gave {status!r} as the status of a response"
        raise ProtocolViolationError(message)
    return int(code)


def _check_headers(headers: Iterable[Iterable[object]]) -> HeaderList:
    pairs: list[tuple[object, object]] = [(None, None)]
    with suppress(TypeError, ValueError):
        pairs = [(name, value) for name, value in headers]
    texts = tuple((k, v) for k, v in pairs if isinstance(k, str) and isinstance(v, str))
    if len(texts) < len(pairs):
        raise ProtocolViolationError("gave headers that are not pairs of text")
    return texts
