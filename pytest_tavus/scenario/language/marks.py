"""The models of pytest marks: `skip` and `xfail` with a reason, or a mark of the user's own."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from pytest_tavus.scenario.language.shapes import BuildSpec, OneOrMany, Part, Text, refuse, short
from pytest_tavus.scenario.text.plain import mapping
from pytest_tavus.scenario.values.model import Mark


class MarkDocument(Part):
    """A mark: its name, or `{skip: reason}`, or `{xfail: reason}`."""

    part = "a mark"
    builds = BuildSpec(Mark)

    name: Text = Field(description="The mark's name.")
    reason: Text | None = Field(default=None, description="Why; needed for skip and xfail.")


def _expand(value: Any) -> Any:
    if isinstance(value, str):
        if value in {"skip", "xfail"}:
            refuse(f"{value} needs a reason", hint=f"write {value}: <why>")
        return _mark_entry(value, None)
    entry = mapping(value)
    if entry is None or len(entry) != 1:
        return refuse("a mark is a name, or one of skip and xfail with a reason")
    ((name, reason),) = entry.items()
    if name not in {"skip", "xfail"}:
        refuse(f"only skip and xfail take a reason, not {name!r}", hint=f"write - {name}")
    if not isinstance(reason, str) or not reason.strip():
        refuse(f"{name} needs a reason", hint=f"write {name}: <why>")
    return _mark_entry(name, reason)


def _mark_entry(name: str, reason: str | None) -> dict[str, Any]:
    if not name.isidentifier():
        refuse(f"{name!r} cannot be the name of a pytest mark", hint="use letters, digits and _")
    return {"name": name} if reason is None else {"name": name, "reason": reason}


def _expand_mapping(value: Any) -> Any:
    """Read `{skip: reason}` in place of a list with it."""
    entry = mapping(value)
    return [{key: item} for key, item in entry.items()] if entry else value


Marks = Annotated[
    OneOrMany[
        Annotated[
            MarkDocument,
            BeforeValidator(_expand),
            short({"type": "string", "minLength": 1}),
            short({"x-short": "ShortMark"}),
        ]
    ],
    BeforeValidator(_expand_mapping),
]
