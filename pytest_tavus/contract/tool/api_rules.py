"""The rules for `delivery`, and for the HTTP request that `delivery.api` describes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_tavus.contract.limits import RESERVED_PREFIX, TOOL_TIMEOUT
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.schema.rules import list_parameters
from pytest_tavus.contract.tool.auth import (
    SECRET_MASK,
    ApiKeyAuth,
    Auth,
    BasicAuth,
    BearerAuth,
    HmacAuth,
    NoAuth,
    OAuth2Auth,
)
from pytest_tavus.contract.tool.placeholders import names_in, texts_of
from pytest_tavus.contract.tool.tool import ApiDelivery, Tool
from pytest_tavus.contract.tool.url_rules import url_problems
from pytest_tavus.errors import did_you_mean
from pytest_tavus.spans import Loc

BODYLESS = ("GET", "HEAD", "DELETE")
"""Methods that forbid a `body_template` [client]."""

_API: Loc = ("delivery", "api")
_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def delivery_problems(tool: Tool) -> Iterator[RuleProblem]:
    """Yield the problems of a tool's `delivery`; paths begin inside the tool."""
    api = tool.delivery.api
    # Exactly one channel ([doc], [client]).
    if tool.delivery.app_message == (api is not None):
        found = "both" if api is not None else "neither"
        yield RuleProblem(
            loc=("delivery",),
            message=f"delivery must be exactly one of app_message and api, found {found}",
            rule="delivery_channel",
        )
    if api is None:
        return
    yield from url_problems(api.url, (*_API, "url"))
    yield from _request_problems(api)
    yield from _placeholder_problems(tool)
    yield from _auth_problems(api.auth)
    if isinstance(api.auth, HmacAuth):
        yield from _hmac_conflicts(api)


def _request_problems(api: ApiDelivery) -> Iterator[RuleProblem]:
    # 0 < t <= 60 ([client], [doc]). This form of the comparison also refuses NaN.
    if not 0 < api.timeout <= TOOL_TIMEOUT:
        yield RuleProblem(
            loc=(*_API, "timeout"),
            message=f"timeout must be more than 0 and at most {TOOL_TIMEOUT:g} seconds, "
            f"found {api.timeout:g}",
            rule="timeout",
        )
    # A request with such a method has no body [client].
    if api.body_template is not None and api.method in BODYLESS:
        yield RuleProblem(
            loc=(*_API, "body_template"),
            message=f"body_template cannot be used with {api.method}: "
            "expected POST, PUT or PATCH, or no body_template",
            rule="body_template_method",
        )
    for name, value in api.headers.items():
        yield from _header_problems(name, value, (*_API, "headers", name))


def _header_problems(name: str, value: str, loc: Loc) -> Iterator[RuleProblem]:
    # Rules of HTTP (RFC 9110, 5.1 and 5.5): no client could send a request that breaks them.
    if _FIELD_NAME.fullmatch(name) is None:
        message = f"{name!r} cannot be the name of an HTTP header"
        yield RuleProblem(loc=loc, message=message, rule="header")
    if re.search(r"[\r\n\x00]", value) is not None:
        message = f"the value of the header {name!r} must be a single line"
        yield RuleProblem(loc=loc, message=message, rule="header")


def _placeholder_problems(tool: Tool) -> Iterator[RuleProblem]:
    # Each placeholder must be a declared parameter, or a placeholder that Tavus injects [client].
    known = list_parameters(tool.parameters)
    listed = f"declared: {', '.join(known)}" if known else "no parameter is declared"
    for text in texts_of(tool):
        for name in text.names:
            if name in known or name.startswith(RESERVED_PREFIX):
                continue
            yield RuleProblem(
                loc=text.loc,
                message=f"the placeholder {{{name}}} is not declared in parameters.properties",
                hint=did_you_mean(name, known) or listed,
                rule="placeholder_undeclared",
            )


def _hmac_conflicts(api: ApiDelivery) -> Iterator[RuleProblem]:
    # With hmac, Tavus sends its own envelope to a static URL ([doc], [client]).
    for name in ("body_template", "query_params"):
        if getattr(api, name):
            yield RuleProblem(
                loc=(*_API, name),
                message=f"{name} cannot be used with hmac auth: the body is Tavus's own",
                rule="hmac_conflict",
            )
    found = ", ".join(f"{{{name}}}" for name in names_in(api.url))
    if found:
        yield RuleProblem(
            loc=(*_API, "url"),
            message=f"the URL must be static with hmac auth, found {found}",
            rule="hmac_conflict",
        )


def _auth_problems(auth: Auth) -> Iterator[RuleProblem]:
    at: Loc = (*_API, "auth")
    for name, value in _credentials(auth):
        # Tavus refuses a masked secret [doc]; an empty secret proves nothing.
        if value in {SECRET_MASK, ""}:
            found = "empty" if not value else f"{SECRET_MASK}, which stands for a hidden secret"
            yield RuleProblem(
                loc=(*at, name),
                message=f"{name} must be the value itself, found {found}",
                hint=None if not value else "write the value, or one made up for the test",
                rule="secret_masked" if value else "secret_empty",
            )
    if isinstance(auth, OAuth2Auth):
        yield from url_problems(auth.token_url, (*at, "token_url"))
    if isinstance(auth, ApiKeyAuth) and auth.location == "header":
        yield from _header_problems(auth.name, auth.value, (*at, "name"))


def _credentials(auth: Auth) -> tuple[tuple[str, str], ...]:
    match auth:
        case NoAuth():
            return ()
        case BearerAuth():
            return (("token", auth.token),)
        case BasicAuth():
            return (("password", auth.password),)
        case ApiKeyAuth():
            return (("value", auth.value),)
        case OAuth2Auth():
            return (("client_secret", auth.client_secret),)
        case HmacAuth():
            return (("secret", auth.secret),)
