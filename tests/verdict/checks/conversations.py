"""Whole conversations that the tests of calls and of rules have in common."""

from __future__ import annotations

from typing import Any, Literal

from pytest_tavus.trace.events import ToolStatus
from tests.verdict.checks.story import Story, tool

Place = Literal["before", "during", "after"]
"""Where something is said, as seen from the call."""

TWO = (tool(), tool("book", parameters={"type": "object"}))
"""Two tools, of which the second takes whatever it is given."""


def heard(*calls: tuple[str, Any]) -> Story:
    """Make these calls in one turn, and have each answered."""
    story = Story().user()
    for name, arguments in calls:
        story.call(name, arguments)
    return story.pal("Here you are.").end()


def conversation(
    *said: tuple[Place, str], status: ToolStatus = "success", output: str = "5"
) -> Story:
    """Make one call, and have things said around it."""

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
