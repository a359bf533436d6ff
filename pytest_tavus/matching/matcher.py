"""The base class of matchers. A new matcher is one class; its definition registers its tag.

This module knows neither YAML nor the position of a matcher in a scenario.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, NoReturn, Self

from pytest_tavus.matching.shape import is_list
from pytest_tavus.matching.text import format_yaml


def refuse(sentence: str) -> NoReturn:
    """Refuse a matcher for the reason that the sentence gives.

    Raises:
        ValueError: always.

    """
    raise ValueError(sentence)


_classes: dict[str, type[Matcher]] = {}

REGISTERED: Mapping[str, type[Matcher]] = MappingProxyType(_classes)
"""The matchers whose modules are imported. Read :data:`~.registry.MATCHERS` instead."""


class Matcher(ABC):
    """A condition on a value, written as a YAML tag in the place of a value.

    Implementations are frozen dataclasses, so two matchers with the same tag and payload are equal.
    """

    __slots__ = ()

    tag: ClassVar[str]
    "The word after the exclamation mark."

    takes: ClassVar[str] = "nothing"
    "The payload in words, for messages and the reference."

    def __init_subclass__(cls) -> None:
        """Register the class by its tag.

        Raises:
            TypeError: another matcher has this tag.

        """
        tag = cls.__dict__.get("tag")
        if tag is None:
            return
        known = _classes.get(tag)
        # `dataclass(slots=True)` creates the class a second time; the second replaces the first.
        same = (cls.__module__, cls.__qualname__)
        if known is not None and (known.__module__, known.__qualname__) != same:
            message = f"!{tag} is already {known.__qualname__}: {cls.__qualname__} needs another"
            raise TypeError(message)
        _classes[tag] = cls

    @classmethod
    @abstractmethod
    def from_payload(cls, payload: object) -> Self:
        """Build the matcher from the YAML value after its tag.

        Raises:
            ValueError: with a sentence, if the value has the wrong type or every value would match.

        """

    @property
    @abstractmethod
    def payload(self) -> object:
        """The YAML value after the tag; `None` for nothing."""

    @abstractmethod
    def matches(self, actual: object) -> bool:
        """Tell whether a value matches. `actual` is :data:`~.text.ABSENT` if there is no value."""

    def matches_within(self, actual: object, *, exact: bool) -> bool:
        """Tell whether a value matches inside a subtree that is exact or not.

        Only a matcher that holds other expectations overrides this method. In an exact subtree,
        a mapping must not have more keys than the expectation.
        """
        del exact
        return self.matches(actual)

    def __repr__(self) -> str:
        payload = self.payload
        return f"!{self.tag}" if payload is None else f"!{self.tag} {format_yaml(payload)}"


def list_parts(matcher: Matcher) -> Sequence[object]:
    """Return the items of a payload that is a list, else the payload alone."""
    payload = matcher.payload
    return payload if is_list(payload) else (payload,)


class PlainMatcher(Matcher):
    """A matcher without a payload."""

    __slots__ = ()

    @classmethod
    def from_payload(cls, payload: object) -> Self:
        if payload is not None and payload != "":
            refuse(f"!{cls.tag} takes nothing, but {format_yaml(payload)} follows it")
        return cls()

    @property
    def payload(self) -> None:
        return
