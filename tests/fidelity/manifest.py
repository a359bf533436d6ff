"""Reads the manifest: its entries from YAML, and the tests that carry their names from source."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import yaml

from pytest_tavus.scenario.text.plain import is_dict
from tests.source import REPOSITORY, label

HOME = Path(__file__).parent
TESTS = REPOSITORY / "tests"
KEYS = ("name", "behaviour", "source", "divergence", "seen")
SOURCES = {
    "doc": "Tavus's public documentation",
    "client": "an official client, tavus-cli",
    "inferred": "our conclusion from those two",
    "wild": "reports of users, unverified",
}

_SENTENCE = re.compile(r"[A-Z`/].*[^.]\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One behaviour of the simulated Tavus."""

    name: str
    behaviour: str
    source: dict[str, str]
    "Where it was learned, by kind."

    divergence: str | None
    seen: date

    @property
    def area(self) -> str:
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The name of an entry, on a test."""

    name: str
    file: str
    "From the repository's root."

    line: int


class ManifestError(ValueError):
    """An entry or a mark is not as the manifest's format says."""


def areas() -> list[Path]:
    """Return the files of the manifest."""
    return sorted(HOME.glob("*.yaml"))


def entries() -> list[Entry]:
    """Return every entry of every area, in the order of the files."""
    return [entry for file in areas() for entry in read(file.read_text("utf-8"), area=file.stem)]


def marks() -> list[Mark]:
    """Return every mark on every test."""
    return [
        mark
        for path in sorted(TESTS.rglob("test_*.py"))
        for mark in marked(path.read_text("utf-8"), file=label(path))
    ]


def read(text: str, *, area: str) -> list[Entry]:
    """Read the entries of one area.

    Raises:
        ManifestError: one of them is not as the format says.

    """
    found = [_entry(row, area) for row in yaml.safe_load(text)]
    names = [entry.name for entry in found]
    for first, second in itertools.pairwise(names):
        if first == second:
            _refuse(f"{area}.yaml: {first} is there twice")
        if first > second:
            _refuse(f"{area}.yaml: {second} must stand before {first}")
    return found


def _entry(row: dict[str, Any], area: str) -> Entry:
    name = row.get("name", "?")
    for wrong in _wrong(row, area):
        _refuse(f"{area}.yaml: {name}: {wrong}")
    return Entry(
        name=row["name"],
        behaviour=row["behaviour"],
        source=row["source"],
        divergence=None if row["divergence"] == "none" else row["divergence"],
        seen=row["seen"],
    )


def _wrong(row: dict[str, Any], area: str) -> Iterator[str]:
    if tuple(row) != KEYS:
        yield f"its keys must be {', '.join(KEYS)}, not {', '.join(row)}"
        return
    if not re.fullmatch(rf"{area}\.[a-z][a-z0-9_]*", str(row["name"])):
        yield f"its name must be '{area}.' and words in lower case joined by underscores"
    if not _SENTENCE.fullmatch(str(row["behaviour"])):
        yield f"its behaviour must be one sentence, not {row['behaviour']!r}"
    if row["divergence"] != "none" and not _SENTENCE.fullmatch(str(row["divergence"])):
        yield f"its divergence must be one sentence or 'none', not {row['divergence']!r}"
    if type(row["seen"]) is not date:
        yield f"the day it was last seen must be a date like 2026-11-20, not {row['seen']!r}"
    yield from _wrong_source(row["source"])


def _wrong_source(source: Any) -> Iterator[str]:
    known = ", ".join(SOURCES)
    if not is_dict(source) or not source:
        yield f"its source must be a mapping with one or more of {known}, not {source!r}"
        return
    for kind, place in source.items():
        if kind not in SOURCES:
            yield f"a source must be one of {known}, not {kind!r}"
        if not isinstance(place, str) or not place.strip():
            yield f"the source {kind!r} must say where, not {place!r}"


def marked(text: str, *, file: str) -> Iterator[Mark]:
    """Yield the marks in a module's text.

    Raises:
        ManifestError: a name is not a literal, or stands twice on one test.

    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.fidelity"):
            names = [a.value if isinstance(a, ast.Constant) else None for a in node.args]
            if not names or node.keywords or not all(isinstance(name, str) for name in names):
                _refuse(f"{file}:{node.lineno}: the names must be literals")
            if len(set(names)) < len(names):
                _refuse(f"{file}:{node.lineno}: a name is there twice")
            yield from (Mark(name=str(name), file=file, line=node.lineno) for name in names)


def _refuse(message: str) -> NoReturn:
    raise ManifestError(message)
