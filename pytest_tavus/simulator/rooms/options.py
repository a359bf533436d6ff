"""Options of served conversations, where Tavus's behaviour is unknown or has two forms."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field


class CallbackOptions(Struct, frozen=True, kw_only=True):
    """Delivery of callbacks. Tavus documents neither retries nor an order [unknown]."""

    within: float = 10.0
    "Seconds of real time in which a receiver must answer."

    attempts: int = 1
    "Attempts to send a callback that does not arrive."

    retry_after: float = 1.0
    "Seconds between attempts, by the server's clock."

    copies: int = 1
    "Deliveries of each callback: 2 tests whether the receiver tolerates duplicates."

    objective_shape: Literal["flat", "nested"] = "flat"
    "Nested: objective and guardrail callbacks have `properties`; both were seen [wild]."

    guardrail_event: str = "conversation.guardrail.triggered"
    "This project's own: Tavus's name of the event is unknown [inferred]."


class LiveOptions(Struct, frozen=True, kw_only=True):
    """Options of all conversations of a server. The defaults are Tavus's likeliest behaviour."""

    dual_roles: bool = False
    "Send each utterance of the PAL a second time, with role `pal` [wild]."

    streaming: bool = False
    "Send `conversation.utterance.streaming` before each utterance of the PAL [doc]."

    speaking: bool = True
    "Send `started_speaking` and `stopped_speaking`; never in chat, which has no voice [inferred]."

    older_speaking: bool = False
    "Also send the older forms, such as `conversation.replica.started_speaking` [client]."

    heartbeat: float | None = None
    "Seconds between `system.replica_present` messages; Tavus sends about one a second [wild]."

    refuse_oversized: bool = False
    "Refuse or drop messages of more than 4096 bytes; otherwise only warn [wild]."

    tool_window: float | None = None
    "Seconds until a call without a result from the client is given up; `None`: never [doc]."

    tool_warning: float = 10.0
    "Seconds until a call without a result causes a warning."

    lines_wait: bool = False
    """Whether a line waits while the PAL waits for a client's tool result. Otherwise the line cuts
    that turn short, because the client may never answer [inferred]."""

    open_calls: int = 64
    "Unanswered calls that a conversation keeps; the oldest call drops out of the context [doc]."

    waiting_lines: int = 64
    "Lines that may wait for the PAL; further lines are refused."

    conversation_bytes: int = 16 * 2**20
    """Memory that the events of one conversation may take. Beyond it, messages, lines and
    perceptions are refused; the conversation goes on until it is ended."""

    participants: int = 32
    "Participants in a room at the same time, without the face."

    chat_ends_when_left: bool = False
    """Whether a `participant_left_timeout` of 0 ends a chat. The official client leaves after each
    turn and continues [client], so by default the chat stays open [inferred]."""

    shuffle_end: bool = False
    "Shuffle the callbacks and post-call tools of the end, in the same way for the same seed."

    analysis: str = "A simulated call: nothing was seen or heard."
    "The text of `application.perception_analysis`."

    callbacks: CallbackOptions = field(default_factory=CallbackOptions)
