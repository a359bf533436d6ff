"""Builds the request of a call, without credentials.

There are two shapes [doc]. For hmac, Tavus sends its own envelope to a static URL. For every other
auth type, the tool's templates give the user's own shape.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Literal
from urllib.parse import quote, urlencode

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.tool.api_rules import BODYLESS
from pytest_tavus.contract.tool.tool import ApiDelivery
from pytest_tavus.errors import Problem, ScenarioError
from pytest_tavus.handler.call.port import CallRef
from pytest_tavus.handler.delivery.profile import DeliveryProfile, Spacing
from pytest_tavus.handler.delivery.template import Filler, as_text, percent_encode
from pytest_tavus.wire import HeaderList, HttpRequest

FORM = "application/x-www-form-urlencoded"

COMPUTED = frozenset({"host", "content-length", "transfer-encoding", "content-type"})
"""Headers that the client computes, in lower case. Values of the tool are not sent."""

_SPACINGS: Mapping[Spacing, tuple[str, str]] = {
    "odd": (",", ": "),
    "compact": (",", ":"),
    "spaced": (", ", ": "),
}
_READABLE: Mapping[Spacing, json.JSONEncoder] = {
    spacing: json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=separators)
    for spacing, separators in _SPACINGS.items()
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LINE_END = re.compile(r"[\r\n\x00]")
_SAFE_IN_URL = "%/:?#[]@!$&'()*+,;={}~|"


class Outgoing(Struct, frozen=True, kw_only=True):
    """A request for the transport to send."""

    purpose: Literal["tool", "token"]
    request: HttpRequest


def build_custom_request(api: ApiDelivery, call: CallRef, profile: DeliveryProfile) -> HttpRequest:
    """Build the request in the user's own shape.

    Without a `body_template`, the body of POST, PUT and PATCH is the object of all arguments, as
    JSON [inferred]. The other methods send only the arguments with a placeholder [inferred].

    Raises:
        ScenarioError: the tool or the arguments do not fit into a request.

    """
    filler = _filler(call, profile)
    url = with_query(filler.url(encode_url_template(api.url)), filler.query(api.query_params))
    headers = _tool_headers(api, filler, profile)
    if api.method in BODYLESS:
        return HttpRequest(method=api.method, url=url, headers=headers)
    template = api.body_template
    data = dict(call.arguments) if template is None else filler.body(template)
    content_type = _content_type(api)
    body = _encode_form(data) if media_type_of(api) == FORM else json_body(data)
    headers = _add_content_headers(headers, content_type, body)
    return HttpRequest(method=api.method, url=url, headers=headers, body=body)


def build_envelope_request(
    api: ApiDelivery, call: CallRef, profile: DeliveryProfile
) -> HttpRequest:
    """Build the request in Tavus's shape: the tool call as an event, to a static URL.

    Raises:
        ScenarioError: JSON cannot express the arguments.

    """
    body = json_body(_envelope(call, profile), profile.hmac_spacing)
    headers = _tool_headers(api, _filler(call, profile), profile)
    method = "POST" if api.method in BODYLESS else api.method
    headers = _add_content_headers(headers, "application/json", body)
    return HttpRequest(method=method, url=encode_url_template(api.url), headers=headers, body=body)


def build_form_request(
    url: str, form: Mapping[str, str], *, headers: HeaderList, profile: DeliveryProfile
) -> HttpRequest:
    """Build a POST of a form, as a token endpoint expects it."""
    body = urlencode(form).encode("ascii")
    sent = (("User-Agent", profile.user_agent), ("Accept", "application/json"), *headers)
    return HttpRequest(
        method="POST",
        url=encode_url_template(url),
        headers=_add_content_headers(sent, FORM, body),
        body=body,
    )


def with_header(request: HttpRequest, name: str, value: str) -> HttpRequest:
    """Return the request with this header, which replaces any other of its name.

    Raises:
        ScenarioError: the header would be more than one line.

    """
    kept = tuple(pair for pair in request.headers if pair[0].lower() != name.lower())
    return replace(request, headers=(*kept, _check_header(name, value)))


def with_query(url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """Return the URL with these parameters added to its own, and without a fragment."""
    url, _, _ = url.partition("#")
    added = "&".join(f"{percent_encode(k)}={percent_encode(v)}" for k, v in parameters)
    if not added:
        return url
    if "?" not in url:
        return f"{url}?{added}"
    return f"{url}{added}" if url.endswith(("?", "&")) else f"{url}&{added}"


def json_body(data: object, spacing: Spacing = "spaced") -> bytes:
    """Encode JSON data as UTF-8.

    Raises:
        ScenarioError: the data holds a number that JSON cannot express.

    """
    try:
        return _READABLE[spacing].encode(data).encode("utf-8")
    except UnicodeEncodeError:  # half a surrogate pair, which ASCII escapes can carry
        return json.dumps(data, separators=_SPACINGS[spacing]).encode("ascii")
    except ValueError:
        message = "the arguments of the call hold a number that JSON cannot express"
        raise ScenarioError(
            Problem(message=message, hint="infinity and NaN are not JSON")
        ) from None


def _filler(call: CallRef, profile: DeliveryProfile) -> Filler:
    values = {**call.arguments, profile.conversation_id_placeholder: call.conversation_id}
    return Filler(values=values, missing=profile.missing_argument)


def _envelope(call: CallRef, profile: DeliveryProfile) -> dict[str, object]:
    """Return the keys of the app message [inferred], with `arguments` as JSON text [wild]."""
    flat = {
        "tool_call_id": call.call_id,
        "name": call.tool,
        "arguments": json_body(dict(call.arguments)).decode("utf-8"),
    }
    head: dict[str, object] = {
        "message_type": "conversation",
        "event_type": "conversation.tool_call",
        "conversation_id": call.conversation_id,
    }
    if call.inference_id is not None:
        head["inference_id"] = call.inference_id
    if profile.hmac_envelope == "nested":
        return {**head, "properties": flat}
    if profile.hmac_envelope == "flat":
        return {**head, **flat}
    return {**head, **flat, "properties": flat}


def _tool_headers(api: ApiDelivery, filler: Filler, profile: DeliveryProfile) -> HeaderList:
    names = {name.lower() for name in api.headers}
    headers = [] if "user-agent" in names else [("User-Agent", profile.user_agent)]
    for name, template in api.headers.items():
        if name.lower() not in COMPUTED:
            value = filler.text(template) if profile.header_placeholders else template
            headers.append(_check_header(name, value))
    return tuple(headers)


def _content_type(api: ApiDelivery) -> str:
    if api.content_type is not None:
        return api.content_type
    own = (value for name, value in api.headers.items() if name.lower() == "content-type")
    return next(own, "application/json")


def media_type_of(api: ApiDelivery) -> str:
    """Return the type of a tool's request body in lower case, without parameters."""
    return _content_type(api).partition(";")[0].strip().lower()


def _add_content_headers(headers: HeaderList, content_type: str, body: bytes) -> HeaderList:
    length = ("Content-Length", str(len(body)))
    return (*headers, _check_header("Content-Type", content_type), length)


def _check_header(name: str, value: str) -> tuple[str, str]:
    if _LINE_END.search(name) is not None or _LINE_END.search(value) is not None:
        message = f"the header {name!r} would be more than one line"
        hint = "take the line break out of its value: a text copied from a file often ends in one"
        raise ScenarioError(Problem(message=message, hint=hint))
    if not value.isascii() and any(char > "\xff" for char in value):
        message = f"the header {name!r} would hold a character that no HTTP header can carry"
        raise ScenarioError(Problem(message=message, hint="a header holds Latin-1 text at most"))
    return name, value


def encode_url_template(url: str) -> str:
    """Percent-encode the characters that a URL must not hold, but no placeholders.

    Raises:
        ScenarioError: the URL holds a control character.

    """
    if not url.isprintable() and _CONTROL.search(url) is not None:
        message = f"the URL {url.partition('?')[0]!r} holds a control character"
        raise ScenarioError(Problem(message=message, hint="write the URL on a single line"))
    return quote(url, safe=_SAFE_IN_URL)


def _encode_form(data: object) -> bytes:
    """Encode an object as a form: a list repeats its name, other values are JSON [inferred]."""
    pairs: list[tuple[str, str]] = []
    for name, value in (json_object(data) or {}).items():
        values = json_list(value)
        pairs += [(name, as_text(item)) for item in ([value] if values is None else values)]
    return urlencode(pairs, errors="replace").encode("ascii")
