"""The places of a request that carry arguments.

Each place is the inverse of :class:`~pytest_tavus.handler.delivery.template.Filler`. A value with
two readings stays open and is never guessed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Protocol

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
        """The arguments in the value, at any depth."""
        ...

    def read(self, value: object, into: Readings, /) -> None:
        """Read the place in JSON data; `ABSENT` stands for a missing key."""
        ...

    def read_text(self, text: object, into: Readings, /) -> None:
        """Read the place in a query or a form, which hold text; `ABSENT` for a missing key."""
        ...


class ValuePlace(Struct, frozen=True):
    """A value that is exactly one placeholder: the argument itself, with its type."""

    name: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    def read(self, value: object, into: Readings) -> None:
        missing = into.encoding.missing_value(self.name)
        if value is ABSENT and missing is not ABSENT:
            into.doubt(self.names, "unlike")
        elif value is ABSENT or type(value) is not type(missing) or value != missing:
            into.add(self.name, value)
        else:
            into.add(self.name, value, ABSENT)

    def read_text(self, text: object, into: Readings) -> None:
        if isinstance(text, str):
            into.add_text(self.name, text, self._missing_text(into))
        else:
            self.read(ABSENT, into)

    def read_repeated(self, texts: list[str], into: Readings) -> None:
        """Read the texts of one name in a form."""
        possible = list_possible_form_values(texts, into.encoding.schemas.get(self.name))
        missing = self._missing_text(into)
        absent = not texts if missing is ABSENT else texts == [missing]
        if possible or absent:
            into.add(self.name, *possible, *((ABSENT,) if absent else ()))
        else:
            into.doubt(self.names, "unlike")

    def _missing_text(self, into: Readings) -> object:
        missing = into.encoding.missing_value(self.name)
        return missing if missing is ABSENT else as_text(missing)


class ObjectPlace(Struct, frozen=True):
    """An object of a template."""

    members: Mapping[str, Place]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for place in self.members.values() for name in place.names)

    def read(self, value: object, into: Readings) -> None:
        found = json_object(value)
        if found is None:
            into.doubt(self.names, "unlike")
            return
        for key, place in self.members.items():
            place.read(found.get(key, ABSENT), into)

    def read_text(self, text: object, into: Readings) -> None:
        self.read(parse_json(text), into)


class ListPlace(Struct, frozen=True):
    """A list of a template. `None` stands for an item without arguments."""

    items: tuple[Place | None, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for place in self.items if place is not None for name in place.names)

    def read(self, value: object, into: Readings) -> None:
        for place, item in self._align_items(value, into):
            place.read(item, into)

    def read_text(self, text: object, into: Readings) -> None:
        self.read(parse_json(text), into)

    def read_texts(self, texts: list[str], into: Readings) -> None:
        """Read the texts of one name in a form as the items."""
        for place, item in self._align_items(texts, into):
            place.read_text(item, into)

    def _align_items(self, value: object, into: Readings) -> Iterator[tuple[Place, object]]:
        """Yield each place with its item. The index of an item between droppable ones is open."""
        found = json_list(value)
        left_out = len(self.items) - len(found or ())
        droppable = [
            index
            for index, place in enumerate(self.items)
            if isinstance(place, ValuePlace) and into.encoding.missing_value(place.name) is ABSENT
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
                before = sum(dropped < index for dropped in droppable)
                yield place, ABSENT if index in droppable else found[index - before]
            else:
                into.doubt(place.names, "shift")


def place_of(template: object, conversation: str) -> Place | None:
    """Return the place of a value of a template; `None` if the value has no argument."""
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


def parse_json(text: object) -> object:
    """Parse JSON; return `ABSENT` for anything else."""
    try:
        return json.loads(text) if isinstance(text, str | bytes) else ABSENT
    except (ValueError, RecursionError):
        return ABSENT
