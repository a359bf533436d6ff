"""Where the parts of a file stand, found by reading the file's text again.

A run holds thousands of scenarios and asks for the line of few of their parts, so a source keeps
the text alone. The position of a scenario itself is known; that of anything in it costs a reading
of that scenario, not of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from msgspec import Struct

from pytest_tavus.scenario.text.reader import Parts
from pytest_tavus.scenario.text.yamlfile import (
    MappingEndEvent,
    MappingStartEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    YamlError,
    events,
)
from pytest_tavus.spans import Loc, SourceSpan

_STARTS = (MappingStartEvent, SequenceStartEvent)
_ENDS = (MappingEndEvent, SequenceEndEvent)


BESIDE_A_NAME = frozenset(
    {"tool", "arguments", "exact", "result", "status", "within", "times", "save", "absent"}
)
"""The keys that stand beside the name of a tool or an event in a short entry."""

_UNDER_A_NAME = frozenset({"arguments", "properties"})
"""What the name of a tool or an event stands for, in a short entry."""


MANY = 20
"""Places of one file that are looked for one by one before all of them are noted."""


class _Place(NamedTuple):
    key: tuple[int, int]
    value: tuple[int, int]


class Node(Struct):
    """A value with its place, and what is in it."""

    place: _Place
    entries: dict[str, Node] | None = None
    items: list[Node] | None = None


class Index:
    """The places of a whole file, for those who ask for many: a file may have a problem a line."""

    def __init__(self) -> None:
        self._lookups = 0
        self._tree: Node | None = None

    def tree(self, text: str) -> Node | None:
        """Return the places of all values; `None` as long as few have been asked for."""
        self._lookups += 1
        if self._tree is None and self._lookups > MANY:
            next_event = events(text)
            next_event()
            next_event()
            event = next_event()
            self._tree = _read(next_event, event, event) if event is not None else None
        return self._tree


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """One file, and the files included in it."""

    path: str
    text: str = field(repr=False)
    parts: Parts = field(default_factory=Parts, repr=False)
    grafts: Mapping[Loc, tuple[Document, Loc]] = field(
        default_factory=dict[Loc, "tuple[Document, Loc]"]
    )
    "Paths whose values came from elsewhere, each with that file and the path in it."

    index: Index = field(default_factory=Index, repr=False)

    def span(self, loc: Loc) -> SourceSpan:
        """Return where the value at this path stands; the nearest parent where it is implied.

        A value that begins below the line of its key is at its key.
        """
        home, inner = self.resolve_origin(loc)
        place = home.place(inner)
        same_line = place.value[0] == place.key[0]
        return _span(home.path, place.value if same_line else place.key)

    def key_span(self, loc: Loc) -> SourceSpan:
        """Return where the key of the value at this path stands."""
        home, inner = self.resolve_origin(loc)
        return _span(home.path, home.place(inner).key)

    def format_message(self, loc: Loc, message: str) -> str:  # noqa: ARG002 - the port has it
        """Return the message: the line says where."""
        return message

    def resolve_origin(self, loc: Loc) -> tuple[Document, Loc]:
        """Return the file that a value came from, and the path of the value in it."""
        if self.grafts:
            for length in range(len(loc), 0, -1):
                if (graft := self.grafts.get(loc[:length])) is not None:
                    document, root = graft
                    return document.resolve_origin(root + loc[length:])
        return self, loc

    def place(self, loc: Loc) -> _Place:
        """Return where key and value at a path of this very file stand, from 0."""
        part = self._part(loc)
        if part is not None and len(loc) == 2:
            # Known without a reading: every scenario of a run is asked for its own place.
            return _Place(part[2:], part[2:])
        if (tree := self.index.tree(self.text)) is not None:
            return _locate_in_tree(tree, loc)
        if part is None:
            return _locate(self.text, loc)
        start, end, line, column = part
        try:
            # The blanks put the item's first line on a level with its others.
            place = _locate(" " * column + self.text[start:end], loc[2:])
        except YamlError:
            return _locate(self.text, loc)
        (key_line, key_column), (value_line, value_column) = place
        return _Place((line + key_line, key_column), (line + value_line, value_column))

    def _part(self, loc: Loc) -> tuple[int, int, int, int] | None:
        if len(loc) < 2 or not isinstance(loc[0], str) or not isinstance(loc[1], int):
            return None
        marks = self.parts.get(loc[0])
        if marks is None or len(marks) < 4 * (loc[1] + 1):
            return None
        start, end, line, column = marks[4 * loc[1] : 4 * loc[1] + 4]
        return start, end, line, column


def _locate(text: str, loc: Loc) -> _Place:
    """Follow a path through the events of a text as far as it goes."""
    next_event = events(text)
    next_event()
    next_event()
    event = next_event()
    place = _Place(_mark(event), _mark(event)) if event is not None else _Place((0, 0), (0, 0))
    for depth, step in enumerate(loc):
        if isinstance(event, MappingStartEvent) and isinstance(step, str):
            found, others = _find_entry(next_event, step)
            free = [key for key in others if key not in BESIDE_A_NAME]
            if found is None and step in _UNDER_A_NAME and free:
                return _locate(text, (*loc[:depth], free[0], *loc[depth + 1 :]))
        elif isinstance(event, SequenceStartEvent) and isinstance(step, int):
            found = _find_item(next_event, step)
        elif isinstance(event, SequenceStartEvent):
            continue  # a list that stands for a mapping with one key
        elif isinstance(event, MappingStartEvent) and step == 0:
            continue  # a mapping that stands for a list of one
        else:
            break
        if found is None:
            break
        key, event = found
        place = _Place(_mark(key), _mark(event))
    return place


def _read(next_event: Callable[[], Any], key: Any, event: Any) -> Node:
    node = Node(place=_Place(_mark(key), _mark(event)))
    if isinstance(event, MappingStartEvent):
        node.entries = {}
        while not isinstance(key := next_event(), MappingEndEvent):
            value = _read(next_event, key, next_event())
            node.entries.setdefault(key.value, value)
    elif isinstance(event, SequenceStartEvent):
        node.items = []
        while not isinstance(item := next_event(), SequenceEndEvent):
            node.items.append(_read(next_event, item, item))
    return node


def _locate_in_tree(node: Node, loc: Loc) -> _Place:
    """Follow a path as :func:`_locate` does."""
    for step in loc:
        following: Node | None
        if node.entries is not None and isinstance(step, str):
            following = node.entries.get(step)
            if following is None and step in _UNDER_A_NAME:
                free = next((key for key in node.entries if key not in BESIDE_A_NAME), None)
                following = None if free is None else node.entries[free]
        elif node.items is not None and isinstance(step, int):
            following = node.items[step] if step < len(node.items) else None
        elif node.items is not None or (node.entries is not None and step == 0):
            continue
        else:
            break
        if following is None:
            break
        node = following
    return node.place


def _find_entry(
    next_event: Callable[[], Any], name: str
) -> tuple[tuple[Any, Any] | None, list[str]]:
    """Return the entry of that name, and the names of those before it."""
    others: list[str] = []
    while not isinstance(key := next_event(), MappingEndEvent):
        value = next_event()
        if key.value == name:
            return (key, value), others
        others.append(key.value)
        _skip(next_event, value)
    return None, others


def _find_item(next_event: Callable[[], Any], index: int) -> tuple[Any, Any] | None:
    while not isinstance(event := next_event(), SequenceEndEvent):
        if index == 0:
            return event, event
        index -= 1
        _skip(next_event, event)
    return None


def _skip(next_event: Callable[[], Any], event: Any) -> None:
    depth = 1 if isinstance(event, _STARTS) else 0
    while depth:
        event = next_event()
        if isinstance(event, _STARTS):
            depth += 1
        elif isinstance(event, _ENDS):
            depth -= 1


def _span(path: str, position: tuple[int, int]) -> SourceSpan:
    return SourceSpan(path=path, line=position[0] + 1, column=position[1] + 1)


def _mark(event: Any) -> tuple[int, int]:
    return event.start_mark.line, event.start_mark.column
