"""A cell of the table: one small project file, and the colour that it must have."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Surface = Literal["yaml", "python"]
Transport = Literal["in_process", "http", "client"]
Value = Literal["plain", "masked"]
Sign = Literal["right", "wrong"]
Colour = Literal["passed", "failed", "undecided", "refused", "skipped"]

SURFACES: tuple[Surface, ...] = ("yaml", "python")
TRANSPORTS: tuple[Transport, ...] = ("in_process", "http", "client")
VALUES: tuple[Value, ...] = ("plain", "masked")

CELL = "CELL"
"""Stands in a URL, or in the name of a page's function, for the name of the cell."""

ENVIRON = {
    "SHOP_KEY": "sk_live_a/b+c 4242",
    "SPARE_KEY": "sk_live_a/b+c 4343",
    "ORDER": "A-10428",
    "DEBUG": "1000",
    "RETRIES": "3000",
    "FLAG": "1",
}
"""The environment of the run: secrets, and settings that look like the numbers of an answer."""

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where a class of defects is tried: how calls travel, and whether the value is masked."""

    transport: Transport
    value: Value

    @property
    def key(self) -> str:
        """A secret, or a text that is none."""
        return ENVIRON["SHOP_KEY"] if self.value == "masked" else "pk_test_a/b+c 1717"

    @property
    def spare(self) -> str:
        """Another one that looks alike."""
        return ENVIRON["SPARE_KEY"] if self.value == "masked" else "pk_test_a/b+c 1818"

    @property
    def wanted(self) -> str:
        """How a scenario writes the key."""
        return "{env.SHOP_KEY}" if self.value == "masked" else self.key

    @property
    def spared(self) -> str:
        """How a scenario writes the other key."""
        return "{env.SPARE_KEY}" if self.value == "masked" else self.spare

    @property
    def number(self) -> int:
        """A number that is also the value of a variable where values are masked."""
        return 1000 if self.value == "masked" else 2000

    @property
    def env(self) -> list[str]:
        """The variables that the scenario names, and that are therefore masked."""
        return list(ENVIRON) if self.value == "masked" else []

    def tool(self, name: str = "find", /, *, api: Any = None, **more: Any) -> dict[str, Any]:
        """Return a tool that is called in this way; `api` adds to, or replaces, its request."""
        delivery: dict[str, Any] = {"app_message": True}
        if self.transport != "client":
            url = f"https://shop.example.com/{CELL}/{name}"
            delivery = {"api": {"url": url, "timeout": 5, **(api or {})}}
            if delivery["api"]["url"].startswith("+"):
                delivery["api"]["url"] = url + delivery["api"]["url"][1:]
        return {
            "name": name,
            "description": "A tool.",
            "parameters": {"type": "object", "properties": {"q": {"type": "string"}, "n": {}}},
            "delivery": delivery,
            "on_call": "silent",
            "on_resolve": "generate_response",
            **more,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a class of defects says of one cell, whatever its surface."""

    name: str
    colour: Colour
    turns: Sequence[Mapping[str, Any]] = ()
    answers: Answers = field(default_factory=dict[str, Any])
    "By tool; a tool without one answers `{}`."

    tools: Sequence[Mapping[str, Any]] = ()
    setting: Mapping[str, Any] = field(default_factory=dict[str, Any])
    "Further keys of the scenario."

    fixture: Literal["tavus", "tavus_async"] = "tavus"
    "What a test in Python opens its conversation with."

    lines: Sequence[str] = ()
    "Instead of `turns`, for Python: what stands inside the `with` block."

    shows: Sequence[str] = ()
    "Texts that the failure must show."

    raises: bool = False
    "An error of the test itself is what makes it red."

    faulty: bool = False
    "A fault of the handler or of the harness is what makes it red."


Drafts = Callable[[Ground], Iterator[Draft]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """A class of defects, with the grounds on which it is tried."""

    name: str
    drafts: Drafts
    surfaces: tuple[Surface, ...] = SURFACES
    transports: tuple[Transport, ...] = TRANSPORTS
    values: tuple[Value, ...] = VALUES
    thinned: int = 5
    "Elsewhere than at home, one draft of so many is tried."

    about_values: bool = False
    "At home, every draft is tried with a masked value too."


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: its place in the table, its project file, its colour."""

    defect: str
    surface: Surface
    ground: Ground
    draft: Draft
    number: int = 0

    @property
    def sign(self) -> Sign:
        """Whether the cell is one of the right ones, which must be green, or of the wrong ones."""
        return "right" if self.draft.colour == "passed" else "wrong"

    @property
    def slug(self) -> str:
        """Its name in the project, where it is a path, a file and a function."""
        return f"c{self.number:04}"

    @property
    def colour(self) -> Colour:
        """The colour it must have: a test in Python passes or fails and is nothing else."""
        if self.surface == "python" and self.draft.colour != "passed":
            return "failed"
        return self.draft.colour

    def __str__(self) -> str:
        ground = self.ground
        place = f"{self.surface}-{ground.transport}-{ground.value}"
        return f"{self.defect}-{self.draft.name}-{place}-{self.sign}".replace(" ", "_")


def expanded(defects: Sequence[Defect]) -> tuple[Cell, ...]:
    """Return the cells of all classes, each with its number.

    At home, in YAML and in process, a class is tried with every draft; elsewhere with some of them,
    on each ground with others.
    """
    cells = itertools.chain.from_iterable(_cells(defect) for defect in defects)
    return tuple(replace(cell, number=number) for number, cell in enumerate(cells))


def _cells(defect: Defect) -> Iterator[Cell]:
    grounds = list(itertools.product(defect.surfaces, defect.transports, defect.values))
    for place, (surface, transport, value) in enumerate(grounds):
        ground = Ground(transport=transport, value=value)
        drafts = [one for one in defect.drafts(ground) if surface == "python" or not one.lines]
        for index, draft in enumerate(drafts):
            home = (surface, transport) == (defect.surfaces[0], defect.transports[0])
            first = value == defect.values[0] or defect.about_values
            if (home and first) or (place + index) % defect.thinned == 0:
                yield Cell(defect=defect.name, surface=surface, ground=ground, draft=draft)
