"""The base of all request bodies: frozen, strict, closed, and tolerant of pasted nulls.

Authors paste definitions from the API, the CLI or the docs. So an optional field that is ``null``
there counts as absent. The official client also strips empty fields before it sends a
body [client].
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, ClassVar, Self, TypeVar, cast

from msgspec import NODEFAULT
from msgspec.structs import FieldInfo, fields

from pytest_tavus.contract.reader import plan_of, read
from pytest_tavus.contract.shape import Shape

T = TypeVar("T")

JsonDict = dict[str, Any]
"""A JSON object whose members are not checked yet."""

Items = tuple[T, ...]
"""A JSON list, as a tuple. The reader accepts no other type in its place."""


def json_object(value: Any) -> JsonDict | None:
    """Return the value if it is a JSON object, else `None`."""
    return cast("JsonDict", value) if isinstance(value, dict) else None


def json_list(value: Any) -> Sequence[Any] | None:
    """Return the value if it is a JSON list, else `None`."""
    return cast("Sequence[Any]", value) if isinstance(value, list | tuple) else None


class Body(Shape, frozen=True, kw_only=True, dict=True):
    """A JSON object of Tavus's API, as a value."""

    drops_nulls: ClassVar[bool] = True
    keeps_written: ClassVar[bool] = True

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Read a body from JSON data.

        Raises:
            ShapeError: with every problem of the shape.

        """
        return read(cls, data)

    @property
    def written(self) -> frozenset[str]:
        """The fields that the author wrote.

        A body built in code names the fields whose values differ from their defaults.
        """
        known: frozenset[str] | None = self.__dict__.get("_written")
        return _changed_fields(self) if known is None else known

    def to_json(self, *, nulls: bool = True, without: Collection[str] = ()) -> JsonDict:
        """Return the body as JSON data with every field, or without the null fields."""
        found: JsonDict = _dump(
            self, lambda body, name: nulls or getattr(body, name) is not None, without
        )
        return found

    def to_written(self, *, without: Collection[str] = ()) -> JsonDict:
        """Return the body as its author wrote it, without the fields that the author left out."""
        found: JsonDict = _dump(self, lambda body, name: name in body.written, without)
        return found

    def __repr__(self) -> str:
        # A failing assertion prints the body, so its `repr` must not hold a secret.
        hidden = plan_of(type(self)).hidden
        visible = [name for name in self.__struct_fields__ if name not in hidden]
        return f"{type(self).__name__}({', '.join(f'{n}={getattr(self, n)!r}' for n in visible)})"


def _changed_fields(body: Body) -> frozenset[str]:
    return frozenset(
        info.name for info in fields(body) if getattr(body, info.name) != _default(info)
    )


def _default(info: FieldInfo) -> object:
    return info.default if info.default_factory is NODEFAULT else info.default_factory()


def _dump(value: object, keeps: Callable[[Body, str], bool], without: Collection[str] = ()) -> Any:
    if isinstance(value, Body):
        names = [name for name in value.__struct_fields__ if keeps(value, name)]
        # `without` is not passed on: it names fields of the outermost body alone.
        return {name: _dump(getattr(value, name), keeps) for name in names if name not in without}
    if (entries := json_object(value)) is not None:
        return {key: _dump(item, keeps) for key, item in entries.items()}
    items = json_list(value)
    return value if items is None else [_dump(item, keeps) for item in items]
