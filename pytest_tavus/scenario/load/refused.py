"""Pydantic's errors as values: what a model refuses, where, and what it expects instead.

Readers of files and of request bodies put the same refusal into words of their own. Neither knows
pydantic's names of errors, nor the tags in its paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pytest_tavus.contract.refusal import Kind, Refusal
from pytest_tavus.spans import Loc

_ERRORS: Mapping[str, tuple[Kind, str]] = {
    "missing": ("missing key", ""),
    "extra_forbidden": ("unknown key", ""),
    "invalid_key": ("key", ""),
    "literal_error": ("word", ""),
    "union_tag_not_found": ("no tag", ""),
    "union_tag_invalid": ("tag", ""),
    "string_type": ("kind", "text"),
    "int_type": ("kind", "a whole number"),
    "float_type": ("kind", "a number"),
    "bool_type": ("kind", "true or false"),
    "list_type": ("kind", "a list"),
    "dict_type": ("kind", "a mapping"),
    "model_type": ("kind", "a mapping"),
    "model_attributes_type": ("kind", "a mapping"),
    "greater_than_equal": ("bound", "at least"),
    "greater_than": ("bound", "more than"),
    "less_than_equal": ("bound", "at most"),
    "less_than": ("bound", "less than"),
}
"""By pydantic's name of an error: its kind, and the expected value in words."""


def refusals(error: ValidationError, model: type[BaseModel]) -> Iterator[Refusal]:
    """Yield what `model` refused."""
    return (_refusal(model, detail) for detail in error.errors(include_url=False))


def _refusal(model: type[BaseModel], detail: ErrorDetails) -> Refusal:
    context: dict[str, Any] = detail.get("ctx", {})
    kind, expected = _ERRORS.get(detail["type"], ("other", ""))
    loc, owner, choices = _follow(model, detail["loc"], is_unknown=kind == "unknown key")
    expected = context.get("expected", expected)
    known: Iterable[str] = ()
    if kind == "unknown key":
        known = (field.alias or name for name, field in owner.model_fields.items())
    elif kind in {"no tag", "tag"}:
        known = filter(None, map(_tag, choices))
    elif kind == "word":
        known = (word.strip("' ") for word in expected.replace(" or ", ", ").split(","))
    return Refusal(
        kind=kind,
        loc=loc,
        owner=owner,
        found=context.get("tag", detail["input"]),
        expected=expected,
        limit=next((context[bound] for bound in ("ge", "gt", "le", "lt") if bound in context), 0),
        known=tuple(known),
        message=detail["msg"],
        hint=context.get("hint"),
    )


def _follow(
    model: type[BaseModel], path: Loc, *, is_unknown: bool
) -> tuple[Loc, type[BaseModel], Sequence[type[BaseModel]]]:
    """Return a path without tags, the model that holds its end, and the models that may be there.

    Below free data, the innermost model stands for all that it holds.
    """
    loc: Loc = ()
    owner, choices = model, [model]
    for index, step in enumerate(path):
        tagged = [one for one in choices if _tag(one) == step] if len(choices) > 1 else []
        if tagged and not (is_unknown and index == len(path) - 1):
            choices = tagged
            continue
        loc, owner = (*loc, step), choices[0]
        owner.model_rebuild()  # nobody may have used it alone, so its fields may be mere names
        fields = {field.alias or name: field for name, field in owner.model_fields.items()}
        if step in fields:
            choices = list(_models(fields[str(step)].annotation)) or choices
    return loc, owner, choices


def _tag(model: type[BaseModel]) -> str | None:
    """Return the word by which pydantic tells this model from others in its place."""
    kind = model.model_fields.get("type")
    return getattr(model, "union_tag", None) if kind is None else kind.default


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
