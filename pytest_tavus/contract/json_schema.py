"""Builds the JSON Schema of a shape from the annotations that its reader follows."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from msgspec import NODEFAULT
from msgspec.structs import fields

from pytest_tavus.contract.annotations import Also, Bounds, Choice, Form, Short, Single, Written
from pytest_tavus.contract.reader import Field, is_union, metadata_of, plan_of
from pytest_tavus.contract.shape import Shape

Schema = dict[str, Any]

_SCALARS: Mapping[object, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}
_BOUNDS: Mapping[str, str] = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
}
_NULL: Schema = {"type": "null"}


def schema_of(kind: type[Shape]) -> Schema:
    """Return the schema of a shape; the schemas of inner shapes stand under `$defs`."""
    defs: dict[str, Schema] = {}
    schema = _object_schema(kind, defs)
    return {**schema, "$defs": defs}


def describe_field(field: Field) -> str:
    """Return the description that users read."""
    return next((text for text in metadata_of(field.annotation) if isinstance(text, str)), "")


def _object_schema(kind: type[Shape], defs: dict[str, Schema]) -> Schema:
    found = plan_of(kind).fields
    schema: Schema = {
        "additionalProperties": False,
        "description": inspect.cleandoc(kind.__doc__ or ""),
        "properties": {key: _field_schema(kind, field, defs) for key, field in found.items()},
        "required": [key for key, field in found.items() if field.required],
        "type": "object",
    }
    return schema if schema["required"] else {k: v for k, v in schema.items() if k != "required"}


def _field_schema(kind: type[Shape], field: Field, defs: dict[str, Schema]) -> Schema:
    schema = _form_schema(field.annotation, defs)
    if field.blank:
        schema = _any_of(schema)
    if kind.drops_nulls and not field.required:
        schema = _any_of(schema, _NULL)
    default = _default(kind, field)
    added = {} if default is NODEFAULT else {"default": default}
    if text := describe_field(field):
        added["description"] = text
    return dict(sorted({**added, **schema}.items()))


def _default(kind: type[Shape], field: Field) -> object:
    # Only a default that JSON can write is part of the schema.
    info = next(info for info in fields(kind) if info.name == field.name)
    if field.blank:
        return None
    return None if info.default is not NODEFAULT and info.default is None else _plain(info.default)


def _plain(default: object) -> object:
    return default if isinstance(default, (bool, int, float, str)) else NODEFAULT


def _form_schema(form: Any, defs: dict[str, Schema]) -> Schema:
    if metadata := metadata_of(form):
        return _annotated_schema(form.__origin__, metadata, defs)
    if form is Any:
        return {}
    if form in _SCALARS:
        return {"type": _SCALARS[form]}
    if is_union(form):
        members = [member for member in get_args(form) if member is not type(None)]
        return _any_of(*(_form_schema(member, defs) for member in members))
    return _kind_schema(form, defs)


def _kind_schema(form: Any, defs: dict[str, Schema]) -> Schema:
    origin, inner = get_origin(form), get_args(form)
    if origin is Literal:
        words: Schema = {"const": inner[0]} if len(inner) == 1 else {"enum": list(inner)}
        return {**words, "type": "string"}
    if origin is tuple:
        return {"items": _form_schema(inner[0], defs), "type": "array"}
    if origin in {dict, Mapping}:
        return {"additionalProperties": _form_schema(inner[1], defs) or True, "type": "object"}
    name = form.__name__
    if name not in defs:
        defs[name] = {}  # A shape may contain itself: the entry ends the recursion.
        defs[name] = _object_schema(form, defs)
    return {"$ref": f"#/$defs/{name}"}


def _annotated_schema(form: Any, metadata: tuple[object, ...], defs: dict[str, Schema]) -> Schema:
    # The schema describes the file, so the written type goes before the run-time type.
    written = [change.form for change in metadata if isinstance(change, Written)]
    choices = [change for change in metadata if isinstance(change, Choice)]
    if choices:
        schema = _any_of(*(_form_schema(option, defs) for option in choices[-1].options()))
    else:
        schema = _form_schema(written[-1] if written else form, defs)
    for change in metadata:
        schema = _changed_schema(change, schema)
    return schema


def _changed_schema(change: object, schema: Schema) -> Schema:
    match change:
        case Form():
            return change.schema
        case Also():
            return dict(sorted({**schema, **change.schema}.items()))
        case Single():
            return _any_of(schema["items"], dict(sorted({**schema, "minItems": 1}.items())))
        case Short():
            return _any_of(change.schema, schema)
        case Bounds():
            limits = {name: getattr(change, word) for word, name in _BOUNDS.items()}
            present = {name: limit for name, limit in limits.items() if limit is not None}
            return dict(sorted({**schema, **present}.items()))
        case _:
            return schema


def _any_of(*schemas: Schema) -> Schema:
    # Nested alternatives are flattened, and each appears once, to keep the schema short.
    flat: list[Schema] = []
    for schema in schemas:
        for inner in schema["anyOf"] if set(schema) == {"anyOf"} else [schema]:
            if inner not in flat:
                flat.append(inner)
    return {"anyOf": flat}
