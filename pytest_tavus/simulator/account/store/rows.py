"""Records whose fields the service writes, as types.

PALs, tools, skills, objectives, guardrails and dictionaries stay plain JSON: clients write them,
and a JSON Patch can reach into them. No answer has a field that begins with an underscore.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NotRequired, TypedDict

from pytest_tavus.contract.body import JsonDict
from pytest_tavus.contract.resources.deployment import Channel, DeploymentStatus
from pytest_tavus.contract.resources.document import DocumentStatus


class StampedRow(TypedDict):
    """A record with the times of its creation and of its last change."""

    created_at: str
    updated_at: str


class ConversationRow(StampedRow):
    """A conversation, active or ended."""

    conversation_id: str
    conversation_name: str
    conversation_url: str
    status: Literal["active", "ended"]
    callback_url: str
    pal_id: str | None
    face_id: str | None
    meeting_token: NotRequired[str]
    "Private rooms only."


class TrainedRow(TypedDict):
    """The part of a face or voice that training changes."""

    status: Literal["started", "completed"]
    _begun: float
    "Start of the training, in seconds since 1970; 0 for stock."

    _callback_url: str | None


class FaceRow(TrainedRow, StampedRow):
    """A face: Tavus's own, or trained."""

    face_id: str
    face_name: str
    face_type: Literal["system", "user"]
    model_name: str
    training_progress: str
    error_message: str | None
    is_recommended: bool
    tags: list[str]
    observations: str
    thumbnail_video_url: str | None
    default_voice_id: str | None
    original_voice_id: str | None


class VoiceRow(TrainedRow):
    """A voice: Tavus's own, or cloned."""

    voice_id: str
    voice_name: str
    voice_type: Literal["system", "user"]
    description: str | None
    tags: list[str]
    created_at: str


class DocumentRow(StampedRow):
    """A document of the knowledge base."""

    document_id: str
    document_url: str
    document_name: str
    tags: list[str]
    participant_tags: list[str]
    callback_url: str | None
    custom_description: str | None
    is_customer_support_document: bool
    font_size_aware_extraction: bool
    status: DocumentStatus
    progress: int | None
    "Percent."

    error_message: str | None
    crawl_config: dict[str, int] | None
    crawled_urls: list[str]
    crawl_count: int
    last_crawled_at: str | None
    chunks: NotRequired[list[str]]
    "Texts that replace the one chunk made of name and description."

    _begun: float
    "Start of the processing, in seconds since 1970."

    _answered_status: DocumentStatus
    "The status in the last answer or callback."


class DeploymentFields(TypedDict):
    """The fields of a deployment that a JSON Patch sees."""

    name: str | None
    status: DeploymentStatus
    allowed_origins: list[str]
    limits: dict[str, int]
    customization: JsonDict


class DeploymentRow(DeploymentFields, StampedRow):
    """A deployment."""

    deployment_id: str
    pal_id: str
    channel: Channel
    password: str | None
    _calls: list[tuple[float, str]]
    "The start of each call, in seconds since 1970, and the id of its conversation."


class HistoryMessage(TypedDict):
    """One message between the creator and the builder."""

    role: str
    content: str


class BuilderRow(StampedRow):
    """A builder session."""

    builder_id: str
    uuid: str
    name: str
    pal_id: str
    status: Literal["active", "completed"]
    chat_history: list[HistoryMessage]


class PinnedMemoryRow(TypedDict):
    """A memory that somebody pinned."""

    pinned_memory_id: str
    memory: str
    created_at: str


class MemoryStoreRow(StampedRow):
    """The memories of one PAL about one participant."""

    memory_store_id: str
    pal_id: str
    participant_tag: str
    pinned: list[PinnedMemoryRow]


def select_fields(row: Mapping[str, object], names: tuple[str, ...]) -> JsonDict:
    return {name: row[name] for name in names}
