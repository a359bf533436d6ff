"""Reads the arguments of a call back from the request of that call.

The reader is the inverse of `delivery/request.py`, in the same order: URL, headers, body. It
compares nothing: it returns the arguments that are certain, and those that are ambiguous.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from pytest_tavus.contract.body import json_object
from pytest_tavus.contract.tool.auth import (
    ApiKeyAuth,
    BasicAuth,
    BearerAuth,
    HmacAuth,
    NoAuth,
    OAuth2Auth,
)
from pytest_tavus.contract.tool.sent import SentArguments
from pytest_tavus.contract.tool.tool import ApiDelivery, Tool
from pytest_tavus.errors import ScenarioError
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.handler.delivery.request import COMPUTED, encode_url_template
from pytest_tavus.handler.sent.body_places import WHOLE, BodyPlace, body_of, envelope
from pytest_tavus.handler.sent.mixed_text import TextPlace, parse_text_place
from pytest_tavus.handler.sent.places import parse_json
from pytest_tavus.handler.sent.readings import ArgumentEncoding, Readings
from pytest_tavus.handler.sent.url_places import UrlPlaces, url_places
from pytest_tavus.matching.text import ABSENT
from pytest_tavus.wire import HeaderList, HttpRequest


class RequestLayout(Struct, frozen=True, kw_only=True):
    """The places of one tool's requests that carry arguments. Built once for each tool."""

    encoding: ArgumentEncoding
    url: UrlPlaces | None = None
    "`None` if the URL has no arguments."

    headers: tuple[tuple[str, TextPlace], ...] = ()
    body: BodyPlace | None = None

    @property
    def names(self) -> frozenset[str] | None:
        """The arguments in a request; `None` for all arguments of the call."""
        in_body = () if self.body is None else self.body.names
        if in_body is None:
            return None
        in_url = () if self.url is None else self.url.names
        in_headers = (name for _, place in self.headers for name in place.names)
        return frozenset((*in_url, *in_headers, *in_body))

    def read(self, request: HttpRequest, conversation_id: str) -> SentArguments:
        if self.url is None and not self.headers and self.body is WHOLE:
            # Nearly every tool is like this, and the general way takes ten times as long.
            arguments = json_object(parse_json(request.body))
            return _UNREADABLE if arguments is None else SentArguments(arguments=arguments)
        into = Readings(self.encoding, conversation_id)
        if self.url is not None:
            self.url.read(request.url, into)
        for name, place in self.headers:
            place.read(_header(request.headers, name), into)
        if self.body is not None:
            self.body.read(request.body, into)
        return into.build_result()


_UNREADABLE = SentArguments(arguments={}, unreadable=True)


class RequestReader:
    """Reads the requests of many tools, and caches the layout of each."""

    def __init__(self, profile: DeliveryProfile) -> None:
        self._profile = profile
        self._layouts: dict[int, tuple[Tool, RequestLayout | None]] = {}

    def __call__(self, tool: Tool, request: HttpRequest, conversation_id: str) -> SentArguments:
        """Read the arguments from a request of a call of the tool."""
        layout = self._layout_of(tool)
        return _UNREADABLE if layout is None else layout.read(request, conversation_id)

    def carries(self, tool: Tool, argument: str) -> bool:
        """Tell whether any place of the tool's requests carries an argument."""
        layout = self._layout_of(tool)
        return layout is None or layout.names is None or argument in layout.names

    def _layout_of(self, tool: Tool) -> RequestLayout | None:
        known = self._layouts.get(id(tool))
        if known is None:
            # The cache holds the tool too, so that no other object gets its id.
            api = tool.delivery.api
            layout = None if api is None else build_layout(tool, api, self._profile)
            known = self._layouts[id(tool)] = (tool, layout)
        return known[1]


def build_layout(tool: Tool, api: ApiDelivery, profile: DeliveryProfile) -> RequestLayout:
    """Find the places of a tool of `delivery.api` that carry arguments."""
    conversation = profile.conversation_id_placeholder
    encoding = ArgumentEncoding(
        schemas=json_object(tool.parameters.get("properties")) or {},
        missing=profile.missing_argument,
        conversation=conversation,
    )
    headers = tuple(_headers(api, profile)) if profile.header_placeholders else ()
    if isinstance(api.auth, HmacAuth):
        return RequestLayout(encoding=encoding, headers=headers, body=envelope(profile))
    body = body_of(api, conversation)
    return RequestLayout(encoding=encoding, url=_url(api, profile), headers=headers, body=body)


def _url(api: ApiDelivery, profile: DeliveryProfile) -> UrlPlaces | None:
    try:
        url = encode_url_template(api.url)
    except ScenarioError:
        return None  # such a request is never sent
    auth = api.auth
    places = url_places(
        url,
        api.query_params,
        conversation=profile.conversation_id_placeholder,
        omits=profile.missing_argument == "omit",
        key_added=isinstance(auth, ApiKeyAuth) and auth.location == "query",
    )
    return places if places.names else None


def _headers(api: ApiDelivery, profile: DeliveryProfile) -> Iterable[tuple[str, TextPlace]]:
    """Yield the headers with placeholders, without those that the credentials replace."""
    replaced = {*COMPUTED, *_credential_headers(api, profile)}
    for name, template in api.headers.items():
        place = parse_text_place(template, profile.conversation_id_placeholder)
        if name.lower() not in replaced and place.names:
            yield name, place


def _credential_headers(api: ApiDelivery, profile: DeliveryProfile) -> set[str]:
    match api.auth:
        case BearerAuth() | BasicAuth() | OAuth2Auth():
            return {"authorization"}
        case ApiKeyAuth(name=name, location="header"):
            return {name.lower()}
        case HmacAuth():
            return {profile.hmac_header.lower()}
        case ApiKeyAuth() | NoAuth():
            return set()


def _header(headers: HeaderList, name: str) -> object:
    """Return a header's value; `ABSENT` if it begins or ends in blanks, which HTTP drops."""
    exact = (value for key, value in headers if key == name)
    other = (value for key, value in headers if key.lower() == name.lower())
    value = next(exact, next(other, ABSENT))
    return value if isinstance(value, str) and value == value.strip(" \t") else ABSENT
