"""Reads plain data into shapes: frozen structs whose annotations define the allowed data.

The reader converts no value and accepts no unknown key. It finds all problems of the data in one
pass, in the order of the fields. It inspects a shape once, at the first value of the shape.
"""

# Modules with shapes that each run needs have no `from __future__ import annotations`: Python
# would compile and evaluate the text of each annotation again.

import types
import typing
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin

from msgspec import NODEFAULT, Struct

from pytest_tavus.contract.annotations import (
    BLANK,
    GIVEN,
    HIDDEN,
    After,
    Before,
    Bounds,
    Choice,
    Written,
)
from pytest_tavus.contract.refusal import Refusal, RefusedError, ShapeError
from pytest_tavus.contract.shape import (
    BAD_TEXT,
    INVALID,
    SCALARS,
    Notes,
    Read,
    Shape,
    bounded_reader,
    changed_reader,
    is_unicode,
    list_reader,
    made_reader,
    mapping_reader,
    optional_reader,
    read_anything,
    word_reader,
)
from pytest_tavus.spans import Loc

S = TypeVar("S", bound=Shape)


def read(kind: type[S], data: object) -> S:
    """Return data as a value.

    Raises:
        ShapeError: with every refusal of the shape.

    """
    notes = Notes()
    value: S = plan_of(kind).read(data, (), notes)
    if notes.refusals:
        raise ShapeError(notes.refusals)
    return value


class Field(Struct):
    """One key of a shape, with the reader of its values."""

    # The reader is built at the first value of the key, because most keys never appear.

    name: str
    key: str
    annotation: Any
    required: bool
    reader: Read | None = None

    @property
    def blank(self) -> bool:
        """Whether the reader notes a null as a mistake."""
        return _is_blank(self.annotation)

    @property
    def optional(self) -> bool:
        """Whether the value itself may be null."""
        return is_union(form := _bare(self.annotation)) and type(None) in get_args(form)

    def read(self, value: object, at: Loc, notes: Notes) -> Any:
        """Return the value of this key, or `INVALID` after a refusal."""
        if self.reader is None:
            self.reader = reader_of(self.annotation)
        return self.reader(value, at, notes)


class Plan:
    """Reads the mappings of one shape."""

    def __init__(self, kind: type[Shape]) -> None:
        self.kind = kind
        self.fields = {field.key: field for field in _fields(kind)}
        self._required = [field for field in self.fields.values() if field.required]
        # Most shapes override neither hook; a flag is cheaper than an empty call per mapping.
        self._rewrites = kind.rewrite.__func__ is not Shape.rewrite.__func__  # type: ignore[attr-defined]
        self._checks = kind.check.__func__ is not Shape.check.__func__  # type: ignore[attr-defined]
        names = kind.__struct_fields__
        self._has_place = "at" in names
        self._expects = [name[8:] for name in names if name.startswith("expects_")]

    @property
    def hidden(self) -> frozenset[str]:
        """The fields whose values no message shows."""
        return frozenset(f.name for f in self.fields.values() if _is_hidden(f.annotation))

    def read(self, data: object, at: Loc, notes: Notes, **fallbacks: Any) -> Any:
        """Return data as a value; `fallbacks` are values for fields that the data leaves out."""
        if not isinstance(data, dict):
            return data if isinstance(data, self.kind) else self._refuse_kind(data, at, notes)
        before = len(notes.blanks)
        values = self.read_fields(cast("dict[str, Any]", data), at, notes)
        if values is INVALID:
            return INVALID
        blank = {loc[-1] for loc in notes.blanks[before:] if len(loc) == len(at) + 1}
        return self._build(values, at, fallbacks, blank)

    def _build(
        self, values: dict[str, Any], at: Loc, arguments: dict[str, Any], blank: set[Any]
    ) -> Any:
        for name in self._expects:
            arguments[f"expects_{name}"] = name in values
        if self._has_place:
            arguments["at"] = at
        left_out = {field.name for key in blank if not (field := self.fields[key]).optional}
        arguments |= {name: value for name, value in values.items() if name not in left_out}
        value = self.kind(**arguments)
        if self.kind.keeps_written:
            # The struct is frozen, so the names go past its `__setattr__`.
            vars(value)["_written"] = frozenset(values)
        return value

    def read_fields(self, data: dict[str, Any], at: Loc, notes: Notes) -> Any:
        """Return the written values by field, or `INVALID`; a blank key reads `None`."""
        outer, notes.owner = notes.owner, self.kind
        before = len(notes.refusals)
        values: Any = dict[str, Any]()
        try:
            if self._rewrites:
                data = self.kind.rewrite(data)
            self._read_entries(data, at, notes, values)
            if len(notes.refusals) > before:
                values = INVALID
            elif self._checks:  # A check may rely on valid fields.
                self.kind.check(values)
        except RefusedError as refused:
            values = notes.refuse("other", at, data, message=str(refused), hint=refused.hint)
        notes.owner = outer
        return values

    def _refuse_kind(self, data: object, at: Loc, notes: Notes) -> object:
        outer, notes.owner = notes.owner, self.kind
        notes.refuse("kind", at, data, expected="a mapping")
        notes.owner = outer
        return INVALID

    def _read_entries(
        self, data: dict[str, object], at: Loc, notes: Notes, values: dict[str, object]
    ) -> None:
        fields, drops_nulls, before = self.fields, self.kind.drops_nulls, len(notes.refusals)
        unknown: list[object] = []
        for key, item in data.items():
            field = fields.get(key)
            if item is None and (drops_nulls or (field is not None and field.blank)):
                if not drops_nulls and field is not None:
                    notes.blanks.append((*at, key))
                    values[field.name] = None
            elif field is None:
                unknown.append(key)
            else:
                values[field.name] = field.read(item, (*at, key), notes)
        for field in self._required:
            if field.name not in values:
                notes.refuse("missing key", (*at, field.key), data)
        if len(notes.refusals) > before:
            self._sort_by_field(notes.refusals, before, len(at))
        if unknown:
            self._refuse_unknown(unknown, at, notes, before)

    def _sort_by_field(self, refusals: list[Refusal], before: int, depth: int) -> None:
        # Refusals arrive in the order of the data; the order of the fields is stable for readers.
        order = {key: index for index, key in enumerate(self.fields)}
        refusals[before:] = sorted(
            refusals[before:], key=lambda refusal: order[str(refusal.loc[depth])]
        )

    def _refuse_unknown(self, unknown: list[object], at: Loc, notes: Notes, before: int) -> None:
        known = tuple(self.fields)
        for key in unknown:
            loc = (*at, key if isinstance(key, (str, int)) else str(key))
            if not isinstance(key, str):
                notes.refuse("key", loc, key, message="Keys should be strings")
            elif is_unicode(key):
                notes.refuse("unknown key", loc, key, known=known)
            else:
                del notes.refusals[before:]
                notes.refuse("other", at, key, message=BAD_TEXT)
                return


_ANNOTATED: Any = type(Annotated[int, ""])


@cache
def plan_of(kind: type[Shape]) -> Plan:
    """Return the plan of a shape, built at the first call."""
    return Plan(kind)


def _fields(kind: type[Shape]) -> list[Field]:
    annotations = _annotations(kind)
    names, keys, defaults = kind.__struct_fields__, kind.__struct_encode_fields__, _defaults(kind)
    return [
        Field(name, key, annotations[name], defaults[name] is NODEFAULT)
        for name, key in zip(names, keys, strict=True)
        if name != "at"
        and not name.startswith("expects_")
        and GIVEN not in metadata_of(annotations[name])
    ]


def _annotations(kind: type[Shape]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        found.update(getattr(base, "__annotations__", {}))
    # Only annotations that are texts need the slow evaluation.
    if any(isinstance(annotation, str) for annotation in found.values()):
        return typing.get_type_hints(kind, include_extras=True)
    return found


def _defaults(kind: type[Shape]) -> dict[str, Any]:
    names, defaults = kind.__struct_fields__, kind.__struct_defaults__
    missing = len(names) - len(defaults)
    return dict(zip(names, (*[NODEFAULT] * missing, *defaults), strict=True))


def metadata_of(annotation: Any) -> tuple[object, ...]:
    """Return the metadata of an `Annotated` type, else an empty tuple."""
    return annotation.__metadata__ if type(annotation) is _ANNOTATED else ()


def _bare(annotation: Any) -> Any:
    return annotation.__origin__ if metadata_of(annotation) else annotation


def _is_blank(annotation: Any) -> bool:
    metadata, form = metadata_of(annotation), _bare(annotation)
    # A `Before` or a `Written` may give null a meaning of its own.
    if BLANK in metadata or any(isinstance(change, (Before, Written)) for change in metadata):
        return BLANK in metadata
    return is_union(form) and type(None) in get_args(form)


def _is_hidden(annotation: object) -> bool:
    members = get_args(annotation) if is_union(annotation) else ()
    return HIDDEN in metadata_of(annotation) or any(_is_hidden(member) for member in members)


def is_union(annotation: object) -> bool:
    """Whether an annotation is a union."""
    return get_origin(annotation) in {Union, types.UnionType}


def reader_of(annotation: Any) -> Read:
    """Return a reader for the type and the metadata of an annotation."""
    metadata = metadata_of(annotation)
    if metadata:
        return _annotated_reader(annotation.__origin__, metadata)
    if isinstance(annotation, type) and annotation in SCALARS:
        return SCALARS[annotation]
    if annotation is Any:
        return read_anything
    if is_union(annotation):
        return _union_reader(get_args(annotation))
    return _kind_reader(annotation)


def _kind_reader(annotation: Any) -> Read:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return word_reader(inner)
    if origin is tuple:
        return list_reader(reader_of(inner[0]))
    if origin in {dict, Mapping}:
        return mapping_reader(reader_of(inner[1]))
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return lambda value, at, notes: plan_of(annotation).read(value, at, notes)
    message = f"no shape can have a field of type {annotation}"
    raise TypeError(message)


def _annotated_reader(form: object, metadata: tuple[object, ...]) -> Read:
    found: Read | None = None
    # The innermost reader comes first: the changes and bounds below wrap it.
    for change in metadata:
        if isinstance(change, Written):
            form = change.form
        elif isinstance(change, Choice):
            found = partial(_read_choice, change.pick)
    found = found or reader_of(form)
    for change in metadata:
        if isinstance(change, Before):
            found = changed_reader(change.change, found)
        elif isinstance(change, After):
            found = made_reader(change.make, found)
        elif isinstance(change, Bounds):
            found = bounded_reader(change, found)
    return found


def _union_reader(members: tuple[Any, ...]) -> Read:
    kinds = [member for member in members if member is not type(None)]
    if len(kinds) < len(members):
        return optional_reader(_union_reader(tuple(kinds)))
    if len(kinds) == 1:
        return reader_of(kinds[0])
    # The default of `type` is the only value that the shape allows, so it serves as the tag.
    return partial(_read_tagged, {_defaults(kind)["type"]: kind for kind in kinds})


def _read_tagged(kinds: dict[str, type[Shape]], value: object, at: Loc, notes: Notes) -> object:
    if isinstance(value, tuple(kinds.values())):
        return value
    if not isinstance(value, dict):
        return notes.refuse("kind", at, value, expected="a mapping")
    entries = cast("dict[str, object]", value)
    if "type" not in entries:
        return notes.refuse("no tag", at, entries, known=tuple(kinds))
    tag = entries["type"]
    if not isinstance(tag, str) or tag not in kinds:
        return notes.refuse("tag", at, str(tag), known=tuple(kinds))
    return plan_of(kinds[tag]).read(entries, at, notes)


def _read_choice(
    pick: Callable[[Any], type[Shape]], value: object, at: Loc, notes: Notes
) -> object:
    return plan_of(pick(value)).read(value, at, notes)
