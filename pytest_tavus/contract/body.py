"""What all request bodies have in common: frozen, strict, closed, and tolerant of pasted nulls.

A definition may be pasted from the API, the CLI or the docs, so an optional field that reads
``null`` there is taken as absent. That is also what the official client does: it strips empty
fields before sending [client].
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, ClassVar, Self, TypeVar, cast

from msgspec import NODEFAULT
from msgspec.structs import FieldInfo, fields

from pytest_tavus.contract.reader import plan_of, read
from pytest_tavus.contract.shape import Shape

T = TypeVar("T")

Json = dict[str, Any]
"""A JSON object."""

Items = tuple[T, ...]
"""A JSON list, kept as a tuple. Nothing but a list is taken for one."""


def json_object(value: Any) -> Json | None:
    """Return a value that is a JSON object, and `None` in place of anything else."""
    return cast("Json", value) if isinstance(value, dict) else None


def json_list(value: Any) -> Sequence[Any] | None:
    """Return a value that is a JSON list, and `None` in place of anything else."""
    return cast("Sequence[Any]", value) if isinstance(value, list | tuple) else None


class Body(Shape, frozen=True, kw_only=True, dict=True):
    """A JSON object of Tavus's, as a value."""

    drops_nulls: ClassVar[bool] = True
    keeps_written: ClassVar[bool] = True

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Read a body from JSON data.

        Raises:
            ShapeError: with everything that is wrong with it.

        """
        return read(cls, data)

    @property
    def written(self) -> frozenset[str]:
        """The fields that the author wrote; of a body made in code, those with other values."""
        known: frozenset[str] | None = self.__dict__.get("_written")
        return _changed_fields(self) if known is None else known

    def to_json(self, *, nulls: bool = True, without: Collection[str] = ()) -> Json:
        """Return the body as JSON data with every field, or with those only that are not null."""
        found: Json = _dump(
            self, lambda one, name: nulls or getattr(one, name) is not None, without
        )
        return found

    def to_written(self, *, without: Collection[str] = ()) -> Json:
        """Return the body as its author wrote it: a field that was left out stays out."""
        found: Json = _dump(self, lambda one, name: name in one.written, without)
        return found

    def __repr__(self) -> str:
        hidden = plan_of(type(self)).hidden
        shown = [name for name in self.__struct_fields__ if name not in hidden]
        return f"{type(self).__name__}({', '.join(f'{n}={getattr(self, n)!r}' for n in shown)})"


def _changed_fields(body: Body) -> frozenset[str]:
    return frozenset(
        info.name for info in fields(body) if getattr(body, info.name) != _default(info)
    )


def _default(info: FieldInfo) -> Any:
    return info.default if info.default_factory is NODEFAULT else info.default_factory()


def _dump(value: Any, keeps: Callable[[Body, str], bool], without: Collection[str] = ()) -> Any:
    if isinstance(value, Body):
        names = [name for name in value.__struct_fields__ if keeps(value, name)]
        return {one: _dump(getattr(value, one), keeps) for one in names if one not in without}
    if (entries := json_object(value)) is not None:
        return {key: _dump(item, keeps) for key, item in entries.items()}
    items = json_list(value)
    return value if items is None else [_dump(item, keeps) for item in items]
