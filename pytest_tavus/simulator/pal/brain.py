"""The port of the brain, which decides for a simulated PAL, one inference at a time.

A brain knows no more than the PAL: an answer that `on_resolve` keeps from the PAL is not in the
brain's context.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct, field

from pytest_tavus.json_data import Json, JsonMapping
from pytest_tavus.trace.events import AnsweredBy, Decisions, ToolStatus, Withheld


class CallIntent(Struct, frozen=True, kw_only=True):
    """A tool call that the brain asks for."""

    tool: str
    arguments: JsonMapping = field(default_factory=dict[str, Json])
    raw_arguments: str | None = None
    "The text of the model if it is no JSON object; `arguments` is then empty."

    filled_by: AnsweredBy | None = None
    "Whose answer a script filled the arguments from."


class Inference(Struct, frozen=True, kw_only=True):
    """One decision of the brain: words, calls, or both."""

    words: str | None = None
    "With calls: the model's own words beside the calls. Without calls: the reply."

    filled_by: AnsweredBy | None = None
    "Whose answer filled the words of a script, or decided between its lines."

    calls: tuple[CallIntent, ...] = ()
    "Calls that are made at the same time."

    unfinished: bool = False
    "Another inference follows these calls, even if the PAL owes no reply."

    withheld: tuple[Withheld, ...] = ()
    "Lines and arguments of the script that need a value which the PAL does not know."

    trouble: str | None = None
    "A sentence on a fault of this inference; the rest of the inference is used."


class Answer(Struct, frozen=True, kw_only=True):
    """The outcome of a call, as far as the PAL knows."""

    call_id: str
    tool: str
    arguments: JsonMapping
    status: ToolStatus | None
    "`None`: the PAL does not know, or not yet."

    known: bool
    "The output is in the PAL's context."

    output: str = ""
    answered_by: AnsweredBy | None = None
    "Whose answer this is: no brain says so aloud, but a script marks its words with the source."

    filled_by: AnsweredBy | None = None
    "Whose answer the arguments were filled from."


class SpokenLine(Struct, frozen=True, kw_only=True):
    """Words that were said aloud, and the calls of the same inference."""

    by: Literal["user", "pal"]
    text: str
    "The words heard: `on_call` may have replaced or dropped the model's own."

    calls: tuple[Answer, ...] = ()
    """Without outcomes, which are in `Moment.answers` or `earlier_answers`, or in neither if the
    turn was cut short."""


class Moment(Struct, frozen=True, kw_only=True):
    """The knowledge of the PAL at one inference."""

    turn: int
    "Counted from 1."

    user: str
    step: int
    "Inferences of this turn so far."

    answers: tuple[Answer, ...]
    "The calls of this turn, in call order."

    earlier_answers: tuple[Answer, ...]
    "Calls of earlier turns, in the order of their resolution; later moments only append."

    said: Sequence[SpokenLine] = ()
    "Everything said so far, `user` included. The sequence grows during the conversation."

    context: str = ""
    "The current context beside the prompt: see `PalConversation.context`."


class Unprompted(Struct, frozen=True, kw_only=True):
    """A line that the PAL says unprompted after its turn."""

    after: float
    "Seconds after the turn's last event."

    inference: Inference
    "Without calls."


class Brain(Protocol):
    """Decides for one simulated PAL."""

    decisions: Decisions
    "The provenance of its decisions."

    async def infer(self, moment: Moment) -> Inference:
        """Return the next words or calls of the PAL."""
        ...

    def infer_unprompted(self, moment: Moment) -> Unprompted | None:
        """Return the unprompted line after the turn of `moment`, which is over."""
        ...
