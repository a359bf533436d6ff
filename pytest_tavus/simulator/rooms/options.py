"""How conversations are served: what of Tavus's behaviour is unknown or can be had both ways."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field


class CallbackOptions(Struct, frozen=True, kw_only=True):
    """How callbacks are sent. Tavus documents neither retries nor an order [unknown]."""

    within: float = 10.0
    "Seconds of real time that a receiver has to answer."

    attempts: int = 1
    "How often one is sent that does not arrive."

    retry_after: float = 1.0
    "Seconds between attempts, by the server's clock."

    copies: int = 1
    "How often each is delivered: 2 tries a receiver that must bear duplicates."

    objective_shape: Literal["flat", "nested"] = "flat"
    "Where objective and guardrail callbacks have their fields; both are seen [wild]."

    guardrail_event: str = "conversation.guardrail.triggered"
    "Ours: the event's name is not known [inferred]."


class LiveOptions(Struct, frozen=True, kw_only=True):
    """How conversations are served. The defaults are the likeliest Tavus."""

    dual_roles: bool = False
    "Send each utterance of the PAL a second time, with role `pal` [wild]."

    streaming: bool = False
    "Send `conversation.utterance.streaming` before each utterance of the PAL [doc]."

    speaking: bool = True
    "Send `started_speaking` and `stopped_speaking`; never in chat, which has no voice [inferred]."

    older_speaking: bool = False
    "Send the older forms beside them, as `conversation.replica.started_speaking` [client]."

    heartbeat: float | None = None
    "Seconds between `system.replica_present` messages; Tavus sends about one a second [wild]."

    refuse_oversized: bool = False
    "Refuse a message of more than 4096 bytes, and drop one of Tavus's own; else warn [wild]."

    tool_window: float | None = None
    "Seconds after which a call that the client has not answered is given up; `None`: never [doc]."

    tool_warning: float = 10.0
    "Seconds after which such a call is worth a warning."

    lines_wait: bool = False
    """Whether a line waits while the PAL waits for a client's tool result; otherwise that turn is
    given up, since the client may never answer [inferred]."""

    open_calls: int = 64
    "Unanswered calls that a conversation keeps; the oldest drops out of the context [doc]."

    waiting_lines: int = 64
    "Lines that may wait for the PAL; further ones are refused."

    conversation_bytes: int = 16 * 2**20
    """Memory that the events of one conversation may take. Beyond it, messages, lines and
    perceptions are refused; the conversation goes on until it is ended."""

    participants: int = 32
    "Who may be in a room at the same time; the face is not counted."

    chat_ends_when_left: bool = False
    """Whether a `participant_left_timeout` of 0 ends a chat. The official client leaves after each
    turn and goes on [client], so it cannot [inferred]."""

    shuffle_end: bool = False
    "What follows the end comes in another order each time; the same for the same seed."

    analysis: str = "A simulated call: nothing was seen or heard."
    "The text of `application.perception_analysis`."

    callbacks: CallbackOptions = field(default_factory=CallbackOptions)
