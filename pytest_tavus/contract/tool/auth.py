"""The six auth types of a tool's HTTP call.

The fields and names come from `delivery.api.auth` [doc]. A `repr` never contains a secret. A
caller that stores or prints text must first redact the values of `secrets()`.
"""

from typing import Annotated, Literal

from pytest_tavus.contract.annotations import HIDDEN
from pytest_tavus.contract.body import Body
from pytest_tavus.contract.tool.credentials import secrets_in_url

SECRET_MASK = "********"  # noqa: S105 - the mask of a secret, not a secret
"""Tavus shows this mask instead of a stored secret, and refuses it in a request [doc]."""

Secret = Annotated[str, HIDDEN]
"""A value that must not appear in a trace, a report or a message."""


def _filter_secrets(*values: str) -> tuple[str, ...]:
    # No text can be searched for an empty secret, and the mask itself is no secret.
    return tuple(value for value in values if value not in {"", SECRET_MASK})


class NoAuth(Body, frozen=True, kw_only=True):
    """The request carries no credentials [doc]."""

    type: Literal["none"] = "none"

    def secrets(self) -> tuple[str, ...]:
        """Return no values, because the request carries no credentials."""
        return ()


class BearerAuth(Body, frozen=True, kw_only=True):
    """``Authorization: Bearer <token>`` [doc]."""

    type: Literal["bearer"] = "bearer"
    token: Secret

    def secrets(self) -> tuple[str, ...]:
        """Return the values to redact."""
        return _filter_secrets(self.token)


class BasicAuth(Body, frozen=True, kw_only=True):
    """``Authorization: Basic base64(username:password)`` [doc]."""

    type: Literal["basic"] = "basic"
    username: str
    password: Secret

    def secrets(self) -> tuple[str, ...]:
        """Return the values to redact."""
        return _filter_secrets(self.password)


class ApiKeyAuth(Body, frozen=True, kw_only=True):
    """A header ``<name>: <value>``, or ``?<name>=<value>`` in the query [doc]."""

    type: Literal["api_key"] = "api_key"
    name: str
    value: Secret
    location: Literal["header", "query"] = "header"

    def secrets(self) -> tuple[str, ...]:
        """Return the values to redact."""
        return _filter_secrets(self.value)


class OAuth2Auth(Body, frozen=True, kw_only=True):
    """The client credentials grant: Tavus fetches and caches a token, again once on 401 [doc]."""

    type: Literal["oauth2_client_credentials"] = "oauth2_client_credentials"
    token_url: str
    client_id: str
    client_secret: Secret
    scope: str | None = None

    def secrets(self) -> tuple[str, ...]:
        """Return the values to redact."""
        return _filter_secrets(self.client_secret, *secrets_in_url(self.token_url))


class HmacAuth(Body, frozen=True, kw_only=True):
    """``X-Tavus-Signature``: the body in Tavus's own shape, signed [doc]."""

    type: Literal["hmac"] = "hmac"
    secret: Secret

    def secrets(self) -> tuple[str, ...]:
        """Return the values to redact."""
        return _filter_secrets(self.secret)


Auth = NoAuth | BearerAuth | BasicAuth | ApiKeyAuth | OAuth2Auth | HmacAuth
"""Any of the six auth types; the field `type` selects one."""
