"""The brain port: what decides for a simulated PAL.

A brain is asked for one inference at a time and knows what the PAL knows, no more: an answer that
`on_resolve` keeps from the PAL is not in its context.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from msgspec import Struct, field

from pytest_tavus.trace.events import AnsweredBy, Decisions, ToolStatus, Withheld


class CallIntent(Struct, frozen=True, kw_only=True):
    """A tool call the brain wants made."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    raw_arguments: str | None = None
    "The arguments as a model wrote them, where that is no JSON object; `arguments` is then empty."

    filled_by: AnsweredBy | None = None
    "Whose answer a script filled the arguments from."


class Inference(Struct, frozen=True, kw_only=True):
    """What the brain comes to: words, calls, or both."""

    words: str | None = None
    "Beside calls: the model's own words that go with them. Otherwise: the reply."

    filled_by: AnsweredBy | None = None
    "Whose answer a script filled the words from, or chose them by."

    calls: tuple[CallIntent, ...] = ()
    "Made at the same time."

    unfinished: bool = False
    "There is more to come after these calls, whether or not a reply is called for."

    withheld: tuple[Withheld, ...] = ()
    "What the script wanted said and the PAL cannot know."

    trouble: str | None = None
    "What is wrong with this inference, in a sentence, although it is used as far as it goes."


class Answer(Struct, frozen=True, kw_only=True):
    """What became of a call, as far as the PAL can know."""

    call_id: str
    tool: str
    arguments: Mapping[str, Any]
    status: ToolStatus | None
    "`None`: the PAL is not told, or not yet."

    known: bool
    "The output is in the PAL's context."

    output: str = ""
    answered_by: AnsweredBy | None = None
    "Whose answer it is; no brain says it, but a script says what it was filled from."

    filled_by: AnsweredBy | None = None
    "Whose answer the arguments were filled from."


class SpokenLine(Struct, frozen=True, kw_only=True):
    """What was said aloud at one time, and the calls that were made with it."""

    by: Literal["user", "pal"]
    text: str
    "What was really heard: `on_call` may have put other words in the model's place, or none."

    calls: tuple[Answer, ...] = ()
    """As the model made them. Their answers are in `Moment.answers` and `earlier_answers`; a call
    of a turn that was cut short may be in neither."""


class Moment(Struct, frozen=True, kw_only=True):
    """What the PAL knows when it is asked for an inference."""

    turn: int
    "Counted from 1."

    user: str
    step: int
    "How many inferences this turn has had before."

    answers: tuple[Answer, ...]
    "The calls of this turn, in the order they were made."

    earlier_answers: tuple[Answer, ...]
    "Calls of earlier turns, in the order in which they were resolved; it only ever grows."

    said: Sequence[SpokenLine] = ()
    "Everything said so far, `user` included. Grows as the conversation goes on."

    context: str = ""
    "What the PAL was given beside its prompt, as it stands now: see `Conversation.context`."


class Unprompted(Struct, frozen=True, kw_only=True):
    """What the PAL does unasked when its turn is over."""

    after: float
    "Seconds after the turn's last event."

    inference: Inference
    "Without calls."


class Brain(Protocol):
    """Decides what a simulated PAL says and calls."""

    decisions: Decisions
    "The provenance of its decisions."

    async def infer(self, moment: Moment) -> Inference:
        """Return what the PAL says or calls next."""
        ...

    def infer_unprompted(self, moment: Moment) -> Unprompted | None:
        """Return what the PAL says unasked after the turn of `moment`, which is over."""
        ...
