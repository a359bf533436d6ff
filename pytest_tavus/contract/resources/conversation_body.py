"""The body of ``POST /v2/conversations`` ([doc] openapi.yaml) and its rules.

The body uses the present vocabulary, although Tavus's documents write `persona_id` and
`replica_id` here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pytest_tavus.contract.annotations import HIDDEN
from pytest_tavus.contract.body import Body, Items
from pytest_tavus.contract.problem import RuleProblem

CALL_SECONDS = 3600
"""Seconds: the maximum and the default duration of a conversation [doc]."""


class ConversationProperties(Body, frozen=True, kw_only=True):
    """`properties`: limits and appearance of one conversation [doc]."""

    max_call_duration: int = CALL_SECONDS
    "Seconds; 3600 is also the maximum."

    participant_left_timeout: int = 0
    "Seconds after the last participant left."

    participant_absent_timeout: int = 300
    "Seconds after creation, if no participant joined."

    enable_recording: bool = False
    enable_closed_captions: bool = False
    apply_greenscreen: bool = False
    require_auth: bool = False
    language: str | None = None
    "A language's full name, or `multilingual`."

    recording_storage: Annotated[dict[str, Any] | None, HIDDEN] = None
    "The storage of recordings; only the name of the provider is checked."

    recording_s3_bucket_name: str | None = None
    "This field and the two below are older than `recording_storage`."

    recording_s3_bucket_region: str | None = None
    aws_assume_role_arn: str | None = None


class ConversationBody(Body, frozen=True, kw_only=True):
    """The settings of a new conversation.

    A simulated room has no picture, no sound, no recording and no meeting. Its PAL has no memory
    and no knowledge base. The fields for those features are accepted and have no effect.
    """

    pal_id: str | None = None
    face_id: str | None = None
    "Required if the PAL has no default face; overrides the default face."

    conversation_name: str | None = None
    conversational_context: str | None = None
    "Tavus appends this context to the PAL's own context."

    custom_greeting: str | None = None
    callback_url: str | None = None
    audio_only: bool = False
    memory_stores: Items[str] = ()
    document_ids: Items[str] = ()
    document_tags: Items[str] = ()
    document_retrieval_strategy: Literal["speed", "quality", "balanced"] = "balanced"
    test_mode: bool = False
    "Tavus creates the conversation as ended: no face, no cost, no slot."

    require_auth: bool = False
    max_participants: int | None = None
    enable_dynamic_greeting: bool = False
    chat: bool = False
    "Text only [client]."

    meeting_url: str | None = None
    "A meeting of Google Meet, Zoom or Teams that the PAL joins [client]."

    properties: ConversationProperties = ConversationProperties()

    @property
    def is_private(self) -> bool:
        """Whether participants need a token to join the room."""
        return self.require_auth or self.properties.require_auth


_PROVIDERS = ("s3", "gcs", "azure_blob")


def conversation_problems(body: ConversationBody) -> Iterator[RuleProblem]:
    """Yield the problems of a request to open a conversation."""
    yield from _limit_problems(body.properties)
    yield from _url_problems(body)
    if body.max_participants is not None and body.max_participants < 2:
        yield RuleProblem(
            loc=("max_participants",),
            message=f"expected at least 2, because the face counts as one, "
            f"found {body.max_participants}",
            rule="participants",
        )
    storage = body.properties.recording_storage
    if storage is not None and storage.get("provider") not in _PROVIDERS:
        yield RuleProblem(
            loc=("properties", "recording_storage", "provider"),
            message=f"expected one of {', '.join(_PROVIDERS)}",
            rule="recording_storage",
        )


def _url_problems(body: ConversationBody) -> Iterator[RuleProblem]:
    # The message does not repeat the URL: users put tokens into such a URL.
    # An address of this machine is allowed, because Tavus's own rule is not known.
    for name in ("callback_url", "meeting_url"):
        url = getattr(body, name)
        if url and not url.startswith(("https://", "http://")):
            yield RuleProblem(
                loc=(name,),
                message="expected a URL that starts with https:// or http://",
                rule="url",
            )


def _limit_problems(properties: ConversationProperties) -> Iterator[RuleProblem]:
    if not 0 < properties.max_call_duration <= CALL_SECONDS:
        yield RuleProblem(
            loc=("properties", "max_call_duration"),
            message=f"expected more than 0 and at most {CALL_SECONDS} seconds, "
            f"found {properties.max_call_duration}",
            rule="call_duration",
        )
    for name in ("participant_left_timeout", "participant_absent_timeout"):
        if getattr(properties, name) < 0:
            yield RuleProblem(
                loc=("properties", name),
                message=f"expected at least 0 seconds, found {getattr(properties, name)}",
                rule="timeout",
            )
