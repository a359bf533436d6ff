"""One JSON value on one line that every reader takes for one line."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from msgspec.structs import asdict

from pytest_tavus.errors import HarnessError
from pytest_tavus.trace.facts import Deciders
from pytest_tavus.wire import HttpExchange, HttpFault, HttpRequest, HttpResponse

_PARTS = (HttpExchange, HttpRequest, HttpResponse, HttpFault, Deciders)
"""The values that events are made of."""


def one_line(data: Mapping[str, Any]) -> str:
    """Write JSON data, exchanges and bodies included, as one line.

    Raises:
        HarnessError: the data holds what is no JSON data.

    """
    line = _READABLE.encode(data)
    if line.isascii() or _is_one_plain_line(line):
        return line
    return _ASCII.encode(data)


def _is_one_plain_line(line: str) -> bool:
    """Whether UTF-8 can carry the line and no reader splits it, as some do at U+2028."""
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return len(line.splitlines()) == 1


def _plain(value: Any) -> Any:
    """Return what JSON has a word for, of what it has not: our values, and bodies."""
    if isinstance(value, bytes):
        return _encode_body(value)
    if isinstance(value, _PARTS):
        return asdict(value)
    message = f"a trace cannot hold a value of type {type(value).__name__}"
    raise HarnessError(message)


_READABLE = json.JSONEncoder(ensure_ascii=False, default=_plain)
_ASCII = json.JSONEncoder(default=_plain)


def _encode_body(body: bytes) -> Any:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode("ascii")}
