"""A turn: the line of the caller, its expectations, and the plays of the simulated PAL.

Each class describes a part of the language and is its run-time value: the loader, the JSON Schema
and the reference page read its annotations.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import field

from pytest_tavus.contract.annotations import BLANK, After, Before, Form, Short, Written
from pytest_tavus.contract.event_types import EVENT_TYPES
from pytest_tavus.contract.refusal import refuse
from pytest_tavus.scenario.text.plain import mapping
from pytest_tavus.scenario.values.call_values import (
    EXPECTED,
    NOTHING,
    SAVE,
    Arguments,
    Calls,
    Never,
    PlayedCalls,
)
from pytest_tavus.scenario.values.checks import (
    build_text_expectations,
    build_word_set,
    check_patterns,
    word_test,
)
from pytest_tavus.scenario.values.forms import (
    FILLED_TEXT,
    OneOrMany,
    Part,
    Seconds,
    Text,
    text_stands_for,
    values_stand_for,
)
from pytest_tavus.spans import Loc

UncheckedRule = Literal["on_call", "on_resolve", "argument_schema"]
"""Rules that are checked by default and that `unchecked:` can switch off."""

Unchecked = Annotated[
    frozenset[UncheckedRule],
    BLANK,
    Written(OneOrMany[UncheckedRule]),
    After(build_word_set),
]
Extra = Annotated[bool, BLANK, Written(Literal["allowed", "refused"]), word_test("allowed")]
"""The file has `allowed` or `refused`; the value is a boolean."""


TextOrMatcher = Annotated[Any, Form({"anyOf": [{"type": "string"}, {"x-short": "Matcher"}]})]
Heard = Annotated[OneOrMany[TextOrMatcher], After(build_text_expectations)]


class SpeechExpectation(Part, frozen=True, kw_only=True):
    """What must and must not be heard in a turn.

    Short: a text, a matcher, or a list of them, to contain.
    """

    part = "says"

    at: Loc
    contains: Annotated[
        Heard,
        "Texts or matchers; each must be in what the PAL says. Case does not matter.",
    ] = ()
    excludes: Annotated[Heard, "Texts or matchers that must not be heard."] = field(
        default=(), name="not"
    )
    equals: Annotated[Text | None, "All that the PAL says in the turn, joined by one space."] = None
    matches: Annotated[
        OneOrMany[Text], After(check_patterns), "Regular expressions, searched for."
    ] = ()


class EventExpectation(Part, frozen=True, kw_only=True):
    """A Tavus event: its type, `{type: {property: value}}`, or `{absent: type}`."""

    part = "an event"

    at: Loc
    event_type: Annotated[Text, "Tavus's name of the event."]
    properties: Annotated[
        Arguments, EXPECTED, "What its properties must be, as a recursive subset."
    ] = field(default_factory=dict[str, Any])
    absent: Annotated[bool, "It must not be seen."] = False


def _expand_event(value: object) -> object:
    if isinstance(value, str):
        return {"event_type": value}
    entry = mapping(value)
    if entry is None or "event_type" in entry:
        return value
    if isinstance(entry.get("absent"), str) and len(entry) == 1:
        return {"event_type": entry["absent"], "absent": True}
    if len(entry) != 1:
        refuse(
            "an event entry names one event",
            hint="write the type alone, {type: {property: value}}, or {absent: type}",
        )
    ((event_type, properties),) = entry.items()
    return {"event_type": event_type, "properties": properties}


Events = OneOrMany[
    Annotated[
        EventExpectation,
        Before(_expand_event),
        Short({"enum": sorted(EVENT_TYPES), "type": "string"}),
        Short({"x-short": "ShortEvent"}),
    ]
]


class PlayedLater(Part, frozen=True, kw_only=True):
    """A line that the simulated PAL says unasked, after its turn."""

    part = "later"

    at: Loc
    after: Annotated[Seconds, "Time after the turn's last event."]
    says: Annotated[Text, "The line."]


class Plays(Part, frozen=True, kw_only=True):
    """What the simulated PAL does in a turn. Short: the text of its reply."""

    part = "plays"

    at: Loc
    calls: Annotated[
        PlayedCalls,
        "The calls it makes, one after the other; `parallel: [...]` for several at "
        "once; `none` for no call. Left out: the expected calls.",
    ] = None
    before: Annotated[
        Text | None, "Its own words beside the call; its filler, where it has one."
    ] = None
    says: Annotated[
        Text | None,
        "Its reply. `{order_id}` reads the calls' arguments, `{result.eta}` the last "
        "answer, `{results.<tool>.eta}` the answer of one tool.",
    ] = None
    on_error: Annotated[Text | None, "Its reply where a call failed."] = None
    later: Annotated[PlayedLater | None, "A line that comes unasked."] = None


class Turn(Part, frozen=True, kw_only=True):
    """One line of the caller, and what must follow."""

    part = "a turn"

    at: Loc
    user: Annotated[Text, "What the caller says."]
    calls: Annotated[
        Calls,
        "The calls that must be seen, in this order, and no others; `none` for no "
        "call, which is also what leaving it out means.",
    ] = None
    says: Annotated[
        SpeechExpectation | None,
        BLANK,
        Before(values_stand_for("contains")),
        Short(FILLED_TEXT),
        Short({"minItems": 1, "type": "array"}),
        "What must be heard from the PAL.",
    ] = None
    plays: Annotated[
        Plays | None,
        BLANK,
        Before(text_stands_for("says")),
        Short(FILLED_TEXT),
        "What a simulated PAL says and calls.",
    ] = None
    events: Annotated[Events, "Tavus events that must be seen."] = ()
    within: Annotated[
        Seconds | None, "Time from the caller's line to the PAL's last utterance."
    ] = None
    quiet: Annotated[Seconds | None, "Time after the turn in which the PAL must do nothing."] = None
    never: Annotated[Never, "Calls that must not be seen."] = ()
    extra: Annotated[Extra, "`allowed`: other calls than the expected ones are accepted."] = False
    save: Annotated[
        Mapping[str, str], BLANK, *SAVE, "Values to keep, read from the turn's last call."
    ] = NOTHING
    unchecked: Annotated[Unchecked, "Rules that are not checked in this turn."] = frozenset()
