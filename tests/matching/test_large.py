"""Plans that are too large to try everything: decided exactly, explained as well as possible."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_tavus.matching.assignment.assign import Assignment, TooManyWaysError, assign
from pytest_tavus.matching.assignment.large import SMALL
from pytest_tavus.matching.assignment.pairing import pair_leaves
from pytest_tavus.matching.assignment.plan import (
    Costs,
    Group,
    Leaf,
    Node,
    Steps,
    leaves,
    precedences,
    simplify_plan,
)
from pytest_tavus.matching.assignment.sequence import pair_in_order
from pytest_tavus.matching.matchers.registry import build_matcher
from tests.matching.matrix import Matrix

LEFT_OVER = 20


class CountingCosts:
    """Costs 0 for equal numbers and 7 for others; counts the questions."""

    def __init__(self, expected: list[int], observed: list[int]) -> None:
        self._expected, self._observed = expected, observed
        self.asked = self.priced = 0

    def holds(self, row: int, observation: int) -> bool:
        self.asked += 1
        return self._expected[row] == self._observed[observation]

    def fits(self, row: int, observation: int) -> bool:
        self.asked += 1
        return True

    def price(self, row: int, observation: int) -> int | None:
        self.priced += 1
        return 0 if self._expected[row] == self._observed[observation] else 7


def plan(size: int, *, ordered: bool) -> Group:
    return Group(ordered=ordered, members=tuple(Leaf(row=row) for row in range(size)))


def solved(node: Node, costs: Costs, count: int) -> Assignment:
    return assign(node, costs, count=count, missing=LEFT_OVER, extra=LEFT_OVER)


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("size", [60, 500])
def test_a_missing_call_among_many_is_found_in_few_steps(size: int, ordered: bool) -> None:
    costs = CountingCosts(list(range(size)), [n for n in range(size) if n != 7])
    found = solved(plan(size, ordered=ordered), costs, size - 1)
    assert (found.missing, found.extra, found.cost) == ((7,), (), LEFT_OVER)
    assert found.is_optimal is not ordered  # in order, more could be moved
    assert costs.asked < 40 * size
    assert costs.priced <= SMALL


@pytest.mark.parametrize("ordered", [True, False])
def test_a_wrong_call_among_many_is_paired_with_its_expectation(ordered: bool) -> None:
    costs = CountingCosts(list(range(60)), [99 if n == 7 else n for n in range(60)])
    found = solved(plan(60, ordered=ordered), costs, 60)
    assert found.pairs == tuple((n, n) for n in range(60))
    assert (found.cost, found.is_optimal) == (7, False)


@pytest.mark.parametrize("ordered", [True, False])
def test_many_calls_that_are_all_wrong_are_paired_in_their_order(ordered: bool) -> None:
    costs = CountingCosts(list(range(300)), [1000 + n for n in range(300)])
    found = solved(plan(300, ordered=ordered), costs, 300)
    assert found.pairs == tuple((n, n) for n in range(300))
    assert found.cost > 0
    assert not found.is_optimal
    assert costs.priced == 0


@pytest.mark.parametrize(("times", "left"), [(2500, ()), (2501, (0,)), (2600, (0,) * 100)])
def test_a_call_that_is_expected_thousands_of_times_is_counted(
    times: int, left: tuple[int, ...]
) -> None:
    costs = CountingCosts([1], [1] * 2500)
    leaf = Leaf(row=0, minimum=times, maximum=times)
    found = solved(leaf, costs, 2500)
    assert (found.missing, found.extra) == (left, ())
    assert costs.asked < 20_000


def test_a_call_beyond_the_maximum_of_thousands_is_extra() -> None:
    leaf = Leaf(row=0, minimum=1, maximum=2499)
    found = solved(leaf, CountingCosts([1], [1] * 2500), 2500)
    assert (found.cost, len(found.extra)) == (LEFT_OVER, 1)
    assert (
        solved(Leaf(row=0, minimum=1, maximum=None), CountingCosts([1], [1] * 2500), 2500).cost == 0
    )


def test_a_plan_that_the_steps_cannot_decide_is_refused() -> None:
    size = 3000
    backwards = CountingCosts(list(range(size)), list(reversed(range(size))))
    with pytest.raises(TooManyWaysError):
        solved(plan(size, ordered=False), backwards, size)
    assert backwards.asked <= 500_000


def test_too_many_groups_side_by_side_are_explained_without_their_order() -> None:
    pairs = [Group(ordered=True, members=(Leaf(row=n), Leaf(row=n + 1))) for n in range(0, 40, 2)]
    costs = CountingCosts(list(range(40)), [n for n in range(40) if n != 7])
    found = solved(Group(ordered=False, members=tuple(pairs)), costs, 39)
    assert (found.missing, found.is_optimal) == ((7,), False)


def test_a_redundant_group_is_left_out() -> None:
    inner = Group(ordered=True, members=(Leaf(row=0), Group(ordered=True, members=(Leaf(row=1),))))
    flat = Group(ordered=True, members=(Leaf(row=0), Leaf(row=1)))
    assert simplify_plan(Group(ordered=False, members=(inner,))) == flat
    assert simplify_plan(Group(ordered=True, members=(inner,))) == flat


CELLS = st.sampled_from([0, 0, 0, 7, None])
TIMES = st.sampled_from([(1, 1), (1, 1), (0, 1), (2, 2), (1, None), (0, 3)])


@st.composite
def flat_problems(draw: st.DrawFn) -> tuple[Group, Matrix, int]:
    times = draw(st.lists(TIMES, min_size=1, max_size=5))
    members = tuple(
        Leaf(row=row, minimum=low, maximum=high) for row, (low, high) in enumerate(times)
    )
    count = draw(st.integers(0, 6))
    line = st.lists(CELLS, min_size=count, max_size=count)
    cells = [draw(line) for _ in members]
    return Group(ordered=draw(st.booleans()), members=members), Matrix(cells), count


@given(flat_problems(), st.sampled_from([0, LEFT_OVER]))
@settings(max_examples=400, deadline=None)
def test_the_large_solver_finds_an_assignment_that_is_not_cheaper_than_the_best(
    problem: tuple[Group, Matrix, int], extra: int
) -> None:
    from pytest_tavus.matching.assignment import assign as solving
    from pytest_tavus.matching.assignment.large import LargeSolver

    node, costs, count = problem
    best = assign(node, costs, count=count, missing=LEFT_OVER, extra=extra)
    large = LargeSolver(
        costs=costs, count=count, missing=LEFT_OVER, extra=extra, solve_small=solving.assign_exactly
    )
    without = large.find_zero_cost(node)
    assert (without is not None) is (best.cost == 0)
    found = large.find_best(node) if without is None else without
    prices = [costs.price(row, seen) for row, seen in found.pairs]
    assert None not in prices
    total = sum(price or 0 for price in prices)
    assert total + LEFT_OVER * len(found.missing) + extra * len(found.extra) == found.cost
    assert found.cost >= best.cost
    assert found.cost == best.cost or not found.is_optimal
    assert sorted([seen for _, seen in found.pairs] + list(found.extra)) == list(range(count))
    for leaf in leaves(node):
        met = sum(1 for row, _ in found.pairs if row == leaf.row)
        assert found.missing.count(leaf.row) == max(0, leaf.minimum - met)
        assert leaf.maximum is None or met <= leaf.maximum
    before = set(precedences(node))
    for own, seen in found.pairs:
        assert not any((own, other) in before and where < seen for other, where in found.pairs)


def test_the_steps_run_out() -> None:
    row = tuple(Leaf(row=n) for n in range(9))
    costs = CountingCosts(list(range(9)), list(reversed(range(9))))
    for extras in (True, False):
        with pytest.raises(TooManyWaysError):
            pair_in_order(
                (Leaf(row=0),), CountingCosts([0], [1, 0]), 2, steps=Steps(0), extras=extras
            )
    with pytest.raises(TooManyWaysError):
        pair_leaves(row, costs, 9, steps=Steps(9), match_all=True)


@given(st.lists(st.integers(0, 3), max_size=9), st.randoms())
def test_long_lists_in_any_order_are_compared(items: list[int], chance: random.Random) -> None:
    shuffled = [*items] * 30
    chance.shuffle(shuffled)
    matcher = build_matcher("unordered", [*items] * 30)
    assert matcher.matches(shuffled)
    assert not matcher.matches([*shuffled, 4])
    assert not items or not matcher.matches([*shuffled[:-1], 4])
