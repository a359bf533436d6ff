"""A tool as Tavus's registry stores it. Shapes only; `rules` has the rules.

Field names, defaults and meanings follow ``POST /v2/tools`` ([doc] and [client], tavus-cli
0.11.0), so that users can paste a definition from there.
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
    """`delivery.api`: Tavus itself sends the call as an HTTP request."""

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
        """Return the values of the request to redact in every text."""
        exposed = (
            *secrets_in_headers(self.headers),
            *secrets_in_url(self.url),
            *secrets_in_query(self.query_params),
            *secrets_in_body(self.body_template),
        )
        return (*self.auth.secrets(), *(text for text in exposed if text not in {"", SECRET_MASK}))


class Delivery(Body, frozen=True, kw_only=True):
    """`delivery`: the channel of a call to its handler. Exactly one channel."""

    app_message: bool = False
    "Tavus sends the call to the client as a `conversation.tool_call` app message."

    api: ApiDelivery | None = None
    "The call is an HTTP request. If both are set, as in the API's answers, `api` wins."


class Tool(Body, frozen=True, kw_only=True):
    """One tool: its parameters, its delivery, and the PAL's utterances around a call."""

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
    "The server sets this field and the four below; a pasted definition may have them."

    owner_id: str | None = None
    is_system_tool: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None

    @property
    def effective_on_call(self) -> OnCall:
        """The PAL's behaviour during the call, with defaults.

        `generate_filler` is the default of a tool that the model calls. Perception tools never
        interrupt the PAL, and a post-call tool runs without an audience [doc].
        """
        if self.on_call is not None:
            return self.on_call
        return "generate_filler" if self.origin == "llm" and not self.is_post_call else "silent"

    @property
    def effective_on_resolve(self) -> OnResolve:
        """The PAL's behaviour after the call; the default is `fire_and_forget` [doc]."""
        return "fire_and_forget" if self.on_resolve is None else self.on_resolve

    @property
    def channel(self) -> Literal["api", "app_message"]:
        """The channel of this tool's calls."""
        return "app_message" if self.delivery.api is None else "api"

    @property
    def is_post_call(self) -> bool:
        """Whether the tool runs once, after the end of the conversation [doc]."""
        return self.trigger_type == "post_call"

    @property
    def is_perception(self) -> bool:
        """Whether vision or audio calls the tool instead of the model [doc]."""
        return self.origin != "llm"

    def secrets(self) -> tuple[str, ...]:
        """Return the secrets of the definition, for redaction."""
        return () if self.delivery.api is None else self.delivery.api.secrets()
