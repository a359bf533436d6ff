"""What an assignment is asked, what it answers, and how many steps it may take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from msgspec import Struct, field

DECIDING: Final = 500_000
"""Steps for the question whether everything holds, which is answered exactly or not at all."""

EXPLAINING: Final = 60_000
"""Steps for the search of what explains best that not everything holds."""


class TooManyWaysError(Exception):
    """The expectations leave more ways open than can be looked through."""


class Steps:
    """A number of steps that is being used up."""

    def __init__(self, number: int) -> None:
        self._left = number

    def take(self, number: int = 1) -> None:
        """Use some up.

        Raises:
            TooManyWaysError: there are not so many left.

        """
        self._left -= number
        if self._left < 0:
            raise TooManyWaysError


IMPOSSIBLE: Final = 1 << 60
"""The cost of what may not be."""


class Leaf(Struct, frozen=True, kw_only=True):
    """One expectation, wanted a number of times."""

    row: int
    "Its row of costs, from 0. No two leaves share one."

    minimum: int = 1
    maximum: int | None = 1
    "`None`: as often as it is seen."


class Costs(Protocol):
    """What it costs to let an observation stand for an expectation."""

    def holds(self, row: int, seen: int) -> bool:
        """Tell whether it costs nothing."""
        ...

    def fits(self, row: int, seen: int) -> bool:
        """Tell whether it is possible at all."""
        ...

    def price(self, row: int, seen: int) -> int | None:
        """Return what it costs; `None` where it is not possible. It may be dear to find out."""
        ...


class Matrix(Struct, frozen=True):
    """Costs that are known beforehand: a row for each expectation."""

    cells: Sequence[Sequence[int | None]]

    def holds(self, row: int, seen: int) -> bool:
        """Tell whether it costs nothing."""
        return self.cells[row][seen] == 0

    def fits(self, row: int, seen: int) -> bool:
        """Tell whether it is possible at all."""
        return self.cells[row][seen] is not None

    def price(self, row: int, seen: int) -> int | None:
        """Return what it costs."""
        return self.cells[row][seen]


class Group(Struct, frozen=True, kw_only=True):
    """Expectations in order, or in any order. In order, all of a member comes before the next."""

    ordered: bool
    members: tuple[Leaf | Group, ...]


Node = Leaf | Group


class Assignment(Struct, frozen=True, kw_only=True):
    """Which observation stands for which expectation."""

    pairs: tuple[tuple[int, int], ...]
    "Row and observation, by observation."

    missing: tuple[int, ...]
    "Rows that lack an observation; a row that lacks two is here twice."

    extra: tuple[int, ...]
    "Observations that no expectation asked for."

    cost: int
    "0 if and only if everything holds."

    surely_best: bool = True
    "`False`: it was found within a number of steps, and another might cost less."


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield the leaves in the order in which they were written."""
    if isinstance(node, Leaf):
        yield node
    else:
        for member in node.members:
            yield from leaves(member)


def copies(leaf: Leaf, count: int) -> int:
    """Return how often a leaf can be met by so many observations, or must be."""
    return max(leaf.minimum, count) if leaf.maximum is None else leaf.maximum


def simplify_plan(node: Node) -> Node:
    """Return the same plan without groups that say nothing."""
    if isinstance(node, Leaf):
        return node
    members: list[Node] = []
    for member in map(simplify_plan, node.members):
        if isinstance(member, Group) and (member.ordered is node.ordered or not member.members):
            members.extend(member.members)
        else:
            members.append(member)
    return members[0] if len(members) == 1 else Group(ordered=node.ordered, members=tuple(members))


def precedences(node: Node) -> Iterator[tuple[int, int]]:
    """Yield each pair of rows of which the first must come before the second."""
    if isinstance(node, Leaf):
        return
    before: list[int] = []
    for member in node.members:
        yield from precedences(member)
        rows = [leaf.row for leaf in leaves(member)]
        if node.ordered:
            yield from ((first, second) for first in before for second in rows)
            before.extend(rows)


class Solution(Struct, frozen=True, kw_only=True):
    """The best use of some observations, while a plan is being put together."""

    cost: int
    pairs: tuple[tuple[int, int], ...] = ()


class CostTable(Struct, frozen=True, kw_only=True):
    """What everything costs. A leaf that is wanted twice has two slots."""

    slots: Sequence[Sequence[int]]
    "For each slot the cost of each observation."

    rows: Sequence[int]
    "The row that each slot stands for."

    missing: Sequence[int]
    "What it costs to leave a slot empty."

    extra: int
    "What it costs to leave an observation unused."

    of_row: dict[int, tuple[int, ...]]
    "The slots of each row, those that must be filled first."

    steps: Steps = field(default_factory=lambda: Steps(EXPLAINING))
