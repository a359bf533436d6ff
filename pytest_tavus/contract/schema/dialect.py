"""The only importer of jsonschema: a validator of the dialect of tools' parameters.

The import of jsonschema takes longer than loading a scenario file, and nearly every tool's schema
needs no jsonschema. So each function imports jsonschema when a caller first needs it.
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
    """A fault of a value under its schema."""

    @property
    def absolute_path(self) -> Sequence[int | str]:
        """The path in the value."""
        ...

    @property
    def validator(self) -> str:
        """The broken keyword."""
        ...

    @property
    def validator_value(self) -> Any:
        """The schema's value of the keyword."""
        ...

    @property
    def instance(self) -> Any:
        """The value at the path."""
        ...

    @property
    def message(self) -> str:
        """The fault in a sentence."""
        ...


class Validator(Protocol):
    """Validates values with one schema."""

    def iter_errors(self, instance: object) -> Iterable[SchemaFault]:
        """Yield every fault of a value."""
        ...


def validator(schema: object) -> Validator:
    """Return the validator of a schema of the dialect 2020-12. The validator fetches nothing.

    It reads patterns as ECMA-262 does, and asserts the formats of :mod:`~.formats`.
    """
    from jsonschema import FormatChecker
    from referencing import Registry

    # Without jsonschema's own formats, some of which depend on the installed packages.
    checker = FormatChecker(formats=())
    for name, holds in FORMATS.items():
        checker.checks(name)(partial(_is_of_format, holds))
    made: Any = _dialect()(
        with_python_keys(schema), registry=Registry[Any](), format_checker=checker
    )
    return cast("Validator", made)


class Resolver(Struct, frozen=True):
    """Follows the references of one schema within that schema alone."""

    _inner: Any

    def lookup(self, reference: str) -> tuple[Any, Resolver] | None:
        """Return the target of a reference with its resolver; `None` if there is no target."""
        from referencing.exceptions import Unresolvable

        try:
            found = self._inner.lookup(reference)
        except (Unresolvable, ValueError, LookupError, TypeError):
            return None
        return found.contents, Resolver(found.resolver)

    def inside(self, schema: Any) -> Resolver:
        """Return the resolver for an inner schema, which may have its own `$id`."""
        from referencing.jsonschema import DRAFT202012

        return Resolver(self._inner.in_subresource(DRAFT202012.create_resource(schema)))


def resolver(schema: Any) -> Resolver:
    """Return the resolver of a schema. The resolver fetches nothing."""
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    root = DRAFT202012.create_resource(schema)
    registry: Any = Registry[Any]()
    return Resolver(registry.resolver_with_root(root))


def metaschema() -> Validator:
    """Return the validator of schemas."""
    from jsonschema import Draft202012Validator

    # All references of the metaschema lead to schemas that come with jsonschema.
    return cast("Validator", Draft202012Validator(Draft202012Validator.META_SCHEMA))


@lru_cache(1)
def _dialect() -> Any:
    from jsonschema import Draft202012Validator, ValidationError, validators

    def pattern(*arguments: Any) -> Iterator[Any]:
        _, expected, found, _ = arguments
        if isinstance(found, str) and python_pattern(expected).search(found) is None:
            yield ValidationError(f"{found!r} does not match {expected!r}")

    extend: Any = cast("Any", validators).extend  # jsonschema does not type `extend`
    return extend(Draft202012Validator, {"pattern": pattern})


def _is_of_format(holds: Callable[[str], bool], value: object) -> bool:
    return not isinstance(value, str) or holds(value)
