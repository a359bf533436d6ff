"""Finds the secrets of a request by where they stand: in fields, headers, URLs, queries and forms.

What is found is masked in its place, and told, so that it can be masked wherever else it turns up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.tool.credentials import (
    is_secret_name,
    secrets_in_headers,
    secrets_in_query,
    secrets_in_url,
)
from pytest_tavus.simulator.server.http.json_text import read_json
from pytest_tavus.trace.redaction.disguise import MASK
from pytest_tavus.trace.redaction.exchange import MASKED_HEADERS

SECRET_FIELDS = frozenset(
    {
        "access_token",
        "api_key",
        "authorization",
        "client_secret",
        "code",
        "code_verifier",
        "intent",
        "meeting_token",
        "password",
        "refresh_token",
        "secret",
        "t",
        "token",
    }
)
"""Fields of a body, a query or a form whose whole value is kept back, in lower case, beside those
whose names tell of a secret. `intent` is what a client's user wanted, which is nobody else's
business [client]."""

SECRET_HEADERS = MASKED_HEADERS | {"x-tavus-client-intent"}

_WORTH_LEARNING = 8
"""Characters. A shorter secret is masked where it stands, and not searched for elsewhere."""

_SCHEMES = frozenset({"basic", "bearer"})


def mask_json(value: Any, *, below: str = "") -> Any:
    """Return JSON data with every secret field masked. `below` is the field the data stand in."""
    if (found := json_object(value)) is not None:
        last = _patch_target_field(found)
        return {
            key: MASK if _is_secret(key, below, last, each) else mask_json(each, below=key)
            for key, each in found.items()
        }
    if (items := json_list(value)) is not None:
        return [mask_json(each, below=below) for each in items]
    return value


def mask_pairs(text: str) -> str:
    """Return a query or a form with every secret field masked."""
    pairs = parse_qsl(text, keep_blank_values=True)
    if not any(_names_a_secret(name) for name, _ in pairs):
        return text
    kept = [(name, MASK if _names_a_secret(name) else value) for name, value in pairs]
    return urlencode(kept, safe="*")


def mask_header(name: str, value: str) -> str:
    """Return what a header says, without its secret; the scheme of credentials is none."""
    if name.lower() not in SECRET_HEADERS:
        return value
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {MASK}" if space and scheme.lower() in _SCHEMES else MASK


def secrets_in_json(value: Any, *, below: str = "") -> Iterator[str]:
    """Yield the secrets in JSON data that are long enough to be told apart from other text."""
    return (secret for secret in _collect_in_json(value, below) if _is_worth_learning(secret))


def secrets_in_pairs(text: str) -> Iterator[str]:
    """Yield the secrets in a query or a form."""
    for name, value in parse_qsl(text):
        if _names_a_secret(name) and _is_worth_learning(value):
            yield value


def secrets_in_header_pairs(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the secrets in the headers of a request."""
    for name, value in headers:
        if name.lower() in SECRET_HEADERS:
            scheme, _, rest = value.partition(" ")
            secret = rest if scheme.lower() in _SCHEMES else value
            if _is_worth_learning(secret):
                yield secret


def read_body(body: bytes, content_type: str) -> Any:
    """Return a body, JSON or a form, as JSON data; `None` where there is none.

    Of any other body only its length is told: nobody knows where its secrets are.
    """
    if not body:
        return None
    try:
        if "urlencoded" in content_type:
            return dict(parse_qsl(body.decode(), keep_blank_values=True))
        return read_json(body)
    except ValueError:
        return f"({len(body)} bytes that are neither JSON nor a form)"


def _names_a_secret(name: str) -> bool:
    return name.lower() in SECRET_FIELDS or is_secret_name(name)


def _is_secret(key: str, below: str, pointed: str, value: Any) -> bool:
    if _names_a_secret(key):
        return isinstance(value, str)
    return key == "value" and (below == "auth" or _names_a_secret(pointed))


def _patch_target_field(operation: Mapping[str, Any]) -> str:
    """Return the field that an operation of JSON Patch is about."""
    pointer = operation.get("path")
    return pointer.rpartition("/")[2] if isinstance(pointer, str) else ""


def _collect_in_json(value: Any, below: str) -> Iterator[str]:
    if (found := json_object(value)) is not None:
        last = _patch_target_field(found)
        for key, each in found.items():
            if _is_secret(key, below, last, each) and isinstance(each, str):
                yield each
            else:
                yield from _collect_in_field(key, each)
    elif (items := json_list(value)) is not None:
        for each in items:
            yield from _collect_in_json(each, below)


def _collect_in_field(key: str, value: Any) -> Iterator[str]:
    """Yield what `contract` knows to be secret in a header, a query or a URL, then go deeper."""
    if isinstance(value, str):
        if key.endswith("url"):
            yield from secrets_in_url(value)
        return
    if (texts := _texts(value)) is not None:
        yield from secrets_in_headers(texts) if key.endswith("headers") else ()
        yield from secrets_in_query(texts) if "query" in key else ()
    yield from _collect_in_json(value, key)


def _texts(value: Any) -> Mapping[str, str] | None:
    found = json_object(value)
    if found is None:
        return None
    return {key: each for key, each in found.items() if isinstance(each, str)}


def _is_worth_learning(secret: str) -> bool:
    return len(secret) >= _WORTH_LEARNING and bool(secret.strip("*"))
