"""Locates the parts of a file by parsing the file's text again.

A run holds thousands of scenarios and needs the lines of few of their parts, so a source keeps only
the text. The position of a scenario itself is known. The position of a part costs a parse of that
scenario, not of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec import Struct

from pytest_tavus.scenario.text.reader import Parts
from pytest_tavus.scenario.text.yamlfile import (
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NextEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    YamlError,
    events,
    find_root,
    position_of,
)
from pytest_tavus.spans import Loc, SourceSpan

_STARTS = (MappingStartEvent, SequenceStartEvent)
_ENDS = (MappingEndEvent, SequenceEndEvent)


BESIDE_A_NAME = frozenset(
    {"tool", "arguments", "exact", "result", "status", "within", "times", "save", "absent"}
)
"""The keys beside the name of a tool or an event in a short entry."""

_UNDER_A_NAME = frozenset({"arguments", "properties"})
"""Keys of the long form; in a short entry their value is under the name of the tool or event."""

MANY = 20
"""Lookups in one file after which the next lookup indexes all positions of the file."""


class _Place(NamedTuple):
    key: tuple[int, int]
    value: tuple[int, int]


class Node(Struct):
    """A value with its position, and the values in it."""

    place: _Place
    entries: dict[str, Node] | None = None
    items: list[Node] | None = None


class Index:
    """The positions of a whole file, for a caller that needs many: each line may have a problem."""

    def __init__(self) -> None:
        self._lookups = 0
        self._tree: Node | None = None

    def tree(self, text: str) -> Node | None:
        """Return the positions of all values; `None` for the first `MANY` lookups."""
        self._lookups += 1
        if self._tree is None and self._lookups > MANY:
            next_event = events(text)
            root = find_root(next_event)
            self._tree = None if root is None else _read(next_event, root, root)
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
    "Paths of included values, each with the included file and the path in that file."

    index: Index = field(default_factory=Index, repr=False)

    def span(self, loc: Loc) -> SourceSpan:
        """Locate the value at a path, or the nearest parent that is in the text.

        A value that begins below the line of its key has the position of the key.
        """
        home, inner = self.resolve_origin(loc)
        place = home.place(inner)
        same_line = place.value[0] == place.key[0]
        return _span(home.path, place.value if same_line else place.key)

    def key_span(self, loc: Loc) -> SourceSpan:
        home, inner = self.resolve_origin(loc)
        return _span(home.path, home.place(inner).key)

    def format_message(self, loc: Loc, message: str) -> str:  # noqa: ARG002 - the port has it
        """Return the message without the path, because a document has line numbers."""
        return message

    def resolve_origin(self, loc: Loc) -> tuple[Document, Loc]:
        """Return the file with the text of a value, and the path of the value in that file."""
        if self.grafts:
            for length in range(len(loc), 0, -1):
                if (graft := self.grafts.get(loc[:length])) is not None:
                    document, root = graft
                    return document.resolve_origin(root + loc[length:])
        return self, loc

    def place(self, loc: Loc) -> _Place:
        """Return line and column, from 0, of key and value at a path of this file."""
        part = self._part(loc)
        if part is not None and len(loc) == 2:
            # No parse: a run asks every scenario for its own position.
            return _Place(part[2:], part[2:])
        if (tree := self.index.tree(self.text)) is not None:
            return _locate_in_tree(tree, loc)
        if part is None:
            return _locate(self.text, loc)
        start, end, line, column = part
        try:
            # The blanks give the item's first line the indentation of its other lines.
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
    """Follow a path through the events of a text to the last part that exists."""
    next_event = events(text)
    event = find_root(next_event)
    if event is None:
        return _Place((0, 0), (0, 0))
    place = _Place(position_of(event), position_of(event))
    for depth, step in enumerate(loc):
        if isinstance(event, MappingStartEvent) and isinstance(step, str):
            found, others = _find_entry(next_event, step)
            free = [key for key in others if key not in BESIDE_A_NAME]
            if found is None and step in _UNDER_A_NAME and free:
                return _locate(text, (*loc[:depth], free[0], *loc[depth + 1 :]))
        elif isinstance(event, SequenceStartEvent) and isinstance(step, int):
            found = _find_item(next_event, step)
        elif isinstance(event, SequenceStartEvent):
            continue  # a list in place of a mapping with one key
        elif isinstance(event, MappingStartEvent) and step == 0:
            continue  # a mapping in place of a list with one item
        else:
            break
        if found is None:
            break
        key, event = found
        place = _Place(position_of(key), position_of(event))
    return place


def _read(next_event: NextEvent, key: Event, event: Event) -> Node:
    node = Node(place=_Place(position_of(key), position_of(event)))
    if isinstance(event, MappingStartEvent):
        node.entries = {}
        while not isinstance(key := next_event(), MappingEndEvent):
            value = _read(next_event, key, next_event())
            node.entries.setdefault(_text_of(key), value)
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


def _find_entry(next_event: NextEvent, name: str) -> tuple[tuple[Event, Event] | None, list[str]]:
    """Return the key and value of that name, and the names before it."""
    others: list[str] = []
    while not isinstance(key := next_event(), MappingEndEvent):
        value = next_event()
        text = _text_of(key)
        if text == name:
            return (key, value), others
        others.append(text)
        _skip(next_event, value)
    return None, others


def _text_of(key: Event) -> str:
    # The reader refuses every key that is no scalar, and only a file that it read has a source.
    return key.value if isinstance(key, ScalarEvent) else ""


def _find_item(next_event: NextEvent, index: int) -> tuple[Event, Event] | None:
    while not isinstance(event := next_event(), SequenceEndEvent):
        if index == 0:
            return event, event
        index -= 1
        _skip(next_event, event)
    return None


def _skip(next_event: NextEvent, event: Event) -> None:
    depth = 1 if isinstance(event, _STARTS) else 0
    while depth:
        event = next_event()
        if isinstance(event, _STARTS):
            depth += 1
        elif isinstance(event, _ENDS):
            depth -= 1


def _span(path: str, position: tuple[int, int]) -> SourceSpan:
    return SourceSpan(path=path, line=position[0] + 1, column=position[1] + 1)
