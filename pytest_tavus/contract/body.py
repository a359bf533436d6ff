"""What all request bodies have in common: frozen, strict, closed, and tolerant of pasted nulls.

A definition may be pasted from the API, the CLI or the docs, so an optional field that reads
``null`` there is taken as absent. That is also what the official client does: it strips empty
fields before sending [client].

The modules whose models every scenario needs have no ``from __future__ import annotations``:
pydantic would compile and evaluate each annotation again, a thirtieth of the start of a run.
"""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

T = TypeVar("T")

Json = dict[str, Any]
"""A JSON object."""


def json_object(value: Any) -> Json | None:
    """Return a value that is a JSON object, and `None` in place of anything else."""
    return cast("Json", value) if isinstance(value, dict) else None


def json_list(value: Any) -> Sequence[Any] | None:
    """Return a value that is a JSON list, and `None` in place of anything else."""
    return cast("Sequence[Any]", value) if isinstance(value, list | tuple) else None


def _as_tuple(value: Any) -> Any:
    items = json_list(value)
    if items is not None:
        return tuple(items)
    raise PydanticCustomError("list_type", "Input should be a valid list")


Items = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]
"""A JSON list, kept as a tuple. Nothing but a list is taken for one."""


class Body(BaseModel):
    """A JSON object of Tavus's, as a value."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        hide_input_in_errors=True,
        defer_build=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, data: Any) -> Any:
        body = json_object(data)
        if body is None:
            return data
        return {key: value for key, value in body.items() if value is not None}
