"""`parametrize`: the rows of a scenario, each with its id and its own copy of the data."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from msgspec import Struct

from pytest_tavus.scenario.language.document import ParametrizeDocument
from pytest_tavus.scenario.values.templates import as_text

LONGEST_ID = 60
"""Characters. A longer id is replaced by the number of the row."""


class Row(Struct, frozen=True, kw_only=True):
    """One row: what `{row.x}` reads, and what the scenario is called by."""

    id: str
    values: dict[str, Any]
    index: int
    "Counted from 0."


def rows(document: ParametrizeDocument) -> tuple[Row, ...]:
    """Return the rows, every id once."""
    found: list[Row] = []
    taken: set[str] = set()
    for index, values in enumerate(_values(document)):
        wanted = _id(values, index)
        unique = wanted if wanted not in taken else f"{wanted}-{index + 1}"
        taken.add(unique)
        found.append(Row(id=unique, values=values, index=index))
    return tuple(found)


def _values(document: ParametrizeDocument) -> Iterator[dict[str, Any]]:
    if document.rows is not None:
        yield from document.rows
    elif document.matrix is not None:
        names = list(document.matrix)
        for combination in product(*document.matrix.values()):
            yield dict(zip(names, combination, strict=True))


def _id(values: dict[str, Any], index: int) -> str:
    if "id" in values:
        return as_text(values["id"])
    plain = all(value is None or isinstance(value, (str, int, float)) for value in values.values())
    joined = "-".join(as_text(value) for value in values.values())
    fits = plain and 0 < len(joined) <= LONGEST_ID and joined.isprintable()
    return joined if fits else f"row{index + 1}"
