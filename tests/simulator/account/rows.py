"""Whole records, for tests that put one into an account without a request."""

from __future__ import annotations

from pytest_tavus.simulator.account.store.rows import ConversationRow, DocumentRow, FaceRow

CREATED = "2026-09-21T14:13:20.000000Z"


def conversation_row(conversation_id: str, *, meeting_token: str) -> ConversationRow:
    return {
        "conversation_id": conversation_id,
        "conversation_name": "",
        "conversation_url": f"https://tavus.daily.co/{conversation_id}",
        "status": "active",
        "callback_url": "",
        "pal_id": "p1",
        "face_id": "r1",
        "meeting_token": meeting_token,
        "created_at": CREATED,
        "updated_at": CREATED,
    }


def document_row(document_id: str, name: str) -> DocumentRow:
    return {
        "document_id": document_id,
        "document_url": "https://example.com/guide.pdf",
        "document_name": name,
        "tags": [],
        "participant_tags": [],
        "callback_url": None,
        "custom_description": None,
        "is_customer_support_document": False,
        "font_size_aware_extraction": False,
        "status": "ready",
        "progress": None,
        "error_message": None,
        "crawl_config": None,
        "crawled_urls": [],
        "crawl_count": 0,
        "last_crawled_at": None,
        "created_at": CREATED,
        "updated_at": CREATED,
        "_begun": 0,
        "_answered_status": "ready",
    }


def face_row(face_id: str, name: str) -> FaceRow:
    """Return a trained face that is recommended."""
    return {
        "face_id": face_id,
        "face_name": name,
        "face_type": "user",
        "model_name": "phoenix-4",
        "status": "completed",
        "training_progress": "100/100",
        "error_message": None,
        "is_recommended": True,
        "tags": [],
        "observations": "",
        "thumbnail_video_url": None,
        "default_voice_id": None,
        "original_voice_id": None,
        "created_at": CREATED,
        "updated_at": CREATED,
        "_begun": 0,
        "_callback_url": None,
    }
