"""The JSON Schema of a shape, from the description that its reader follows."""

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

_SCALARS: Mapping[Any, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}
_BOUNDS: Mapping[str, str] = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
}
_NULL: Schema = {"type": "null"}


def schema_of(kind: type[Shape]) -> Schema:
    """Return the schema of a shape; those of the shapes in it stand under `$defs`."""
    defs: dict[str, Schema] = {}
    schema = _object_schema(kind, defs)
    return {**schema, "$defs": defs}


def describe_field(field: Field) -> str:
    """Return the description that users read."""
    return next((one for one in metadata_of(field.annotation) if isinstance(one, str)), "")


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


def _default(kind: type[Shape], field: Field) -> Any:
    """Return the value of a key that is left out, if it can be written down."""
    info = next(one for one in fields(kind) if one.name == field.name)
    if field.blank:
        return None
    return None if info.default is not NODEFAULT and info.default is None else _plain(info.default)


def _plain(default: Any) -> Any:
    return default if isinstance(default, (bool, int, float, str)) else NODEFAULT


def _form_schema(form: Any, defs: dict[str, Schema]) -> Schema:
    if metadata := metadata_of(form):
        return _annotated_schema(form.__origin__, metadata, defs)
    if form is Any:
        return {}
    if form in _SCALARS:
        return {"type": _SCALARS[form]}
    if is_union(form):
        some = [one for one in get_args(form) if one is not type(None)]
        return _any_of(*(_form_schema(one, defs) for one in some))
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
        defs[name] = {}  # a shape may hold itself
        defs[name] = _object_schema(form, defs)
    return {"$ref": f"#/$defs/{name}"}


def _annotated_schema(form: Any, metadata: tuple[Any, ...], defs: dict[str, Schema]) -> Schema:
    written = [one.form for one in metadata if isinstance(one, Written)]
    choices = [one for one in metadata if isinstance(one, Choice)]
    if choices:
        schema = _any_of(*(_form_schema(one, defs) for one in choices[-1].options()))
    else:
        schema = _form_schema(written[-1] if written else form, defs)
    for one in metadata:
        schema = _changed_schema(one, schema)
    return schema


def _changed_schema(change: Any, schema: Schema) -> Schema:
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
            given = {name: limit for name, limit in limits.items() if limit is not None}
            return dict(sorted({**schema, **given}.items()))
        case _:
            return schema


def _any_of(*schemas: Schema) -> Schema:
    """Join alternatives, those within alternatives too, each once."""
    flat: list[Schema] = []
    for one in schemas:
        for inner in one["anyOf"] if set(one) == {"anyOf"} else [one]:
            if inner not in flat:
                flat.append(inner)
    return {"anyOf": flat}
