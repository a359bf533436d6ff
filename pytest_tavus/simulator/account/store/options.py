"""What an account does that Tavus does not document, or does by plan: one switch each."""

from __future__ import annotations

from msgspec import Struct


class AccountOptions(Struct, frozen=True, kw_only=True):
    """The switches of one account."""

    concurrency_limit: int | None = None
    """Conversations at the same time; `None` is no limit. Tavus has one for each plan; its number
    is not told by the API, its refusal is [wild]."""

    room_url: str = "https://tavus.daily.co"
    "What a `conversation_url` begins with; the id of the conversation is its last step."

    any_face: bool = True
    """Any id is taken for that of a face. `False`: only those of the account, as at Tavus, which
    knows faces that a simulated account was never told of."""

    plain_names: bool = False
    "Punctuation is taken out of a PAL's name [wild]."

    wrapped_pal: bool = False
    """One PAL is answered as ``{"data": [...]}``, as openapi.yaml shows it [doc]; the official
    client reads it flat [client]."""

    document_seconds: float = 0
    "How long a document takes until it is ready, half of it waiting [inferred]."

    training_seconds: float = 0
    "How long a face is trained, which is hours at Tavus, and a voice, which is minutes [doc]."

    local_tools: bool = False
    "The URL of a tool may be a plain one of this machine, ``http://``; Tavus refuses it [doc]."
