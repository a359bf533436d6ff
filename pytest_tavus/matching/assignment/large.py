"""Solves assignments that are too large for the exact methods.

The answer to the question whether the cost is 0 is still exact. Otherwise all pairs that cost
nothing are set aside, and the best assignment of the rest is the result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.matching.assignment.pairing import Pairing, pair_leaves
from pytest_tavus.matching.assignment.plan import (
    DECIDING,
    EXPLAINING,
    Assignment,
    Costs,
    Group,
    Leaf,
    Node,
    Steps,
    TooManyWaysError,
    copies,
    leaves,
)
from pytest_tavus.matching.assignment.sequence import pair_ends, pair_in_order

SMALL = 400
"""Copies of expectations times observations, up to which every price is computed."""

FEW = 4_000
"""Copies times the sum of copies and observations, up to which the exact methods run."""

SmallSolver = Callable[..., Assignment]


def is_flat(plan: Node) -> bool:
    return isinstance(plan, Leaf) or all(isinstance(member, Leaf) for member in plan.members)


def is_small(row: Sequence[Leaf], count: int) -> bool:
    """Tell whether the exact methods are fast enough for so many observations."""
    slots = sum(copies(leaf, count) for leaf in row)
    return slots * count <= SMALL and slots * (slots + count) <= FEW


class LargeSolver(Struct, frozen=True, kw_only=True):
    """The costs of an assignment that is large."""

    costs: Costs
    count: int
    missing: int
    extra: int
    solve_small: SmallSolver
    "Solves the rest exactly, if the rest is small."

    def find_zero_cost(self, plan: Node) -> Assignment | None:
        """Return an assignment of a flat plan that costs nothing, if one exists.

        Raises:
            TooManyWaysError: no step is left.

        """
        row = tuple(leaves(plan))
        steps = Steps(DECIDING)
        pairs: Sequence[tuple[int, int]] | None
        if isinstance(plan, Leaf) or plan.ordered:
            pairs = pair_in_order(row, self.costs, self.count, steps=steps, extras=not self.extra)
        else:
            pairing = pair_leaves(
                row, self.costs, self.count, steps=steps, match_all=bool(self.extra)
            )
            pairs = pairing.pairs() if pairing.is_complete else None
        if pairs is None:
            return None
        used = {observation for _, observation in pairs}
        left = tuple(sorted(set(range(self.count)) - used))
        return Assignment(pairs=tuple(pairs), missing=(), extra=left, cost=0)

    def find_best(self, plan: Node) -> Assignment:
        """Return the best assignment found within the steps, for a plan without a free one."""
        row = tuple(leaves(plan))
        steps = Steps(EXPLAINING)
        if is_flat(plan) and not (isinstance(plan, Group) and not plan.ordered):
            ends, rest, left = pair_ends(row, self.costs, self.count, steps=steps)
            return self._solve_rest(ends, Group(ordered=True, members=rest), left)
        pairing = Pairing(row, self.costs, self.count, steps=steps)
        pairing.fill(match_all=True, stop_when_short=False)
        rest = tuple(pairing.open_leaves())
        left = tuple(pairing.list_unused())
        best = self._solve_rest(pairing.pairs(), Group(ordered=False, members=rest), left)
        # With nothing left on one side, no other pair can lower the cost.
        lone = not rest or not (left or pairing.has_optional())
        return replace(best, is_optimal=lone and is_flat(plan) and not pairing.is_exhausted)

    def _solve_rest(
        self, free: Sequence[tuple[int, int]], rest: Group, left: Sequence[int]
    ) -> Assignment:
        members = [leaf for leaf in rest.members if isinstance(leaf, Leaf)]
        if not is_small(members, len(left)):
            more = self._pair_greedily(members, left, ordered=rest.ordered)
        else:
            view = _View(self.costs, [leaf.row for leaf in members], left)
            renumbered = [replace(leaf, row=index) for index, leaf in enumerate(members)]
            part = self.solve_small(
                Group(ordered=rest.ordered, members=tuple(renumbered)),
                view,
                count=len(left),
                missing=self.missing,
                extra=self.extra,
            )
            more = Assignment(
                pairs=tuple((members[row].row, left[index]) for row, index in part.pairs),
                missing=tuple(members[row].row for row in part.missing),
                extra=tuple(left[index] for index in part.extra),
                cost=part.cost,
            )
        pairs = sorted((*free, *more.pairs), key=lambda pair: pair[1])
        return replace(more, pairs=tuple(pairs), is_optimal=False)

    def _pair_greedily(
        self, members: Sequence[Leaf], left: Sequence[int], *, ordered: bool
    ) -> Assignment:
        """Give each leaf the first observation that fits, because prices would take too long."""
        steps = Steps(EXPLAINING)
        pairs: list[tuple[int, int]] = []
        missing: list[int] = []
        free = list(left)
        begin = 0
        for leaf in members:
            for copy in range(leaf.minimum):
                index = _find_first_fit(free, begin, leaf.row, costs=self.costs, steps=steps)
                if index is None:
                    missing += [leaf.row] * (leaf.minimum - copy)
                    break
                pairs.append((leaf.row, free.pop(index)))
                begin = index if ordered else 0
        cost = self.missing // 2 * len(pairs) + self.missing * len(missing)
        cost += self.extra * len(free)
        return Assignment(pairs=tuple(pairs), missing=tuple(missing), extra=tuple(free), cost=cost)


def _find_first_fit(
    free: Sequence[int], begin: int, row: int, *, costs: Costs, steps: Steps
) -> int | None:
    try:
        for index in range(begin, len(free)):
            steps.take()
            if costs.fits(row, free[index]):
                return index
    except TooManyWaysError:
        return None
    return None


class _View(Struct, frozen=True):
    """The costs of some rows and some observations."""

    costs: Costs
    rows: Sequence[int]
    observations: Sequence[int]

    def holds(self, row: int, observation: int) -> bool:
        return self.costs.holds(self.rows[row], self.observations[observation])

    def fits(self, row: int, observation: int) -> bool:
        return self.costs.fits(self.rows[row], self.observations[observation])

    def price(self, row: int, observation: int) -> int | None:
        return self.costs.price(self.rows[row], self.observations[observation])
