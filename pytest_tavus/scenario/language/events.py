"""The model of a Tavus event that must be, or must not be, among those of a turn."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from pytest_tavus.contract.event_types import EVENT_TYPES
from pytest_tavus.scenario.language.calls import Arguments
from pytest_tavus.scenario.language.shapes import BuildSpec, OneOrMany, Part, Text, refuse, short
from pytest_tavus.scenario.text.plain import mapping
from pytest_tavus.scenario.values.matcher_values import build_expected
from pytest_tavus.scenario.values.turn_values import EventExpectation


class EventDocument(Part):
    """A Tavus event: its type, `{type: {property: value}}`, or `{absent: type}`."""

    part = "an event"
    builds = BuildSpec(EventExpectation, properties=build_expected)

    event_type: Text = Field(description="Tavus's name of the event.")
    properties: Arguments = Field(
        default_factory=dict[str, Any],
        description="What its properties must be, as a recursive subset.",
    )
    absent: bool = Field(default=False, description="It must not be seen.")


def _expand(value: Any) -> Any:
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
        EventDocument,
        BeforeValidator(_expand),
        short({"type": "string", "enum": sorted(EVENT_TYPES)}),
        short({"x-short": "ShortEvent"}),
    ]
]
