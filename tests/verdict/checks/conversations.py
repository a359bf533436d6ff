"""Stories that the tests of calls and the tests of rules share."""

from __future__ import annotations

from typing import Any, Literal

from pytest_tavus.trace.events import ToolStatus
from tests.verdict.checks.story import Story, tool

Place = Literal["before", "during", "after"]
"""The time of an utterance, relative to the call."""

TWO = (tool(), tool("book", parameters={"type": "object"}))
"""Two tools; the second takes any arguments."""


def story_with_calls(*calls: tuple[str, Any]) -> Story:
    """Build a turn with these calls, each with an answer."""
    story = Story().user()
    for name, arguments in calls:
        story.call(name, arguments)
    return story.pal("Here you are.").end()


def story_with_speech(
    *said: tuple[Place, str], status: ToolStatus = "success", output: str = "5"
) -> Story:
    """Build a turn with one call, and with speech around the call."""

    def at(place: Place) -> None:
        for where, text in said:
            if where == place:
                story.pal(text)

    story = Story().user()
    at("before")
    call_id = story.opens()
    at("during")
    story.resolves(call_id, output, status=status)
    at("after")
    return story.end()
