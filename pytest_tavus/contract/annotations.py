"""The words in which a shape describes its fields, beside their types.

They stand in `Annotated`, where a plain text is the description that users read. Those that change
a value apply from left to right, except `Before`: the rightmost sees the value as it was written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from pytest_tavus.spans import Loc

Complain = Callable[[Loc, str, "str | None"], None]
"""Takes note of a problem: where, what, and a hint."""


class Before(Struct, frozen=True):
    """Changes what was written, or refuses it, before it is read."""

    change: Callable[[Any], Any]


class After(Struct, frozen=True):
    """Makes the run-time value of what was read. It returns one even if it complains."""

    make: Callable[[Any, Loc, Complain], Any]


class Written(Struct, frozen=True):
    """The type as it is written, if it is not the type of the run-time value."""

    form: Any


class Choice(Struct, frozen=True):
    """Picks the shape of a mapping by its keys."""

    pick: Callable[[Any], type[Any]]
    options: Callable[[], tuple[type[Any], ...]]


class Bounds(Struct, frozen=True, kw_only=True):
    """Limits of a number."""

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None


class Short(Struct, frozen=True, eq=False):
    """The JSON Schema of a short spelling of a field."""

    schema: dict[str, Any]


class Form(Struct, frozen=True, eq=False):
    """The JSON Schema of a field, in place of that of its type."""

    schema: dict[str, Any]


class Also(Struct, frozen=True, eq=False):
    """Members that the JSON Schema of a field has beside those of its type."""

    schema: dict[str, Any]


class Single(Struct, frozen=True):
    """An item may stand without its list; the JSON Schema says so, and a `Before` wraps it."""


class _Mark(Struct, frozen=True):
    name: str


BLANK: Final = _Mark("blank")
"""A null is a slip, told as such, and leaves the default. So it is for each `X | None`."""

HIDDEN: Final = _Mark("hidden")
"""The value is never shown."""

GIVEN: Final = _Mark("given")
"""The field is no key: its value comes from the loader."""
