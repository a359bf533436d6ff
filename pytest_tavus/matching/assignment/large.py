"""Plans and observations that are too many to try everything: in steps that grow with their number.

Whether everything holds is still answered exactly. What explains best that it does not is the best
that is found after all pairs have been set aside that cost nothing.
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
"""Copies of expectations times observations, up to which every price is looked at."""

FEW = 4_000
"""Copies times copies and observations, up to which their best assignment is looked for."""

SmallSolver = Callable[..., Assignment]


def is_flat(plan: Node) -> bool:
    """Tell whether a plan has no group inside another."""
    return isinstance(plan, Leaf) or all(isinstance(member, Leaf) for member in plan.members)


def is_small(row: Sequence[Leaf], count: int) -> bool:
    """Tell whether an assignment is worth its best solution."""
    slots = sum(copies(leaf, count) for leaf in row)
    return slots * count <= SMALL and slots * (slots + count) <= FEW


class LargeSolver(Struct, frozen=True, kw_only=True):
    """The costs of an assignment that is large."""

    costs: Costs
    count: int
    missing: int
    extra: int
    solve_small: SmallSolver
    "Solves what is left over, where that is little."

    def find_zero_cost(self, plan: Node) -> Assignment | None:
        """Return an assignment that costs nothing; `None` where there is none.

        Raises:
            TooManyWaysError: it takes too many steps to know.

        """
        row = tuple(leaves(plan))
        steps = Steps(DECIDING)
        pairs: Sequence[tuple[int, int]] | None
        if isinstance(plan, Leaf) or plan.ordered:
            pairs = pair_in_order(row, self.costs, self.count, steps=steps, extras=not self.extra)
        else:
            pairing = pair_leaves(
                row, self.costs, self.count, steps=steps, all_seen=bool(self.extra)
            )
            pairs = pairing.pairs() if pairing.is_complete else None
        if pairs is None:
            return None
        used = {seen for _, seen in pairs}
        left = tuple(seen for seen in range(self.count) if seen not in used)
        return Assignment(pairs=tuple(pairs), missing=(), extra=left, cost=0)

    def find_best(self, plan: Node) -> Assignment:
        """Return the best assignment that is found, where none costs nothing."""
        row = tuple(leaves(plan))
        steps = Steps(EXPLAINING)
        if is_flat(plan) and not (isinstance(plan, Group) and not plan.ordered):
            begun, rest, left = pair_ends(row, self.costs, self.count, steps=steps)
            return self._solve_rest(begun, Group(ordered=True, members=rest), left)
        pairing = Pairing(row, self.costs, self.count, steps=steps)
        pairing.fill(all_seen=True, until_short=False)
        rest = tuple(pairing.open_leaves())
        left = tuple(pairing.list_unused())
        best = self._solve_rest(pairing.pairs(), Group(ordered=False, members=rest), left)
        # With nothing left on one side, no other pair could be of use.
        lone = not rest or not (left or pairing.has_optional())
        return replace(best, surely_best=lone and is_flat(plan) and not pairing.is_exhausted)

    def _solve_rest(
        self, begun: Sequence[tuple[int, int]], rest: Group, left: Sequence[int]
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
                pairs=tuple((members[row].row, left[seen]) for row, seen in part.pairs),
                missing=tuple(members[row].row for row in part.missing),
                extra=tuple(left[seen] for seen in part.extra),
                cost=part.cost,
            )
        pairs = sorted((*begun, *more.pairs), key=lambda pair: pair[1])
        return replace(more, pairs=tuple(pairs), surely_best=False)

    def _pair_greedily(
        self, members: Sequence[Leaf], left: Sequence[int], *, ordered: bool
    ) -> Assignment:
        """Pair what is left over as it comes. No price is looked at."""
        steps = Steps(EXPLAINING)
        pairs: list[tuple[int, int]] = []
        missing: list[int] = []
        free = list(left)
        begin = 0
        for leaf in members:
            for copy in range(leaf.minimum):
                place = _find_first_fit(free, begin, leaf.row, costs=self.costs, steps=steps)
                if place is None:
                    missing += [leaf.row] * (leaf.minimum - copy)
                    break
                pairs.append((leaf.row, free.pop(place)))
                begin = place if ordered else 0
        cost = self.missing // 2 * len(pairs) + self.missing * len(missing)
        cost += self.extra * len(free)
        return Assignment(pairs=tuple(pairs), missing=tuple(missing), extra=tuple(free), cost=cost)


def _find_first_fit(
    free: Sequence[int], begin: int, row: int, *, costs: Costs, steps: Steps
) -> int | None:
    try:
        for place in range(begin, len(free)):
            steps.take()
            if costs.fits(row, free[place]):
                return place
    except TooManyWaysError:
        return None
    return None


class _View(Struct, frozen=True):
    """Some rows and some observations of other costs."""

    costs: Costs
    rows: Sequence[int]
    seen: Sequence[int]

    def holds(self, row: int, seen: int) -> bool:
        return self.costs.holds(self.rows[row], self.seen[seen])

    def fits(self, row: int, seen: int) -> bool:
        return self.costs.fits(self.rows[row], self.seen[seen])

    def price(self, row: int, seen: int) -> int | None:
        return self.costs.price(self.rows[row], self.seen[seen])
