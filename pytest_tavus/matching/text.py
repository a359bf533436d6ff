"""How a value is written: as YAML that could be pasted, and as a failure shows it."""

from __future__ import annotations

import json
import re
from enum import Enum
from typing import Any, Final

from pytest_tavus.matching.shape import is_list, is_mapping, is_number

LONGEST: Final = 96
"""Characters of a value that a message shows before it is cut."""

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*(?: [\w./-]+)*", re.ASCII)
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


class Absent(Enum):
    """The type of :data:`ABSENT`: a value that is not there, which is not the same as null."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return self.value


ABSENT: Final = Absent.ABSENT
"""Stands where a value is not there."""


def quote_text(text: str) -> str:
    """Write a text in single quotes; in double ones where it has an apostrophe or needs escapes.

    It is YAML either way: ``'A-10428'``, ``"I'm sorry"``.
    """
    if not text.isprintable():
        return json.dumps(text, ensure_ascii=False)
    if "'" in text and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def format_yaml(value: Any) -> str:
    """Write JSON data with matchers in it as YAML on one line: ``{order_id: A-10429}``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
        return value if plain else quote_text(value)
    if is_mapping(value):
        return (
            "{"
            + ", ".join(f"{format_yaml(key)}: {_item(item)}" for key, item in value.items())
            + "}"
        )
    if is_list(value):
        return "[" + ", ".join(_item(item) for item in value) + "]"
    return repr(value)


def _item(value: Any) -> str:
    """Write a value inside brackets. To YAML, a bracket or a comma behind a tag is part of it."""
    text = format_yaml(value)
    ends_in_tag = not isinstance(value, str) and text.rpartition(" ")[2].startswith("!")
    return f"{text} " if ends_in_tag else text


def describe(value: Any) -> str:
    """Name a value and its type, cut where it is long: ``'A-10428' (text)``, ``absent``."""
    if isinstance(value, bool):
        return f"{format_yaml(value)} (boolean)"
    if is_number(value):
        return f"{_cut(repr(value))} (number)"
    if isinstance(value, str):
        return _describe_text(value)
    if is_mapping(value):
        return f"{_cut(format_yaml(value))} (mapping)"
    if is_list(value):
        return f"{_cut(format_yaml(value))} (list)"
    return format_yaml(value)


def _describe_text(value: str) -> str:
    if len(value) <= LONGEST:
        return f"{quote_text(value)} (text)"
    return f"{quote_text(value[:LONGEST])}… (text of {len(value)} characters)"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
