"""Finds credentials in the headers, the URL, the query and the body of a tool's request.

Credentials belong in `delivery.api.auth`, which knows its own secrets. Many definitions have them
elsewhere: ``?api_key=...`` in the URL, ``X-Shop-Token`` among the headers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, unquote

from pytest_tavus.contract.body import json_list, json_object

SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})
"""Headers whose whole value is a secret, in lower case."""

_TELLING = re.compile(
    r"secret|token|passw|credential|signature|api[-_]?key|access[-_]?key|^(?:key|sig|code)$",
    re.IGNORECASE,
)
"""Matches names of secret values."""


def secrets_in_headers(headers: Mapping[str, str]) -> Iterator[str]:
    """Yield the values of headers with the name of a secret."""
    for name, value in headers.items():
        if name.lower() in SECRET_HEADERS or (_TELLING.search(name) and _is_literal(value)):
            yield value


def secrets_in_query(parameters: Mapping[str, str]) -> Iterator[str]:
    """Yield the values of query parameters with the name of a secret."""
    for name, value in parameters.items():
        if _TELLING.search(name) and _is_literal(value):
            yield value


def secrets_in_body(template: object) -> Iterator[str]:
    """Yield the texts of a `body_template` under the name of a secret, at any depth."""
    if (members := json_object(template)) is not None:
        yield from secrets_in_query(
            {key: text for key, text in members.items() if isinstance(text, str)}
        )
        for member in members.values():
            yield from secrets_in_body(member)
    for item in json_list(template) or ():
        yield from secrets_in_body(item)


def secrets_in_url(url: str) -> Iterator[str]:
    """Yield the password of a URL, and the values of its query under the name of a secret."""
    # Most URLs have neither a password nor a query, so they need no parsing.
    if "@" not in url and "?" not in url:
        return
    place, _, query = url.partition("#")[0].partition("?")
    user_info, separator, _ = place.partition("//")[2].partition("/")[0].rpartition("@")
    password = unquote(user_info.partition(":")[2])
    if separator and _is_literal(password):
        yield password
    yield from secrets_in_query(dict(parse_qsl(query)))


def is_secret_name(name: str) -> bool:
    """Whether a field of this name has a secret value, as ``secret_access_key``."""
    return _TELLING.search(name) is not None


def _is_literal(value: str) -> bool:
    # A placeholder becomes an argument of the call, which is no secret of the definition.
    return "{" not in value
