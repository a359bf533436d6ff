"""The places of a request that carry arguments, each the inverse of what `template` writes there.

A place reads what was written as :class:`~pytest_tavus.handler.delivery.template.Filler` writes
it, and leaves open what can be read in two ways: nothing is guessed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from msgspec import Struct

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.tool.placeholders import PLACEHOLDER
from pytest_tavus.handler.delivery.template import as_text
from pytest_tavus.handler.sent.mixed_text import parse_text_place
from pytest_tavus.handler.sent.readings import Readings, list_possible_form_values
from pytest_tavus.matching.text import ABSENT


class Place(Protocol):
    """One value of a template that has placeholders in it."""

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments that it carries."""
        ...

    def read(self, value: Any, into: Readings, /) -> None:
        """Read the place in JSON data; `ABSENT` stands for a key that is not there."""
        ...

    def read_text(self, text: Any, into: Readings, /) -> None:
        """Read the place where its value was written as text."""
        ...


class ValuePlace(Struct, frozen=True):
    """A value that is exactly one placeholder: the argument itself, with its type."""

    name: str

    @property
    def names(self) -> tuple[str, ...]:
        """The one argument."""
        return (self.name,)

    def read(self, value: Any, into: Readings) -> None:
        """Take the value as it is."""
        missing = into.terms.missing_value(self.name)
        if value is ABSENT and missing is not ABSENT:
            into.doubt(self.names, "unlike")
        elif value is ABSENT or not _equals_exactly(value, missing):
            into.add(self.name, value)
        else:
            into.add(self.name, value, ABSENT)

    def read_text(self, text: Any, into: Readings) -> None:
        """Take the text by the declared type."""
        if isinstance(text, str):
            into.add_text(self.name, text, self._missing_text(into))
        else:
            self.read(ABSENT, into)

    def read_repeated(self, texts: list[str], into: Readings) -> None:
        """Take the texts that a form has under one name."""
        possible = list_possible_form_values(texts, into.terms.schemas.get(self.name))
        missing = self._missing_text(into)
        absent = not texts if missing is ABSENT else texts == [missing]
        if possible or absent:
            into.add(self.name, *possible, *((ABSENT,) if absent else ()))
        else:
            into.doubt(self.names, "unlike")

    def _missing_text(self, into: Readings) -> Any:
        missing = into.terms.missing_value(self.name)
        return missing if missing is ABSENT else as_text(missing)


class ObjectPlace(Struct, frozen=True):
    """An object of a template."""

    members: Mapping[str, Place]

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments at any depth."""
        return tuple(name for place in self.members.values() for name in place.names)

    def read(self, value: Any, into: Readings) -> None:
        """Read each member."""
        found = json_object(value)
        if found is None:
            into.doubt(self.names, "unlike")
            return
        for key, place in self.members.items():
            place.read(found.get(key, ABSENT), into)

    def read_text(self, text: Any, into: Readings) -> None:
        """Read the object that the text is as JSON."""
        self.read(parse_json(text), into)


class ListPlace(Struct, frozen=True):
    """A list of a template. `None` stands for an item without arguments."""

    items: tuple[Place | None, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments at any depth."""
        return tuple(name for place in self.items if place is not None for name in place.names)

    def read(self, value: Any, into: Readings) -> None:
        """Read each item whose index is certain."""
        for place, item in self._align_items(value, into):
            place.read(item, into)

    def read_text(self, text: Any, into: Readings) -> None:
        """Read the list that the text is as JSON."""
        self.read(parse_json(text), into)

    def read_texts(self, texts: list[str], into: Readings) -> None:
        """Read each item whose index is certain, in a form."""
        for place, item in self._align_items(texts, into):
            place.read_text(item, into)

    def _align_items(self, value: Any, into: Readings) -> Iterator[tuple[Place, Any]]:
        """Yield items with what was written for them; those between dropped ones are doubtful."""
        found = json_list(value)
        left_out = len(self.items) - len(found or ())
        droppable = [
            index
            for index, place in enumerate(self.items)
            if isinstance(place, ValuePlace) and into.terms.missing_value(place.name) is ABSENT
        ]
        if found is None or not 0 <= left_out <= len(droppable):
            into.doubt(self.names, "unlike")
            return
        for index, place in enumerate(self.items):
            if place is None:
                continue
            if not left_out or index < droppable[0]:
                yield place, found[index]
            elif index > droppable[-1]:
                yield place, found[index - left_out]
            elif left_out == len(droppable):
                before = sum(one < index for one in droppable)
                yield place, ABSENT if index in droppable else found[index - before]
            else:
                into.doubt(place.names, "shift")


def place_of(template: Any, conversation: str) -> Place | None:
    """Return the place that a value of a template is; `None` if it carries no argument."""
    place: Place | None = None
    if isinstance(template, str):
        lone = PLACEHOLDER.fullmatch(template)
        place = parse_text_place(template, conversation) if lone is None else ValuePlace(lone[1])
        return place if set(place.names) - {conversation} else None
    if (members := json_object(template)) is not None:
        places = ((key, place_of(value, conversation)) for key, value in members.items())
        place = ObjectPlace({key: place for key, place in places if place is not None})
    elif (items := json_list(template)) is not None:
        place = ListPlace(tuple(place_of(item, conversation) for item in items))
    return place if place is not None and place.names else None


def parse_json(text: Any) -> Any:
    """Read JSON; `ABSENT` if it is none."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return ABSENT


def _equals_exactly(value: Any, missing: Any) -> bool:
    return type(value) is type(missing) and value == missing
