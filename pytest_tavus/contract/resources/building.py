"""The bodies of the builder's requests, in the present vocabulary. All bodies are [client].

The sources are the official clients 0.11.0 (sdk/client/http.py, sdk/recipes/carrier_builder.py
and build_and_verify.py) and 0.3.2, which had its own chat with the creator.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import field

from pytest_tavus.contract.body import Body, Items


class BuilderOpening(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/builder``."""

    name: str
    greeting: str | None = None
    pal_id: str | None = None
    "The PAL to change; without an id, the builder creates a PAL."

    model: str | None = None
    "Accepted and not used, because no model writes the simulated drafts."


class BuilderMessage(Body, frozen=True, kw_only=True):
    """One message of a builder's history."""

    role: Literal["user", "assistant", "system"]
    content: str


class BuilderMessages(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/builder/{builder_id}/append-messages``."""

    messages: Items[BuilderMessage]


class CurrentPal(Body, frozen=True, kw_only=True):
    """The PAL before a new draft."""

    system_prompt: str = ""
    greeting: str = ""
    name: str = ""
    description: str = ""
    tool_ids: Items[str] = ()


class Briefs(Body, frozen=True, kw_only=True):
    """The instructions for a draft, by artifact."""

    personality: str = ""
    objectives: str = ""
    guardrails: str = ""
    greeting: str = ""
    tools: str = ""
    skills: str = ""
    perception: str = ""
    documents: str = ""
    face: str = ""


class DraftRequest(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/builder/{builder_id}/draft-fanout``."""

    message: str
    briefs: Briefs
    current: CurrentPal = CurrentPal()


class BuilderRequest(Body, frozen=True, kw_only=True):
    """The body of the older routes: one message of the creator [client] 0.3.2."""

    message: str


class PersonalityRequest(BuilderRequest, frozen=True, kw_only=True):
    """The body of ``POST /v2/builder/{builder_id}/update-personality`` [client] 0.3.2."""

    pal_name: bool = False
    system_prompt: bool = False


class HeadlessOpening(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/conversations/persona-builder/headless``."""

    builder_id: str
    pal_id: str
    "The id of the carrier, the PAL that interviews a creator."

    conversation_name: str | None = None
    conversational_context: str = ""
    chat: bool = True
    modality: Literal["text"] = "text"
    llm: dict[str, Any] = field(default_factory=dict[str, Any])
    headless_transport: bool = False


class FaceRequest(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/persona-builder/select-replica``."""

    pal_id: str
    model: str | None = None


class ProbesRequest(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/persona-builder/llm/generate-probes``."""

    persona_spec: dict[str, Any]
    model: str | None = None


class JudgeRequest(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/persona-builder/llm/judge-transcript``."""

    persona_spec: dict[str, Any]
    smoke_transcript: Items[dict[str, Any]]
    model: str | None = None


class DecisionRequest(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/persona-builder/llm/decide-next-action`` [client] 0.3.2."""

    goal: str
    transcript: Items[dict[str, Any]] = ()
    latest_reply: dict[str, Any] = field(default_factory=dict[str, Any])
    model: str | None = None
