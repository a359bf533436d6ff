"""One tool call, from the tool's definition to the outcome for the PAL."""

from __future__ import annotations

from collections.abc import Generator

from pytest_tavus.contract.tool.auth import HmacAuth, NoAuth
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import HarnessError
from pytest_tavus.handler.call.port import CallRef
from pytest_tavus.handler.delivery.grant import TokenStore
from pytest_tavus.handler.delivery.outcome import ToolOutcome, outcome_of
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.handler.delivery.request import (
    Outgoing,
    build_custom_request,
    build_envelope_request,
)
from pytest_tavus.wire import HttpExchange

__all__ = ["Outgoing", "ToolOutcome", "deliver"]


def deliver(
    tool: Tool, call: CallRef, *, profile: DeliveryProfile, tokens: TokenStore, now: float
) -> Generator[Outgoing, HttpExchange, ToolOutcome]:
    """Deliver a call of a tool of `delivery.api`.

    The caller sends each yielded request and sends its exchange back to the generator. `now` is in
    seconds, by the same clock as the expiry of `tokens`.

    Raises:
        ScenarioError: the tool, its credentials or the arguments do not fit into a request.
        HarnessError: the tool is delivered as an app message.

    """
    api = tool.delivery.api
    if api is None:
        message = f"{tool.name} is delivered as an app message, not over HTTP"
        raise HarnessError(message)
    build = build_envelope_request if isinstance(api.auth, HmacAuth) else build_custom_request
    request = build(api, call, profile)
    end: HttpExchange | ToolOutcome
    if isinstance(api.auth, NoAuth):
        end = yield Outgoing(purpose="tool", request=request)
    else:
        # Most tools have no auth, and a run without it need not import the auth types.
        from pytest_tavus.handler.delivery.auth import credentials_for

        end = yield from credentials_for(api.auth, profile, tokens=tokens, now=now).flow(request)
    if isinstance(end, ToolOutcome):
        return end
    return outcome_of(end, max_bytes=profile.max_response_bytes, text_answers=profile.text_answers)
