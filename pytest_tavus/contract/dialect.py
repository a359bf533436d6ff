"""The door to jsonschema: a validator of the dialect that tools are written in.

Importing jsonschema takes longer than loading a scenario file, and the schema of nearly every tool
can be judged without it. So this is the only module that knows it, and it does so late.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, cast


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
    """Return the validator of a schema of the dialect 2020-12."""
    from jsonschema import Draft202012Validator

    return cast("Validator", Draft202012Validator(schema))


def metaschema() -> Validator:
    """Return the validator that a schema itself must pass."""
    from jsonschema import Draft202012Validator

    return validator(Draft202012Validator.META_SCHEMA)
