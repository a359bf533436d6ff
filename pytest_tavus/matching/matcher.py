"""What a matcher is. A new matcher is one class; defining it registers its tag.

This module knows neither YAML nor where a matcher stands in a scenario.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, NoReturn, Self

from pytest_tavus.matching.text import format_yaml


def refuse(sentence: str) -> NoReturn:
    """Say what is wrong with a matcher as it is written.

    Raises:
        ValueError: always.

    """
    raise ValueError(sentence)


_classes: dict[str, type[Matcher]] = {}

REGISTERED: Mapping[str, type[Matcher]] = MappingProxyType(_classes)
"""The matchers that have been defined so far. Read :data:`~.registry.MATCHERS` instead."""


class Matcher(ABC):
    """A condition on a value, written as a YAML tag where a value could stand.

    Implementations are frozen dataclasses: two matchers written alike are equal.
    """

    __slots__ = ()

    tag: ClassVar[str]
    "The word after the exclamation mark."

    takes: ClassVar[str] = "nothing"
    "What is written after the tag, for messages and the reference."

    def __init_subclass__(cls) -> None:
        """Register the class by its tag.

        A dataclass with slots is made twice; the second class takes the place of the first.

        Raises:
            TypeError: another matcher has this tag.

        """
        tag = cls.__dict__.get("tag")
        if tag is None:
            return
        known = _classes.get(tag)
        same = (cls.__module__, cls.__qualname__)
        if known is not None and (known.__module__, known.__qualname__) != same:
            message = f"!{tag} is already {known.__qualname__}: {cls.__qualname__} needs another"
            raise TypeError(message)
        _classes[tag] = cls

    @classmethod
    @abstractmethod
    def from_payload(cls, payload: Any) -> Self:
        """Build the matcher from what is written after its tag.

        Raises:
            ValueError: with a sentence, if that has the wrong type or leaves nothing to fail.

        """

    @property
    @abstractmethod
    def payload(self) -> Any:
        """What stands after the tag; `None` for nothing."""

    @abstractmethod
    def matches(self, actual: Any) -> bool:
        """Tell whether a value is as asked. `actual` may be :data:`~.text.ABSENT`."""

    def matches_within(self, actual: Any, *, exact: bool) -> bool:
        """Tell the same inside a subtree that is exact or not; a matter of those that hold others.

        In an exact subtree, mappings must not have more keys than are written.
        """
        del exact
        return self.matches(actual)

    def __repr__(self) -> str:
        payload = self.payload
        return f"!{self.tag}" if payload is None else f"!{self.tag} {format_yaml(payload)}"


class PlainMatcher(Matcher):
    """A matcher that is complete without anything after its tag."""

    __slots__ = ()

    @classmethod
    def from_payload(cls, payload: Any) -> Self:
        """Build the matcher; there must be no payload."""
        if payload is not None and payload != "":
            refuse(f"!{cls.tag} takes nothing, but {format_yaml(payload)} follows it")
        return cls()

    @property
    def payload(self) -> None:
        """Nothing."""
        return
