"""The plan, the costs, the result and the step budget of an assignment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from msgspec import Struct, field

DECIDING: Final = 500_000
"""Steps for the question whether the cost is 0, which is answered exactly or refused."""

EXPLAINING: Final = 60_000
"""Steps for the search of the best assignment once the cost is known not to be 0."""


class TooManyWaysError(Exception):
    """The expectations allow more assignments than the steps can search."""


class Steps:
    """A budget of steps."""

    def __init__(self, number: int) -> None:
        self._left = number

    def take(self, number: int = 1) -> None:
        """Spend steps.

        Raises:
            TooManyWaysError: fewer steps are left.

        """
        self._left -= number
        if self._left < 0:
            raise TooManyWaysError


IMPOSSIBLE: Final = 1 << 60
"""The cost of a forbidden pair."""


class Leaf(Struct, frozen=True, kw_only=True):
    """One expectation, with the number of observations that it takes."""

    row: int
    "Its row of costs, from 0. No two leaves share a row."

    minimum: int = 1
    maximum: int | None = 1
    "`None`: as often as it is observed."


class Costs(Protocol):
    """The cost of each pair of an expectation and an observation."""

    def holds(self, row: int, observation: int) -> bool:
        """Tell whether the pair costs nothing."""
        ...

    def fits(self, row: int, observation: int) -> bool:
        """Tell whether the pair is possible."""
        ...

    def price(self, row: int, observation: int) -> int | None:
        """Return the cost of the pair, `None` if it is impossible. The computation may be slow."""
        ...


class Group(Struct, frozen=True, kw_only=True):
    """Expectations in order, or in any order. In order, a member ends before the next begins."""

    ordered: bool
    members: tuple[Leaf | Group, ...]


Node = Leaf | Group


class Assignment(Struct, frozen=True, kw_only=True):
    """The pairs of expectations and observations, and the rest of both."""

    pairs: tuple[tuple[int, int], ...]
    "Row and observation, in the order of the observations."

    missing: tuple[int, ...]
    "Rows that lack an observation; a row that lacks two is here twice."

    extra: tuple[int, ...]
    "Observations without an expectation."

    cost: int
    "0 if and only if every expectation is met and no observation is left over."

    is_optimal: bool = True
    "`False`: the search ran out of steps, and another assignment might cost less."


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield the leaves in the order of the file."""
    if isinstance(node, Leaf):
        yield node
    else:
        for member in node.members:
            yield from leaves(member)


def copies(leaf: Leaf, count: int) -> int:
    """Return the number of slots that a leaf needs for so many observations."""
    return max(leaf.minimum, count) if leaf.maximum is None else leaf.maximum


def simplify_plan(node: Node) -> Node:
    """Return an equivalent plan without empty groups and groups of the same kind in one another."""
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
    """The cheapest use of some observations for a part of a plan."""

    cost: int
    pairs: tuple[tuple[int, int], ...] = ()


class CostTable(Struct, frozen=True, kw_only=True):
    """All costs of one assignment. A leaf that takes two observations has two slots."""

    slots: Sequence[Sequence[int]]
    "For each slot the cost of each observation."

    rows: Sequence[int]
    "The row of each slot."

    missing: Sequence[int]
    "The cost of each empty slot."

    extra: int
    "The cost of each unused observation."

    of_row: dict[int, tuple[int, ...]]
    "The slots of each row; the first slots are required."

    steps: Steps = field(default_factory=lambda: Steps(EXPLAINING))
