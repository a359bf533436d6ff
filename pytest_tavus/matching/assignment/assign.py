"""Assigns observed calls to expected calls at the least total cost.

Observations have an order, expectations have nested groups (in order, or in any order). The result
is exact and depends on the costs alone. The method follows the shape of the plan. In order: split
the observations between the members. In any order, single expectations only: :mod:`~.hungarian`.
Groups side by side: :mod:`~.interleave`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.matching.assignment.hungarian import cheapest_columns
from pytest_tavus.matching.assignment.interleave import interleave
from pytest_tavus.matching.assignment.large import LargeSolver, is_flat, is_small
from pytest_tavus.matching.assignment.plan import (
    DECIDING,
    IMPOSSIBLE,
    Assignment,
    Costs,
    CostTable,
    Group,
    Leaf,
    Node,
    Solution,
    Steps,
    TooManyWaysError,
    copies,
    leaves,
    simplify_plan,
)

__all__ = ["Assignment", "Group", "Leaf", "TooManyWaysError", "assign", "without_order"]


def assign(plan: Node, costs: Costs, *, count: int, missing: int, extra: int) -> Assignment:
    """Assign `count` observations to the leaves of a plan at the least total cost.

    `missing` is the cost of an unmet expectation, `extra` the cost of an unused observation.

    A cost of 0 is always exact. If the cost is not 0 and the plan allows too many assignments, the
    result ignores the order, and its `is_optimal` is false.

    Raises:
        TooManyWaysError: the steps ran out before it was certain whether the cost is 0.

    """
    plan = simplify_plan(plan)
    large = LargeSolver(
        costs=costs, count=count, missing=missing, extra=extra, solve_small=assign_exactly
    )
    found = (
        large.find_zero_cost(plan)
        if is_flat(plan)
        else _find_zero_cost(plan, costs, count, extra=extra)
    )
    if found is not None:
        return found
    if not is_small(tuple(leaves(plan)), count):
        return large.find_best(plan)
    return assign_exactly(plan, costs, count=count, missing=missing, extra=extra)


def assign_exactly(plan: Node, costs: Costs, *, count: int, missing: int, extra: int) -> Assignment:
    rows = max((leaf.row for leaf in leaves(plan)), default=-1) + 1
    prices = [[costs.price(row, seen) for seen in range(count)] for row in range(rows)]
    finite = [[IMPOSSIBLE if price is None else price for price in line] for line in prices]
    table = _build_table(plan, finite, count=count, missing=missing, extra=extra)
    try:
        return _build_assignment(_Solver(table=table).best(plan, 0, count), table, count)
    except TooManyWaysError:
        loose = _Solver(table=replace(table, steps=Steps(100 * DECIDING)))
        best = loose.best(without_order(plan), 0, count)
        return replace(_build_assignment(best, table, count), is_optimal=False)


def _find_zero_cost(plan: Node, costs: Costs, count: int, *, extra: int) -> Assignment | None:
    steps = Steps(DECIDING)
    rows = max((leaf.row for leaf in leaves(plan)), default=-1) + 1
    steps.take(rows * count)
    free = [
        [0 if costs.holds(row, observation) else IMPOSSIBLE for observation in range(count)]
        for row in range(rows)
    ]
    extra_cost = IMPOSSIBLE if extra else 0
    table = _build_table(plan, free, count=count, missing=IMPOSSIBLE, extra=extra_cost)
    found = _Solver(table=replace(table, steps=steps)).best(plan, 0, count)
    return _build_assignment(found, table, count) if found.cost == 0 else None


def without_order(plan: Node) -> Group:
    return Group(ordered=False, members=tuple(leaves(plan)))


def _build_table(
    plan: Node, costs: Sequence[Sequence[int]], *, count: int, missing: int, extra: int
) -> CostTable:
    """Give a leaf one slot for each observation that it can take."""
    rows: list[int] = []
    prices: list[int] = []
    of_row: dict[int, tuple[int, ...]] = {}
    for leaf in leaves(plan):
        most = copies(leaf, count)
        of_row[leaf.row] = tuple(range(len(rows), len(rows) + most))
        rows.extend([leaf.row] * most)
        prices.extend([missing] * leaf.minimum + [0] * (most - leaf.minimum))
    slots = [costs[row] for row in rows]
    return CostTable(slots=slots, rows=rows, missing=prices, extra=extra, of_row=of_row)


def _build_assignment(found: Solution, table: CostTable, count: int) -> Assignment:
    filled = {slot for slot, _ in found.pairs}
    used = {observation for _, observation in found.pairs}
    pairs = ((table.rows[slot], observation) for slot, observation in found.pairs)
    return Assignment(
        pairs=tuple(sorted(pairs, key=lambda pair: pair[1])),
        missing=tuple(_missing_rows(filled, table)),
        extra=tuple(item for item in range(count) if item not in used),
        cost=found.cost,
    )


def _missing_rows(filled: set[int], table: CostTable) -> Iterable[int]:
    for row, slots in table.of_row.items():
        required = sum(1 for slot in slots if table.missing[slot])
        yield from [row] * (required - sum(1 for slot in slots if slot in filled))


class _Solver(Struct, frozen=True, kw_only=True):
    table: CostTable

    def best(self, node: Node, first: int, last: int) -> Solution:
        """Return the cheapest use of the observations from `first` up to `last` for one node."""
        if isinstance(node, Leaf) or node.ordered:
            return self._solve_in_order(node, first, last)[last - first]
        members = tuple(_flatten(node))
        if len(members) == 1:
            return self.best(members[0], first, last)
        if all(isinstance(member, Leaf) for member in members):
            return self._solve_in_any_order(node, first, last)
        return interleave(Group(ordered=False, members=members), self.table, first=first, last=last)

    def _solve_in_order(self, node: Node, first: int, last: int) -> list[Solution]:
        """Return the cheapest use of the observations from `first` up to each end."""
        begin = [
            Solution(cost=min(IMPOSSIBLE, self.table.extra * n)) for n in range(last - first + 1)
        ]
        if isinstance(node, Leaf):
            for slot in self.table.of_row[node.row]:
                begin = self._after_slot(begin, slot, first)
            return begin
        for member in node.members:
            if isinstance(member, Leaf):
                for slot in self.table.of_row[member.row]:
                    begin = self._after_slot(begin, slot, first)
            else:
                begin = self._after_group(begin, member, first)
        return begin

    def _after_slot(self, before: list[Solution], slot: int, first: int) -> list[Solution]:
        after: list[Solution] = []
        self.table.steps.take(len(before))
        for end, skipped in enumerate(before):
            best = _add_cost(skipped, self.table.missing[slot])
            if end:
                price = self.table.slots[slot][first + end - 1]
                pair = (slot, first + end - 1)
                best = min(
                    _add_cost(after[end - 1], self.table.extra),
                    _add_cost(before[end - 1], price, pair),
                    best,
                    key=_cost,
                )
            after.append(best)
        return after

    def _after_group(self, before: list[Solution], group: Group, first: int) -> list[Solution]:
        after: list[Solution] = []
        for end in range(len(before)):
            self.table.steps.take(end + 1)
            best = Solution(cost=IMPOSSIBLE)
            for split in range(end + 1):
                start = before[split]
                if start.cost >= best.cost:
                    continue
                part = self.best(group, first + split, first + end)
                if start.cost + part.cost < best.cost:
                    joined = (*start.pairs, *part.pairs)
                    best = Solution(cost=start.cost + part.cost, pairs=joined)
            after.append(best)
        return after

    def _solve_in_any_order(self, node: Node, first: int, last: int) -> Solution:
        slots = [slot for leaf in leaves(node) for slot in self.table.of_row[leaf.row]]
        extra, width = self.table.extra, last - first
        costs = [
            [cost - extra for cost in self.table.slots[slot][first:last]]
            + [self.table.missing[slot]] * len(slots)
            for slot in slots
        ]
        chosen = cheapest_columns(costs, self.table.steps)
        pairs = tuple(
            (slot, first + column)
            for slot, column in zip(slots, chosen, strict=True)
            if column < width and self.table.slots[slot][first + column] < IMPOSSIBLE
        )
        cost = sum(costs[row][column] for row, column in enumerate(chosen)) + extra * width
        return Solution(cost=min(cost, IMPOSSIBLE), pairs=pairs)


def _flatten(group: Group) -> Iterable[Node]:
    for member in group.members:
        if isinstance(member, Group) and (not member.ordered or len(member.members) == 1):
            yield from _flatten(member)
        else:
            yield member


def _add_cost(solution: Solution, cost: int, *pairs: tuple[int, int]) -> Solution:
    total = min(IMPOSSIBLE, solution.cost + cost)
    return Solution(cost=total, pairs=(*solution.pairs, *pairs))


def _cost(solution: Solution) -> int:
    return solution.cost
