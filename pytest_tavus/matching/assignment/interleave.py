"""Solves plans of any partial order by dynamic programming over sets of settled slots.

A slot is settled if it is matched, or passed over because a later slot was matched. A chain of n
slots has n + 1 such sets, and chains side by side have the product, so common plans are quick.
Slots without order have 2 to the power of n sets: :mod:`~.hungarian` takes those that stand alone,
and a limit refuses the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pytest_tavus.matching.assignment.plan import (
    IMPOSSIBLE,
    CostTable,
    Leaf,
    Node,
    Solution,
    TooManyWaysError,
)

LIMIT: Final = 10_000
"""States after one observation."""

_State = tuple[int, tuple[tuple[int, int], ...]]


def interleave(node: Node, table: CostTable, *, first: int, last: int) -> Solution:
    """Return the best assignment of the observations from `first` up to `last`.

    Raises:
        TooManyWaysError: more than `LIMIT` states are open at once, or no step is left.

    """
    before = dict(_predecessors(node, table))
    layer: dict[int, _State] = {0: (0, ())}
    for observation in range(first, last):
        step: dict[int, _State] = {}
        table.steps.take(len(layer) * len(before))
        for mask, state in layer.items():
            for reached, cost, pairs in _next_states(
                mask, state, observation, before=before, table=table
            ):
                if cost < IMPOSSIBLE and (reached not in step or cost < step[reached][0]):
                    step[reached] = (cost, pairs)
        if len(step) > LIMIT:
            raise TooManyWaysError
        layer = step
    ends = (
        Solution(cost=cost + _missing_cost(mask, before, table), pairs=pairs)
        for mask, (cost, pairs) in layer.items()
    )
    return min(ends, key=lambda end: end.cost, default=Solution(cost=IMPOSSIBLE))


def _next_states(
    mask: int, state: _State, observation: int, *, before: dict[int, int], table: CostTable
) -> Iterator[tuple[int, int, tuple[tuple[int, int], ...]]]:
    cost, pairs = state
    for slot, earlier in before.items():
        price = table.slots[slot][observation]
        if mask >> slot & 1 or price >= IMPOSSIBLE:
            continue
        passed = _skip_cost(earlier & ~mask, before, table)
        yield mask | earlier | 1 << slot, cost + price + passed, (*pairs, (slot, observation))
    yield mask, cost + table.extra, pairs


def _missing_cost(mask: int, before: dict[int, int], table: CostTable) -> int:
    return sum(table.missing[slot] for slot in before if not mask >> slot & 1)


def _skip_cost(passed: int, before: dict[int, int], table: CostTable) -> int:
    return sum(table.missing[slot] for slot in before if passed >> slot & 1) if passed else 0


def _predecessors(node: Node, table: CostTable, above: int = 0) -> Iterator[tuple[int, int]]:
    """Yield each slot of a node with the set of slots, a bit mask, that must come before it."""
    if isinstance(node, Leaf):
        for slot in table.of_row[node.row]:
            yield slot, above
            above |= 1 << slot
        return
    for member in node.members:
        slots = list(_predecessors(member, table, above))
        yield from slots
        if node.ordered:
            for slot, _ in slots:
                above |= 1 << slot
