"""Finds the secrets of a request by their position: in fields, headers, URLs, queries and forms.

The functions `mask_*` mask secrets in place. The functions `secrets_in_*` yield them, so that a
redaction can mask them at any other position.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import parse_qsl, urlencode

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.tool.credentials import (
    is_secret_name,
    secrets_in_headers,
    secrets_in_query,
    secrets_in_url,
)
from pytest_tavus.json_data import Json
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
"""Fields of a body, a query or a form whose whole value is masked, in lower case. Names that
suggest a secret are masked too. `intent` holds the user's request, which is private [client]."""

SECRET_HEADERS = MASKED_HEADERS | {"x-tavus-client-intent"}

_WORTH_LEARNING = 8
"""Characters. A shorter secret is masked in its position only, and not searched for elsewhere."""

_SCHEMES = frozenset({"basic", "bearer"})


def mask_json(value: object, *, below: str = "") -> object:
    """Return JSON data with every secret field masked. `below` is the name of the parent field."""
    if (found := json_object(value)) is not None:
        target = _patch_target_field(found)
        return {
            key: MASK if _is_secret(key, below, target, child) else mask_json(child, below=key)
            for key, child in found.items()
        }
    if (items := json_list(value)) is not None:
        return [mask_json(item, below=below) for item in items]
    return value


def mask_pairs(text: str) -> str:
    """Return a query or a form with every secret field masked."""
    pairs = parse_qsl(text, keep_blank_values=True)
    if not any(_names_a_secret(name) for name, _ in pairs):
        return text
    kept = [(name, MASK if _names_a_secret(name) else value) for name, value in pairs]
    return urlencode(kept, safe="*")


def mask_header(name: str, value: str) -> str:
    """Return the value of a header, masked if secret; the scheme of credentials stays."""
    if name.lower() not in SECRET_HEADERS:
        return value
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {MASK}" if space and scheme.lower() in _SCHEMES else MASK


def secrets_in_json(value: object, *, below: str = "") -> Iterator[str]:
    """Yield the secrets in JSON data that are long enough to search for elsewhere."""
    return (secret for secret in _collect_in_json(value, below) if _is_worth_learning(secret))


def secrets_in_pairs(text: str) -> Iterator[str]:
    for name, value in parse_qsl(text):
        if _names_a_secret(name) and _is_worth_learning(value):
            yield value


def secrets_in_header_pairs(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in headers:
        if name.lower() in SECRET_HEADERS:
            scheme, _, rest = value.partition(" ")
            secret = rest if scheme.lower() in _SCHEMES else value
            if _is_worth_learning(secret):
                yield secret


def read_body(body: bytes, content_type: str) -> Json:
    """Return a JSON body or a form as JSON data, `None` if empty, else a remark on its length."""
    if not body:
        return None
    try:
        if "urlencoded" in content_type:
            return dict(parse_qsl(body.decode(), keep_blank_values=True))
        return read_json(body)
    except ValueError:
        # Of another format, the positions of secrets are unknown.
        return f"({len(body)} bytes that are neither JSON nor a form)"


def _names_a_secret(name: str) -> bool:
    return name.lower() in SECRET_FIELDS or is_secret_name(name)


def _is_secret(key: str, below: str, patch_target: str, value: object) -> bool:
    if _names_a_secret(key):
        return isinstance(value, str)
    return key == "value" and (below == "auth" or _names_a_secret(patch_target))


def _patch_target_field(operation: Mapping[str, object]) -> str:
    """Return the last field of the path of a JSON Patch operation."""
    pointer = operation.get("path")
    return pointer.rpartition("/")[2] if isinstance(pointer, str) else ""


def _collect_in_json(value: object, below: str) -> Iterator[str]:
    if (found := json_object(value)) is not None:
        target = _patch_target_field(found)
        for key, child in found.items():
            if _is_secret(key, below, target, child) and isinstance(child, str):
                yield child
            else:
                yield from _collect_in_field(key, child)
    elif (items := json_list(value)) is not None:
        for item in items:
            yield from _collect_in_json(item, below)


def _collect_in_field(key: str, value: object) -> Iterator[str]:
    """Yield secrets in headers, queries and URLs by the rules of `contract`, then descend."""
    if isinstance(value, str):
        if key.endswith("url"):
            yield from secrets_in_url(value)
        return
    if (texts := _texts(value)) is not None:
        yield from secrets_in_headers(texts) if key.endswith("headers") else ()
        yield from secrets_in_query(texts) if "query" in key else ()
    yield from _collect_in_json(value, key)


def _texts(value: object) -> Mapping[str, str] | None:
    found = json_object(value)
    if found is None:
        return None
    return {key: text for key, text in found.items() if isinstance(text, str)}


def _is_worth_learning(secret: str) -> bool:
    return len(secret) >= _WORTH_LEARNING and bool(secret.strip("*"))
