"""How a tool's HTTP call proves who it is from: Tavus's six auth types.

Fields and names are those of `delivery.api.auth` [doc]. Secrets are never in a `repr`; a caller
that stores or prints anything asks `secrets()` what to take out of it first.
"""

from typing import Annotated, Literal

from pytest_tavus.contract.annotations import HIDDEN
from pytest_tavus.contract.body import Body
from pytest_tavus.contract.tool.credentials import secrets_in_url

SECRET_MASK = "********"  # noqa: S105 - what stands in place of a secret, not a secret
"""What Tavus shows instead of a stored secret, and refuses when it is sent back [doc]."""

Secret = Annotated[str, HIDDEN]
"""A value that must not appear in a trace, a report or a message."""


def _filter_secrets(*values: str) -> tuple[str, ...]:
    return tuple(value for value in values if value not in {"", SECRET_MASK})


class NoAuth(Body, frozen=True, kw_only=True):
    """The request carries no credentials [doc]."""

    type: Literal["none"] = "none"

    def secrets(self) -> tuple[str, ...]:
        """Return the values to be redacted: there are none."""
        return ()


class BearerAuth(Body, frozen=True, kw_only=True):
    """``Authorization: Bearer <token>`` [doc]."""

    type: Literal["bearer"] = "bearer"
    token: Secret

    def secrets(self) -> tuple[str, ...]:
        """Return the values to be redacted."""
        return _filter_secrets(self.token)


class BasicAuth(Body, frozen=True, kw_only=True):
    """``Authorization: Basic base64(username:password)`` [doc]."""

    type: Literal["basic"] = "basic"
    username: str
    password: Secret

    def secrets(self) -> tuple[str, ...]:
        """Return the values to be redacted."""
        return _filter_secrets(self.password)


class ApiKeyAuth(Body, frozen=True, kw_only=True):
    """A header ``<name>: <value>``, or ``?<name>=<value>`` in the query [doc]."""

    type: Literal["api_key"] = "api_key"
    name: str
    value: Secret
    location: Literal["header", "query"] = "header"

    def secrets(self) -> tuple[str, ...]:
        """Return the values to be redacted."""
        return _filter_secrets(self.value)


class OAuth2Auth(Body, frozen=True, kw_only=True):
    """The client credentials grant: a token is fetched, cached, and refetched once on 401 [doc]."""

    type: Literal["oauth2_client_credentials"] = "oauth2_client_credentials"
    token_url: str
    client_id: str
    client_secret: Secret
    scope: str | None = None

    def secrets(self) -> tuple[str, ...]:
        """Return the values to be redacted."""
        return _filter_secrets(self.client_secret, *secrets_in_url(self.token_url))


class HmacAuth(Body, frozen=True, kw_only=True):
    """``X-Tavus-Signature``: the body in Tavus's own shape, signed [doc]."""

    type: Literal["hmac"] = "hmac"
    secret: Secret

    def secrets(self) -> tuple[str, ...]:
        """Return the values to be redacted."""
        return _filter_secrets(self.secret)


Auth = NoAuth | BearerAuth | BasicAuth | ApiKeyAuth | OAuth2Auth | HmacAuth
"""Any of the six, told apart by `type`."""
