"""Reads YAML text to plain data without positions, strictly and in linear time.

The reader builds the data straight from the parser's events. A tree of nodes for a whole file costs
ten times the memory, and the garbage collector's time then grows faster than the file.
:mod:`~pytest_tavus.scenario.text.source` finds positions again for the few callers that need them.
The reader knows nothing of scenarios.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable
from typing import NoReturn

from msgspec import Struct, field

from pytest_tavus.errors import Problem, ScenarioError
from pytest_tavus.scenario.text.limits import FileLimits
from pytest_tavus.scenario.text.yamlfile import (
    AliasEvent,
    DocumentStartEvent,
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
    syntax_error,
)
from pytest_tavus.spans import SourceSpan

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_YES = frozenset({"yes", "on", "y"})
_NO = frozenset({"no", "off", "n"})
_NOT_FINITE = frozenset({".nan", ".inf", "+.inf", "-.inf"})
_STARTS = frozenset("-.0123456789~ntfNTFyYoO+")
_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,4000})")
_RADIX = re.compile(r"0(?:o[0-7]{1,1000}|x[0-9a-fA-F]{1,1000})")
_FLOAT = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


class WordError(ValueError):
    """A plain word that different readers of YAML read as different values."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def read_plain_scalar(text: str) -> Scalar:
    """Parse an unquoted scalar by the rules of YAML 1.2.

    Raises:
        WordError: for `yes`, `no`, `on`, `off`, `y`, `n` and for numbers that JSON cannot hold.

    """
    if text and text[0] not in _STARTS:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "-.0123456789+":
        return _read_number(text)
    lowered = text.lower()
    if lowered in _YES or lowered in _NO:
        word = "true" if lowered in _YES else "false"
        message = f"the plain word {text} is a boolean to some readers of YAML and text to others"
        raise WordError(message, hint=f'write {word}, or quote it: "{text}"')
    return text


def _read_number(text: str) -> Scalar:
    if _INT.fullmatch(text):
        return int(text)
    if _RADIX.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        value = float(text)
        if value in {float("inf"), float("-inf")}:
            message = f"the number {text} is too large"
            raise WordError(message, hint=f'quote it: "{text}"')
        return value
    if text.lower() in _NOT_FINITE:
        message = f"{text} is a number that JSON cannot hold"
        raise WordError(message, hint=f'quote it if it is text: "{text}"')
    return text


TagResolver = Callable[[str, object], object]
"""Turns a tag's name, without ``!``, and its plain value into the value of the tag. Raises
:class:`TagError` for an unknown tag or a wrong value."""

_JUST_TEXT = frozenset({"tag:yaml.org,2002:str", "!"})
_STANDARD = "tag:yaml.org,2002:"


class TagError(ValueError):
    """A tag is unknown, or its value is wrong."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


Parts = dict[str, "array[int]"]
"""The positions of the items of each list at the root of a file, four numbers for each item: the
index of its first character, the index behind its last, and its line and column from 0. A lookup in
a long file then parses only one item."""


class LoadedYaml(Struct, frozen=True, kw_only=True):
    """The data of one file."""

    data: object
    parts: Parts = field(default_factory=dict[str, "array[int]"])
    problems: tuple[Problem, ...] = ()


def load_yaml(
    text: str, path: str, *, limits: FileLimits, tagged: TagResolver, pure: bool = False
) -> LoadedYaml:
    """Read one YAML document.

    The result holds all problems that leave the rest readable, such as a duplicate key.
    `pure` selects the Python parser.

    Raises:
        ScenarioError: the text is not YAML, or exceeds a limit.

    """
    reader = _Reader(events(text, pure=pure), path, limits, tagged)
    try:
        data = reader.read_document()
    except YamlError as error:
        raise ScenarioError((*reader.problems, syntax_error(error, text, path))) from None
    return LoadedYaml(data=data, parts=reader.parts, problems=tuple(reader.problems))


class _Reader:
    """One pass over the events of one file."""

    def __init__(
        self, next_event: NextEvent, path: str, limits: FileLimits, tagged: TagResolver
    ) -> None:
        self._next = next_event
        self._path = path
        self._limits = limits
        self._resolve_tag = tagged
        self._anchors: dict[str | None, tuple[object, int]] = {}
        self._valid_keys: set[str] = set()
        self._texts: dict[str, str] = {}
        self._nodes = self._depth = 0
        self._last: Event | None = None
        self.parts: Parts = {}
        self.problems: list[Problem] = []

    def read_document(self) -> object:
        """Read the only document; an empty file has the value `None`."""
        root = find_root(self._next)
        if root is None:
            return None
        if isinstance(root, MappingStartEvent) and root.anchor is None and root.tag is None:
            data: object = self._read_root()
        else:
            data = self._read_value(root)
        self._next()
        if isinstance(after := self._next(), DocumentStartEvent):
            self._fail(after, "a second document begins here", hint="write one document a file")
        return data

    def _read_root(self) -> dict[str, object]:
        """Read the outermost mapping and record the positions of the items of its lists."""
        self._depth = 1
        data: dict[str, object] = {}
        while type(event := self._next()) is not MappingEndEvent:
            key = self._read_key(event, data)
            value = self._next()
            if type(value) is SequenceStartEvent and value.anchor is None and value.tag is None:
                data[key] = self._read_located_items(key)
            else:
                data[key] = self._read_value(value)
        return data

    def _read_located_items(self, key: str) -> list[object]:
        items: list[object] = []
        marks = self.parts[key] = array("L")
        while type(event := self._next()) is not SequenceEndEvent:
            items.append(self._read_value(event))
            start, end = event.start_mark, None if self._last is None else self._last.end_mark
            if start is not None and end is not None:
                marks.extend((start.index, end.index, start.line, start.column))
        return items

    def _read_value(self, event: Event) -> object:
        before = self._nodes
        self._nodes += 1
        if self._nodes > self._limits.max_nodes:
            self._refuse_size(event)
        self._last = event
        value: object
        if type(event) is ScalarEvent:
            value = self._read_scalar(event)
        elif type(event) is SequenceStartEvent or type(event) is MappingStartEvent:
            value = self._read_collection(event)
        else:
            return self._resolve_alias(event)
        tag = event.tag
        if tag is not None and tag not in _JUST_TEXT:
            value = self._apply_tag(event, tag, value)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, self._nodes - before)
        return value

    def _read_collection(self, event: SequenceStartEvent | MappingStartEvent) -> object:
        self._depth += 1
        if self._depth > self._limits.max_depth:
            message = f"values are nested more than {self._limits.max_depth} deep"
            self._fail(event, message, hint="move what is inside to a file of its own")
        value = self._read_items() if type(event) is SequenceStartEvent else self._read_mapping()
        self._depth -= 1
        return value

    def _read_items(self) -> list[object]:
        items: list[object] = []
        while type(event := self._next()) is not SequenceEndEvent:
            items.append(self._read_value(event))
        self._last = event
        return items

    def _read_mapping(self) -> dict[str, object]:
        data: dict[str, object] = {}
        while type(event := self._next()) is not MappingEndEvent:
            key = self._read_key(event, data)
            data[key] = self._read_value(self._next())
        self._last = event
        return data

    def _read_key(self, event: Event, data: dict[str, object]) -> str:
        if type(event) is not ScalarEvent or (event.tag and event.tag not in _JUST_TEXT):
            self._fail(event, "a key must be text", hint="quote it")
        key = self._texts.setdefault(event.value, event.value)
        if key not in self._valid_keys and not event.style and not event.tag:
            self._check_plain_key(event, key)
        if key in data:
            self._report(event, f"the key {key!r} is written twice", hint="keep one of the two")
        return key

    def _check_plain_key(self, event: Event, key: str) -> None:
        if key == "<<":
            hint = "write the keys out, or put them in a file of their own and use include"
            self._report(event, "the merge key << is not supported", hint=hint)
            return
        try:
            found = read_plain_scalar(key)
        except WordError:
            return
        if isinstance(found, str):
            self._valid_keys.add(key)
            return
        message = f"a key must be text, and {key or 'an empty one'} is not"
        self._report(event, message, hint=f'quote it: "{key}"')

    def _read_scalar(self, event: ScalarEvent) -> Scalar:
        value: Scalar = event.value
        if not event.style and event.tag not in _JUST_TEXT:
            try:
                value = read_plain_scalar(event.value)
            except WordError as error:
                self._report(event, str(error), hint=error.hint)
        # Files repeat the same texts, so equal texts share one object.
        return self._texts.setdefault(value, value) if isinstance(value, str) else value

    def _apply_tag(self, event: Event, tag: str, value: object) -> object:
        if tag.startswith(_STANDARD):
            name = "!!" + tag.removeprefix(_STANDARD)
            hint = "leave it out; quote what must stay text"
            self._report(event, f"the tag {name} is not supported", hint=hint)
            return value
        try:
            return self._resolve_tag(tag.removeprefix("!"), value)
        except TagError as error:
            self._report(event, str(error), hint=error.hint)
            return value

    def _resolve_alias(self, event: Event) -> object:
        anchor = event.anchor if isinstance(event, AliasEvent) else None
        if anchor not in self._anchors:
            message = f"the alias *{anchor} stands before, or inside, what it refers to"
            self._fail(event, message, hint=f"define &{anchor} further up")
        value, size = self._anchors[anchor]
        self._nodes += size - 1
        if self._nodes > self._limits.max_nodes:
            self._refuse_size(event)
        return value

    def _refuse_size(self, event: Event) -> NoReturn:
        message = (
            f"the file holds more than {self._limits.max_nodes:,} values, "
            "with every alias counted as all that it stands for"
        )
        self._fail(event, message, hint="split the file, or repeat less")

    def _report(self, event: Event, message: str, *, hint: str | None) -> None:
        line, column = position_of(event)
        span = SourceSpan(path=self._path, line=line + 1, column=column + 1)
        self.problems.append(Problem(message=message, span=span, hint=hint))

    def _fail(self, event: Event, message: str, *, hint: str) -> NoReturn:
        self._report(event, message, hint=hint)
        raise ScenarioError(self.problems)
