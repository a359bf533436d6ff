"""Formats values as YAML that a user can paste, and as failures show them."""

from __future__ import annotations

import json
import re
from enum import Enum
from typing import Final

from pytest_tavus.matching.shape import is_list, is_mapping, is_number

LONGEST: Final = 96
"""Characters of a value after which a message cuts it."""

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*(?: [\w./-]+)*", re.ASCII)
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


class Absent(Enum):
    """The type of :data:`ABSENT`. A missing value is not the same as null."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return self.value


ABSENT: Final = Absent.ABSENT


def quote_text(text: str) -> str:
    """Quote a text as YAML: ``'A-10428'``; ``"I'm sorry"`` if it has apostrophes or escapes."""
    if not text.isprintable():
        return json.dumps(text, ensure_ascii=False)
    if "'" in text and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def format_yaml(value: object) -> str:
    """Format JSON data, which may hold matchers, as YAML on one line: ``{order_id: A-10429}``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
        return value if plain else quote_text(value)
    if is_mapping(value):
        entries = (f"{format_yaml(key)}: {_item(item)}" for key, item in value.items())
        return f"{{{', '.join(entries)}}}"
    if is_list(value):
        return "[" + ", ".join(_item(item) for item in value) + "]"
    return repr(value)


def _item(value: object) -> str:
    text = format_yaml(value)
    # YAML reads a bracket or a comma directly after a tag as part of the tag.
    ends_in_tag = not isinstance(value, str) and text.rpartition(" ")[2].startswith("!")
    return f"{text} " if ends_in_tag else text


def describe(value: object) -> str:
    """Format a value with its type, and cut a long one: ``'A-10428' (text)``, ``absent``."""
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
