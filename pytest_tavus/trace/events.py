"""The closed union of events of a conversation.

The recorder wraps each event in an :class:`~pytest_tavus.trace.log.Entry` with its position and
time. Checks read nothing but the trace, so an event has a field for everything that a check needs.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from pytest_tavus.errors import Owner
from pytest_tavus.trace.facts import Decider, Deciders
from pytest_tavus.wire import HttpExchange

Decisions = Literal["scripted", "replayed", "model", "live"]
"""The kind of source that decides the PAL's words and calls."""

Channel = Literal["app_message", "api"]
"""The way of a call to its handler: Tavus's `delivery.app_message` or `delivery.api`."""

ToolStatus = Literal["success", "error", "timeout", "unanswered"]
"""The outcome of a call. `success` and `error` are Tavus's words; `timeout` is an API delivery that
exceeded `delivery.api.timeout`; `unanswered` is an app message without an answer."""

Failure = Literal["crash", "unreadable", "unreachable"]
"""Why a call has the status `error` although the handler did not answer with an error. `crash`: the
handler raised, answered 5xx, or broke off. `unreadable`: Tavus cannot use its answer.
`unreachable`: the call did not reach it. The PAL hears `error` for all three."""

AnsweredBy = Literal["handler", "canned", "client", "client_output", "nobody"]
"""The source of an answer: the real handler, a canned answer, a client tool, or an `output` that
the scenario gives for a client tool; `nobody` if there is no answer."""


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
    "The deciders of the conversation's facts. `None`: the row of the table for this session."


class UserSaid(_Event, frozen=True, kw_only=True):
    """The caller's line, as sent."""

    text: str


class PalSaid(_Event, frozen=True, kw_only=True):
    """One whole utterance of the PAL (Tavus: `conversation.utterance`, role `replica`)."""

    text: str
    inference_id: str | None = None
    filled_by: AnsweredBy | None = None
    "The answer that filled or selected the words of the script; `None` for literal words."


class ToolCalled(_Event, frozen=True, kw_only=True):
    """The PAL decided to call a tool (Tavus: `conversation.tool_call`)."""

    call_id: str
    "Tavus's `tool_call_id`. Opaque; all other events of the call carry the same id."

    name: str
    arguments: str
    "JSON text, as Tavus sends it. Invalid or empty text is recorded as it is."

    channel: Channel
    inference_id: str | None = None
    filled_by: AnsweredBy | None = None
    "The answer that filled the arguments of the script; `None` for literal arguments."


class ToolDelivered(_Event, frozen=True, kw_only=True):
    """One HTTP exchange of a call. A call can have several: a token request, then a retry."""

    call_id: str
    purpose: Literal["tool", "token"]
    "`token` is the OAuth 2 token request on behalf of the call."

    exchange: HttpExchange


class ToolResolved(_Event, frozen=True, kw_only=True):
    """The outcome of a call, as the PAL hears it."""

    call_id: str
    status: ToolStatus
    output: str
    "The text handed to the PAL. Empty if the PAL gets none."

    answered_by: AnsweredBy
    http_status: int | None = None
    "The handler's status code, if there was a response."

    reason: str | None = None
    "One sentence why a status is not `success`."

    failure: Failure | None = None
    "`None` for a success, and for an error that the handler itself answered."


class AppMessage(_Event, frozen=True, kw_only=True):
    """A Daily app message without an event type of its own.

    An example is a duplicate, late or unknown `conversation.tool_result`.
    """

    direction: Literal["to_tavus", "from_tavus"]
    event_type: str
    properties: dict[str, Any]
    note: str | None = None
    "Why the message had no effect: `late`, `duplicate`, `unknown id`."


class Saved(_Event, frozen=True, kw_only=True):
    """A scenario kept a value for later turns."""

    name: str
    value: Any
    "JSON data."

    filled_by: AnsweredBy | None = None
    "The answer that the value comes from; `None` for a literal value."


class Withheld(_Event, frozen=True, kw_only=True):
    """A simulated PAL did not say a line of its script, because it cannot know a value in it."""

    template: str
    "The line of the scenario, with its placeholders."

    reason: Literal["not_in_context", "missing_path", "call_failed"]
    """`not_in_context`: `on_resolve` keeps the answer from the PAL. `missing_path`: the answer has
    no such value. `call_failed`: there is no answer."""

    path: str
    "The placeholder that could not be filled."

    call_id: str | None = None
    "The call whose answer the placeholder names, if there was one."


class Fault(_Event, frozen=True, kw_only=True):
    """An error outside the conversation's rules."""

    owner: Owner
    message: str
    detail: str | None = None
    "A traceback or a process's output, without frames of this package."


class TurnEnded(_Event, frozen=True, kw_only=True):
    """The end of a turn. No event follows in this turn."""

    quiet_for: float = 0.0
    "Seconds of observed silence."


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
"""The fields of events that hold JSON text, unless a PAL or a handler made a mistake."""

EVENT_TYPES: tuple[type[Event], ...] = Event.__args__
"""Every event class, in the order of the union."""


def decider_of(event: Event, row: Deciders) -> Decider | None:
    """Return the decider of an event, from the session's row of the table."""
    match event:
        case PalSaid():
            return row.speech_decider(event.filled_by)
        case ToolCalled():
            return row.arguments_decider(event.filled_by)
        case ToolResolved():
            return row.answer_decider(event.answered_by)
        case _:
            return row.event
