"""What is refused before anything is played: what never matches or is broken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.truth.cell import Defect, Draft, Ground
from tests.truth.writing import call, turn


def refused_for_good(on: Ground) -> Iterator[Draft]:
    """What can never match, or holds of everything, is refused; its twin that can is not."""
    properties = {"q": {"type": "string"}, "n": {"type": "integer"}, "e": {"enum": ["a", "b"]}}
    tools = [on.tool(), on.tool("tell", parameters={"type": "object", "properties": properties})]
    first = call("find", {"q": on.wanted})
    rows: dict[str, tuple[dict[str, Any], bool]] = {
        "never a number": ({"never": [{"tell": {"n": 7}}]}, True),
        "never a text for a number": ({"never": [{"tell": {"n": "7"}}]}, False),
        "never one of them": ({"never": [{"tell": {"e": "a"}}]}, True),
        "never none of them": ({"never": [{"tell": {"e": "c"}}]}, False),
        "never a misspelt argument": ({"never": [{"tell": {"qq": "7"}}]}, False),
        "never a misspelt tool": ({"never": ["tel"]}, False),
        "an empty text": ({"says": ""}, False),
        "an empty text forbidden": ({"says": {"not": ""}}, False),
        "a text": ({"says": "Done"}, True),
    }
    for name, (asked, holds) in rows.items():
        yield Draft(
            name=name,
            colour="passed" if holds else "refused",
            turns=[turn(first, plays="Done.", **asked)],
            tools=tools,
        )


def tools_refused(on: Ground) -> Iterator[Draft]:
    """A schema that leads nowhere, and a tool that nobody calls within a conversation."""
    text = {"type": "string"}
    schemas: dict[str, tuple[dict[str, Any], bool]] = {
        "a reference": ({"$ref": "#/$defs/t"}, True),
        "a dangling reference": ({"$ref": "#/$defs/u"}, False),
        "a remote reference": ({"$ref": "http://127.0.0.1:9/schema.json"}, False),
        "a pattern": ({"type": "string", "pattern": "."}, True),
        "an invalid pattern": ({"type": "string", "pattern": "("}, False),
    }
    for name, (schema, holds) in schemas.items():
        parameters = {"type": "object", "properties": {"q": schema}, "$defs": {"t": text}}
        yield Draft(
            name=name,
            colour="passed" if holds else "refused",
            turns=[turn(call("find", {"q": on.wanted}))],
            tools=[on.tool(parameters=parameters)],
        )
    request = {"api": {"url": "https://shop.example.com/late"}}  # it can be nothing else
    after = {"delivery": request, "trigger_type": "post_call", "on_call": None, "on_resolve": None}
    late = {key: value for key, value in (on.tool("tell") | after).items() if value is not None}
    for name, calls in {"a tool of afterwards": ["find"], "it called within": ["tell"]}.items():
        yield Draft(
            name=name,
            colour="passed" if calls == ["find"] else "refused",
            turns=[turn(*calls)],
            tools=[on.tool(), late],
        )
    later = {"says": "Done.", "later": {"after": "8s", "says": "Are you there?"}}
    for name, more in {"later after a quiet time": {"quiet": "5s"}, "later": {}}.items():
        yield Draft(
            name=name,
            colour="passed" if more else "refused",
            turns=[turn(call("find"), plays=later, **more)],
        )


DEFECTS = (
    Defect(name="refused for good", drafts=refused_for_good),
    Defect(name="tools refused", drafts=tools_refused),
)
