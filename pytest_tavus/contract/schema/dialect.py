"""The door to jsonschema: a validator of the dialect that tools are written in.

Importing jsonschema takes longer than loading a scenario file, and the schema of nearly every tool
can be judged without it. So this is the only module that knows it, and it does so late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Any, Protocol, cast

from msgspec import Struct

from pytest_tavus.contract.schema.ecma import python_pattern
from pytest_tavus.contract.schema.formats import FORMATS
from pytest_tavus.contract.schema.subschemas import with_python_keys


class SchemaFault(Protocol):
    """One place where a value is not as its schema says."""

    @property
    def absolute_path(self) -> Sequence[int | str]:
        """The path in the value."""
        ...

    @property
    def validator(self) -> str:
        """The keyword that does not hold."""
        ...

    @property
    def validator_value(self) -> Any:
        """What the schema says under that keyword."""
        ...

    @property
    def instance(self) -> Any:
        """What stands at the path."""
        ...

    @property
    def message(self) -> str:
        """The fault in a sentence."""
        ...


class Validator(Protocol):
    """A schema that is ready to be held against values."""

    def iter_errors(self, instance: Any) -> Iterable[SchemaFault]:
        """Yield every fault of a value."""
        ...


def validator(schema: Any) -> Validator:
    """Return the validator of a schema of the dialect 2020-12. It fetches nothing.

    Patterns are those of ECMA-262, and the formats of :mod:`~.formats` are asserted.
    """
    from jsonschema import FormatChecker
    from referencing import Registry

    checker = FormatChecker(formats=())
    for name, holds in FORMATS.items():
        checker.checks(name)(partial(_is_of_format, holds))
    made: Any = _dialect()(
        with_python_keys(schema), registry=Registry[Any](), format_checker=checker
    )
    return cast("Validator", made)


class Resolver(Struct, frozen=True):
    """Follows the references of one schema, to places in that schema only."""

    _inner: Any

    def lookup(self, reference: str) -> tuple[Any, Resolver] | None:
        """Return what a reference leads to, and a resolver for it; `None` if it leads nowhere."""
        from referencing.exceptions import Unresolvable

        try:
            found = self._inner.lookup(reference)
        except (Unresolvable, ValueError, LookupError, TypeError):
            return None
        return found.contents, Resolver(found.resolver)

    def inside(self, schema: Any) -> Resolver:
        """Return the resolver for a schema inside this one: it may have an `$id` of its own."""
        from referencing.jsonschema import DRAFT202012

        return Resolver(self._inner.in_subresource(DRAFT202012.create_resource(schema)))


def resolver(schema: Any) -> Resolver:
    """Return the resolver of a schema. It fetches nothing."""
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    root = DRAFT202012.create_resource(schema)
    registry: Any = Registry[Any]()
    return Resolver(registry.resolver_with_root(root))


def metaschema() -> Validator:
    """Return the validator that a schema itself must pass."""
    from jsonschema import Draft202012Validator

    # All that it refers to comes with jsonschema.
    return cast("Validator", Draft202012Validator(Draft202012Validator.META_SCHEMA))


@lru_cache(1)
def _dialect() -> Any:
    from jsonschema import Draft202012Validator, ValidationError, validators

    def pattern(*given: Any) -> Iterator[Any]:
        _, wanted, found, _ = given
        if isinstance(found, str) and python_pattern(wanted).search(found) is None:
            yield ValidationError(f"{found!r} does not match {wanted!r}")

    extend: Any = cast("Any", validators).extend  # untyped there
    return extend(Draft202012Validator, {"pattern": pattern})


def _is_of_format(holds: Callable[[str], bool], value: object) -> bool:
    return not isinstance(value, str) or holds(value)
