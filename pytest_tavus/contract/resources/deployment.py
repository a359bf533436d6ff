"""A deployment as Tavus stores it: a PAL on a public page ([doc] create-deployment)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import field

from pytest_tavus.contract.annotations import HIDDEN
from pytest_tavus.contract.body import Body, Items
from pytest_tavus.contract.problem import RuleProblem

Channel = Literal["landing-page", "embed", "widget"]
"""The kind of page of a deployment [doc]."""

DeploymentStatus = Literal["draft", "active", "inactive"]
"""Visitors can start only an active deployment [client]."""


class CallLimits(Body, frozen=True, kw_only=True):
    """`limits`: each limit is at least 1; an absent field sets no limit [client]."""

    daily_call_limit: int | None = None
    daily_call_limit_per_user: int | None = None
    concurrent_call_limit: int | None = None
    max_call_duration: int | None = None
    "Seconds."


class Deployment(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/deployments``."""

    pal_id: str
    channel: Channel
    name: str | None = None
    status: DeploymentStatus = "active"
    password: Annotated[str | None, HIDDEN] = None
    "A visitor must enter the password before a call [doc]."

    allowed_origins: Items[str] = ()
    "An empty list allows every origin [client]."

    limits: CallLimits = CallLimits()
    customization: dict[str, Any] = field(default_factory=dict[str, Any])
    "Any keys: appearance, texts, and `conversation` with `context` and `unique_memory_tag`."


class PublicStart(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/deployments/{deployment_id}/start`` [doc]."""

    password: Annotated[str | None, HIDDEN] = None
    conversational_context: str | None = None
    custom_greeting: str | None = None
    pal_id: str | None = None
    "The PAL of a preview; only the portal may send it, so it is not accepted here [doc]."

    memory_stores: Items[str] = ()
    captcha_token: Annotated[str | None, HIDDEN] = None


def deployment_problems(deployment: Deployment) -> Iterator[RuleProblem]:
    """Yield the problems of a deployment beyond its shape."""
    for name in CallLimits.__struct_fields__:
        value: int | None = getattr(deployment.limits, name)
        if value is not None and value < 1:
            yield RuleProblem(
                loc=("limits", name),
                message=f"{name} is {value}, expected at least 1",
                rule="deployment_limits",
            )
    for index, origin in enumerate(deployment.allowed_origins):
        if not origin:
            yield RuleProblem(
                loc=("allowed_origins", index),
                message="an allowed origin must not be empty",
                rule="deployment_origins",
            )
