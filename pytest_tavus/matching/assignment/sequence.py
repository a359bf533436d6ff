"""Pairs single expectations, in order, with observations."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import suppress

from msgspec.structs import replace

from pytest_tavus.matching.assignment.plan import Costs, Leaf, Steps, TooManyWaysError

Pairs = list[tuple[int, int]]


def pair_in_order(
    row: Sequence[Leaf], costs: Costs, count: int, *, steps: Steps, extras: bool
) -> Pairs | None:
    """Return pairs in order that cost nothing and meet every expectation, if they exist.

    With `extras`, observations may be left over.

    Raises:
        TooManyWaysError: no step is left.

    """
    if extras:
        return _pair_earliest(row, costs, count, steps=steps)
    return _divide_all(row, costs, count, steps=steps)


def _pair_earliest(row: Sequence[Leaf], costs: Costs, count: int, *, steps: Steps) -> Pairs | None:
    pairs: Pairs = []
    observation = 0
    # The first observation that fits is never a worse choice, because it leaves the most behind it.
    for leaf in row:
        for _ in range(leaf.minimum):
            steps.take()
            while observation < count and not costs.holds(leaf.row, observation):
                steps.take()
                observation += 1
            if observation == count:
                return None
            pairs.append((leaf.row, observation))
            observation += 1
    return pairs


def _divide_all(row: Sequence[Leaf], costs: Costs, count: int, *, steps: Steps) -> Pairs | None:
    """Split all observations between the leaves; for each end of a leaf, remember its start."""
    starts_by_end: list[dict[int, int]] = []
    starts = [0]
    for leaf in row:
        ends: dict[int, int] = {}
        run = last = -1
        for start in starts:
            most = count if leaf.maximum is None else min(count, start + leaf.maximum)
            run = max(run, start)
            while run < most and costs.holds(leaf.row, run):
                steps.take()
                run += 1
            high = min(run, most)
            for end in range(max(start + leaf.minimum, last + 1), high + 1):
                ends[end] = start
            steps.take()
            last = max(last, high)
        starts = list(ends)
        starts_by_end.append(ends)
    if count not in starts:
        return None
    pairs: Pairs = []
    end = count
    for leaf, ends in zip(reversed(row), reversed(starts_by_end), strict=True):
        pairs += [(leaf.row, observation) for observation in range(ends[end], end)]
        end = ends[end]
    return sorted(pairs, key=lambda pair: pair[1])


def pair_ends(
    row: Sequence[Leaf], costs: Costs, count: int, *, steps: Steps
) -> tuple[Pairs, tuple[Leaf, ...], tuple[int, ...]]:
    """Pair from both ends while pairs cost nothing; return the pairs and the rest of both sides."""
    rest = list(row)
    left = deque(range(count))
    pairs: Pairs = []
    with suppress(TooManyWaysError):
        while left and (holder := _take_next(rest, left[0], costs, steps=steps)) is not None:
            pairs.append((holder.row, left.popleft()))
    rest.reverse()
    with suppress(TooManyWaysError):
        while left and (holder := _take_next(rest, left[-1], costs, steps=steps)) is not None:
            pairs.append((holder.row, left.pop()))
    rest.reverse()
    return pairs, tuple(rest), tuple(left)


def _take_next(rest: list[Leaf], observation: int, costs: Costs, *, steps: Steps) -> Leaf | None:
    """Give an observation to the next leaf; only optional leaves may be skipped."""
    for index, leaf in enumerate(rest):
        steps.take()
        if costs.holds(leaf.row, observation):
            rest[: index + 1] = _decrement_leaf(leaf)
            return leaf
        if leaf.minimum:
            return None
    return None


def _decrement_leaf(leaf: Leaf) -> list[Leaf]:
    if leaf.maximum == 1:
        return []
    most = None if leaf.maximum is None else leaf.maximum - 1
    return [replace(leaf, minimum=max(0, leaf.minimum - 1), maximum=most)]
