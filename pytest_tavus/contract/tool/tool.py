"""A tool as Tavus's registry holds it. Shapes only: what else must hold is in `rules`.

Field names, defaults and meanings are those of ``POST /v2/tools`` ([doc] and [client], tavus-cli
0.11.0), so that a definition can be pasted from there.
"""

from typing import Annotated, Any, Literal

from msgspec import field

from pytest_tavus.contract.annotations import HIDDEN
from pytest_tavus.contract.behaviour import OnCall, OnResolve
from pytest_tavus.contract.body import Body, Items
from pytest_tavus.contract.tool.auth import SECRET_MASK, Auth, NoAuth
from pytest_tavus.contract.tool.credentials import (
    secrets_in_body,
    secrets_in_headers,
    secrets_in_query,
    secrets_in_url,
)

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
"""The methods of `delivery.api.method` [client]."""


class ApiDelivery(Body, frozen=True, kw_only=True):
    """`delivery.api`: the call becomes an HTTP request that Tavus makes itself."""

    url: Annotated[str, HIDDEN]
    method: Method = "POST"
    timeout: float = 10
    "Seconds. More than 0 and at most 60 [client]."

    headers: Annotated[dict[str, str], HIDDEN] = field(default_factory=dict[str, str])
    auth: Auth = NoAuth()
    body_template: Annotated[dict[str, Any] | None, HIDDEN] = None
    query_params: Annotated[dict[str, str], HIDDEN] = field(default_factory=dict[str, str])
    content_type: str | None = None

    def secrets(self) -> tuple[str, ...]:
        """Return every value of this request that must be redacted wherever it appears."""
        shown = (
            *secrets_in_headers(self.headers),
            *secrets_in_url(self.url),
            *secrets_in_query(self.query_params),
            *secrets_in_body(self.body_template),
        )
        return (*self.auth.secrets(), *(text for text in shown if text not in {"", SECRET_MASK}))


class Delivery(Body, frozen=True, kw_only=True):
    """`delivery`: how a call reaches its handler. Exactly one channel."""

    app_message: bool = False
    "The call is sent to the client as a `conversation.tool_call` app message."

    api: ApiDelivery | None = None
    "The call is an HTTP request. Where both are given, as in what the API returns, this wins."


class Tool(Body, frozen=True, kw_only=True):
    """One tool: what the model may call, how the call is delivered, and what is heard of it."""

    name: str
    description: str
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])
    "A JSON Schema of type `object` [doc]."

    delivery: Delivery = Delivery(app_message=True)
    trigger_type: Literal["in_call", "post_call"] = "in_call"
    origin: Literal["llm", "vision", "audio"] = "llm"
    on_call: OnCall | None = None
    on_resolve: OnResolve | None = None
    static_filler: str | None = None
    tags: Items[str] = ()

    tool_id: str | None = None
    "Set by the server, as are the four that follow; accepted because definitions are pasted."

    owner_id: str | None = None
    is_system_tool: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None

    @property
    def effective_on_call(self) -> OnCall:
        """What is heard while the call runs, defaults applied.

        `generate_filler` is the default of a tool that the model calls; perception tools never
        interrupt the PAL, and a post-call tool runs when nobody listens [doc].
        """
        if self.on_call is not None:
            return self.on_call
        return "generate_filler" if self.origin == "llm" and not self.is_post_call else "silent"

    @property
    def effective_on_resolve(self) -> OnResolve:
        """What is heard of the result, defaults applied: `fire_and_forget` unless written [doc]."""
        return "fire_and_forget" if self.on_resolve is None else self.on_resolve

    @property
    def channel(self) -> Literal["api", "app_message"]:
        """The one channel that calls of this tool take."""
        return "app_message" if self.delivery.api is None else "api"

    @property
    def is_post_call(self) -> bool:
        """Whether the tool runs once, after the conversation has ended [doc]."""
        return self.trigger_type == "post_call"

    @property
    def is_perception(self) -> bool:
        """Whether the tool is called by what is seen or heard rather than by the model [doc]."""
        return self.origin != "llm"

    def secrets(self) -> tuple[str, ...]:
        """Return every secret in the definition, for redaction."""
        return () if self.delivery.api is None else self.delivery.api.secrets()
