"""The closed union of things that can happen in a conversation.

Events are bare facts. The recorder wraps each in an :class:`~pytest_tavus.trace.log.Entry` that
adds its place in the order. Checks read nothing else, so whatever a check needs is a field here.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from pytest_tavus.errors import Owner
from pytest_tavus.trace.facts import Decider, Deciders
from pytest_tavus.wire import HttpExchange

Decisions = Literal["scripted", "replayed", "model", "live"]
"""Who decided what the PAL said and called."""

Channel = Literal["app_message", "api"]
"""How a call reaches its handler: Tavus's `delivery.app_message` or `delivery.api`."""

ToolStatus = Literal["success", "error", "timeout", "unanswered"]
"""What became of a call. `success` and `error` are Tavus's words; `timeout` is an API delivery that
exceeded `delivery.api.timeout`; `unanswered` is an app message nobody answered."""

Failure = Literal["crash", "unreadable", "unreachable"]
"""Why a call has the status `error` although the handler did not answer with one. `crash`: it
raised, answered 5xx, or broke off. `unreadable`: it answered what Tavus cannot use. `unreachable`:
the call did not get to it. The PAL is told `error` of all of them."""

AnsweredBy = Literal["handler", "canned", "client", "client_output", "nobody"]
"""Whose answer a call got: the real handler, a canned answer, a client tool, an `output` that the
scenario gives for a client tool, or none."""


CloseReason = Literal["finished", "fault", "deadline", "cancelled"]
"""Why a conversation ended."""


def _type_tag(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]


class _Event(
    Struct,
    frozen=True,
    kw_only=True,
    tag_field="type",
    tag=_type_tag,
    forbid_unknown_fields=True,
):
    """Gives each event its `type` in a stored trace: the name of its class in snake case."""


class SessionOpened(_Event, frozen=True, kw_only=True):
    """A conversation began."""

    session: str
    "The kind of session, as named by ``--tavus-session``: `sim`."

    conversation_id: str
    pal: str
    decisions: Decisions
    deciders: Deciders | None = None
    "Who decides each fact of the conversation. `None`: as the table has it for such a session."


class UserSaid(_Event, frozen=True, kw_only=True):
    """The caller's line, as sent."""

    text: str


class PalSaid(_Event, frozen=True, kw_only=True):
    """One whole utterance of the PAL (Tavus: `conversation.utterance`, role `replica`)."""

    text: str
    inference_id: str | None = None
    filled_by: AnsweredBy | None = None
    "Whose answer the script filled the words from, or chose them by; `None`: they are literal."


class ToolCalled(_Event, frozen=True, kw_only=True):
    """The PAL decided to call a tool (Tavus: `conversation.tool_call`)."""

    call_id: str
    "Tavus's `tool_call_id`. Opaque; the identity by which everything about the call is matched."

    name: str
    arguments: str
    "JSON text, as Tavus sends it. May be empty or invalid: that too is a fact."

    channel: Channel
    inference_id: str | None = None
    filled_by: AnsweredBy | None = None
    "Whose answer the script filled the arguments from; `None`: they are literal."


class ToolDelivered(_Event, frozen=True, kw_only=True):
    """One HTTP exchange made for a call. A call can have several: a token, then a retry."""

    call_id: str
    purpose: Literal["tool", "token"]
    "`token` is the OAuth 2 token request made on behalf of the call."

    exchange: HttpExchange


class ToolResolved(_Event, frozen=True, kw_only=True):
    """What the PAL is told of a call, or that it is told nothing."""

    call_id: str
    status: ToolStatus
    output: str
    "The text handed to the PAL. Empty where nothing was."

    answered_by: AnsweredBy
    http_status: int | None = None
    "The handler's status code, where there was a response."

    reason: str | None = None
    "One sentence why a status is not `success`."

    failure: Failure | None = None
    "`None` where nothing failed but what the handler said."


class AppMessage(_Event, frozen=True, kw_only=True):
    """A Daily app message other than those the events above already stand for.

    A duplicate, late or unknown `conversation.tool_result`, for one.
    """

    direction: Literal["to_tavus", "from_tavus"]
    event_type: str
    properties: dict[str, Any]
    note: str | None = None
    "Why it stands apart: `late`, `duplicate`, `unknown id`."


class Saved(_Event, frozen=True, kw_only=True):
    """A scenario kept a value for later turns."""

    name: str
    value: Any
    "JSON data."

    filled_by: AnsweredBy | None = None
    "Whose answer it was read from; `None`: it is literal."


class Withheld(_Event, frozen=True, kw_only=True):
    """A simulated PAL was told by its script to say what it cannot know, and did not say it."""

    template: str
    "The line as the scenario wrote it."

    reason: Literal["not_in_context", "missing_path", "call_failed"]
    """`not_in_context`: `on_resolve` keeps the answer from the PAL. `missing_path`: the answer has
    no such value. `call_failed`: there is no answer."""

    path: str
    "The placeholder that could not be filled."

    call_id: str | None = None
    "The call whose answer was asked for, where there was one."


class Fault(_Event, frozen=True, kw_only=True):
    """Something outside the conversation's rules went wrong."""

    owner: Owner
    message: str
    detail: str | None = None
    "A traceback or a process's output, without a frame of ours."


class TurnEnded(_Event, frozen=True, kw_only=True):
    """Nothing more will happen in this turn; `quiet_for` seconds of silence were observed."""

    quiet_for: float = 0.0


class SessionClosed(_Event, frozen=True, kw_only=True):
    """The conversation ended."""

    reason: CloseReason


Event = (
    SessionOpened
    | UserSaid
    | PalSaid
    | ToolCalled
    | ToolDelivered
    | ToolResolved
    | AppMessage
    | Saved
    | Withheld
    | Fault
    | TurnEnded
    | SessionClosed
)

JSON_FIELDS = frozenset({"arguments", "output"})
"""The fields of events that hold text which is JSON, if all is well."""

EVENT_TYPES: tuple[type[Event], ...] = Event.__args__
"""Every event class, in the order of the union."""


def decider_of(event: Event, row: Deciders) -> Decider | None:
    """Return who decided the fact that an event is, in a session of this row."""
    match event:
        case PalSaid():
            return row.speech_decider(event.filled_by)
        case ToolCalled():
            return row.arguments_decider(event.filled_by)
        case ToolResolved():
            return row.answer_decider(event.answered_by)
        case _:
            return row.event
