"""The assignment has the least cost, whatever the order of unordered calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_tavus.matching.assignment.assign import TooManyWaysError, assign
from pytest_tavus.matching.assignment.hungarian import cheapest_columns
from pytest_tavus.matching.assignment.plan import Group, Leaf, Node, Steps, leaves, precedences
from pytest_tavus.matching.compare import compare
from tests.matching.matrix import Matrix

MISSING = 20
EXTRA = 20

Cells = list[list[int | None]]


def ordered(*members: Node) -> Group:
    return Group(ordered=True, members=members)


def unordered(*members: Node) -> Group:
    return Group(ordered=False, members=members)


def row(number: int) -> Leaf:
    return Leaf(row=number)


def brute_force(plan: Node, costs: Cells, count: int, extra: int = EXTRA) -> int:
    """Try everything. Nothing of this is shared with the code under test."""
    slots = [
        (leaf.row, copy < leaf.minimum)
        for leaf in leaves(plan)
        for copy in range(max(leaf.minimum, count) if leaf.maximum is None else leaf.maximum)
    ]
    before = set(precedences(plan))
    best = 10**9

    def walk(index: int, used: dict[int, int], cost: int) -> None:
        nonlocal best
        if index == len(slots):
            best = min(best, cost + extra * (count - len(used)))
            return
        own, required = slots[index]
        walk(index + 1, used, cost + (MISSING if required else 0))
        for seen in range(count):
            price = costs[own][seen]
            if seen in used or price is None or not in_place(own, seen, used):
                continue
            walk(index + 1, {**used, seen: own}, cost + price)

    def in_place(own: int, seen: int, used: dict[int, int]) -> bool:
        return all(
            not ((own, other) in before and seen > where)
            and not ((other, own) in before and where > seen)
            for where, other in used.items()
        )

    walk(0, {}, 0)
    return best


TIMES: dict[Any, tuple[int, int | None]] = {
    "one": (1, 1),
    "maybe": (0, 1),
    "two": (2, 2),
    "many": (1, None),
}


def numbered(shape: Any, counter: Iterator[int]) -> Node:
    """Turn a drawn shape into a plan whose rows are numbered in writing order."""
    if isinstance(shape, str):
        minimum, maximum = TIMES[shape]
        return Leaf(row=next(counter), minimum=minimum, maximum=maximum)
    kind, members = shape
    return Group(ordered=kind, members=tuple(numbered(member, counter) for member in members))


SHAPES = st.recursive(
    st.sampled_from(["one", "one", "maybe", "two", "many"]),
    lambda inner: st.tuples(st.booleans(), st.lists(inner, min_size=1, max_size=3)),
    max_leaves=4,
)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Node, Cells, int]:
    plan = numbered(draw(SHAPES), iter(range(100)))
    count = draw(st.integers(0, 4))
    cell = st.sampled_from([0, 0, 0, 1, 7, 13, None])
    size = len(list(leaves(plan)))
    costs = [draw(st.lists(cell, min_size=count, max_size=count)) for _ in range(size)]
    return plan, costs, count


@given(problems())
@settings(max_examples=400, deadline=None)
def test_no_assignment_is_cheaper_than_the_one_found(problem: tuple[Node, Cells, int]) -> None:
    plan, costs, count = problem
    found = assign(plan, Matrix(costs), count=count, missing=MISSING, extra=EXTRA)
    assert found.cost == brute_force(plan, costs, count)


@given(problems())
@settings(max_examples=200, deadline=None)
def test_calls_beyond_the_plan_can_be_free(problem: tuple[Node, Cells, int]) -> None:
    plan, costs, count = problem
    found = assign(plan, Matrix(costs), count=count, missing=MISSING, extra=0)
    assert found.cost == brute_force(plan, costs, count, extra=0)


@given(problems())
@settings(max_examples=200, deadline=None)
def test_the_parts_of_an_assignment_add_up_and_keep_the_order(
    problem: tuple[Node, Cells, int],
) -> None:
    plan, costs, count = problem
    found = assign(plan, Matrix(costs), count=count, missing=MISSING, extra=EXTRA)
    prices = [costs[own][seen] for own, seen in found.pairs]
    total = sum(price for price in prices if price is not None)
    assert None not in prices
    assert total + MISSING * len(found.missing) + EXTRA * len(found.extra) == found.cost
    assert sorted([seen for _, seen in found.pairs] + list(found.extra)) == list(range(count))
    before = set(precedences(plan))
    for own, seen in found.pairs:
        assert not any((own, other) in before and where < seen for other, where in found.pairs)


@given(problems())
@settings(max_examples=200, deadline=None)
def test_the_cost_of_an_unordered_plan_does_not_depend_on_the_order_of_calls(
    problem: tuple[Node, Cells, int],
) -> None:
    plan, costs, count = problem
    flat = unordered(*leaves(plan))
    first = assign(flat, Matrix(costs), count=count, missing=MISSING, extra=EXTRA)
    for places in permutations(range(count)):
        shuffled = [[line[place] for place in places] for line in costs]
        again = assign(flat, Matrix(shuffled), count=count, missing=MISSING, extra=EXTRA)
        assert again.cost == first.cost


@given(st.integers(1, 5), st.integers(0, 2), st.data())
@settings(max_examples=200, deadline=None)
def test_the_assignment_problem_is_solved_at_the_least_cost(
    rows: int, more: int, data: st.DataObject
) -> None:
    width = rows + more
    line = st.lists(st.integers(-30, 30), min_size=width, max_size=width)
    costs = [data.draw(line) for _ in range(rows)]
    chosen = cheapest_columns(costs, Steps(10**9))
    assert len(set(chosen)) == rows
    best = min(
        sum(costs[i][column] for i, column in enumerate(columns))
        for columns in permutations(range(width), rows)
    )
    assert sum(costs[i][column] for i, column in enumerate(chosen)) == best


def overlapping(calls: Sequence[dict[str, object]]) -> Cells:
    expected: list[dict[str, object]] = [{"city": "Oslo"}, {"city": "Oslo", "unit": "celsius"}]
    return [[0 if not compare(each, call) else 9 for call in calls] for each in expected]


OVERLAPPING_CALLS: list[dict[str, object]] = [
    {"city": "Oslo", "unit": "celsius"},
    {"city": "Oslo", "unit": "kelvin"},
]


@pytest.mark.parametrize("calls", list(permutations(OVERLAPPING_CALLS)))
def test_two_calls_whose_expectations_overlap_are_accepted_in_either_order(
    calls: tuple[dict[str, object], ...],
) -> None:
    plan = unordered(row(0), row(1))
    found = assign(plan, Matrix(overlapping(calls)), count=2, missing=MISSING, extra=EXTRA)
    assert found.cost == 0


def test_a_call_that_is_expected_once_and_observed_twice_leaves_one_extra() -> None:
    found = assign(ordered(row(0)), Matrix([[0, 0]]), count=2, missing=MISSING, extra=EXTRA)
    assert (found.pairs, found.extra, found.missing) == (((0, 0),), (1,), ())


def test_a_call_that_is_expected_twice_and_observed_once_is_missing_once() -> None:
    leaf = Leaf(row=0, minimum=2, maximum=3)
    found = assign(leaf, Matrix([[0]]), count=1, missing=MISSING, extra=EXTRA)
    assert (found.pairs, found.extra, found.missing) == (((0, 0),), (), (0,))


def test_groups_side_by_side_may_interleave() -> None:
    plan = unordered(ordered(row(0), row(1)), ordered(row(2), row(3)))
    observed = [0, 2, 1, 3]
    costs: Cells = [[0 if own == which else None for which in observed] for own in range(4)]
    assert assign(plan, Matrix(costs), count=4, missing=MISSING, extra=EXTRA).cost == 0


def test_long_plans_of_one_kind_are_decided_without_a_limit() -> None:
    size = 40
    anything: Cells = [[0] * size for _ in range(size)]
    chain = ordered(*map(row, range(size)))
    heap = unordered(*map(row, range(size)))
    for plan in (chain, heap, ordered(heap)):
        assert assign(plan, Matrix(anything), count=size, missing=MISSING, extra=EXTRA).cost == 0


def test_a_plan_that_leaves_too_many_ways_open_is_refused_and_not_guessed() -> None:
    size = 24
    anything: Cells = [[0] * size for _ in range(size)]
    pairs = [ordered(row(n), row(n + 1)) for n in range(0, size, 2)]
    with pytest.raises(TooManyWaysError):
        assign(unordered(*pairs), Matrix(anything), count=size, missing=MISSING, extra=EXTRA)
