"""Where two answers differ, and which differences are accepted, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from pytest_tavus.contract.body import json_list, json_object

_SENSELESS = {"duration_ms"}
"""What is another in every run."""

_NOTHING = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where an answer of theirs is not one of ours."""

    path: str
    "Keys and places with slashes between them, as in ``/data/0/name``."

    theirs: Any
    ours: Any

    def __str__(self) -> str:
        return f"{self.path}: theirs {_shown(self.theirs)}, ours {_shown(self.ours)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Differences that may be."""

    tools: tuple[str, ...]
    "Each of these has them, and no other."

    path: str
    "May have ``*`` in it."

    reason: str

    only_words: bool = True
    "Both sides have a text there; only what it says differs."

    def covers(self, difference: Difference) -> bool:
        """Tell whether it is about this one."""
        words = isinstance(difference.theirs, str) and isinstance(difference.ours, str)
        return fnmatchcase(difference.path, self.path) and (words or not self.only_words)


def differences(theirs: Any, ours: Any, path: str = "") -> Iterator[Difference]:
    """Yield the innermost places where two JSON values differ."""
    one, other = json_object(theirs), json_object(ours)
    if one is not None and other is not None:
        for name in {**one, **other}:
            if name not in _SENSELESS:
                here = f"{path}/{name}"
                yield from differences(one.get(name, _NOTHING), other.get(name, _NOTHING), here)
        return
    first, second = json_list(theirs), json_list(ours)
    if first is not None and second is not None and len(first) == len(second):
        for index, (left, right) in enumerate(zip(first, second, strict=True)):
            yield from differences(left, right, f"{path}/{index}")
        return
    if not _same(theirs, ours):
        yield Difference(path=path or "/", theirs=theirs, ours=ours)


def _same(one: Any, other: Any) -> bool:
    """Tell whether two values are one in JSON, which has one kind of number."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def unaccepted(found: Iterable[Difference], rows: Iterable[Accepted]) -> list[str]:
    """Return what is wrong: differences that no row covers, and rows that cover none."""
    found, rows = list(found), list(rows)
    unlike = [str(each) for each in found if not any(row.covers(each) for row in rows)]
    idle = [
        f"the accepted difference {row.path} is none any more: {row.reason}"
        for row in rows
        if not any(row.covers(each) for each in found)
    ]
    return [*unlike, *idle]


def _shown(value: Any) -> str:
    if value is _NOTHING:
        return "nothing"
    return re.sub(r"(.{160}).+", r"\1...", repr(value))
