"""Pairs single expectations, in any order, with the most observations that cost nothing.

The method is augmenting paths (Kuhn), with expectations that take several observations.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from pytest_tavus.matching.assignment.plan import Costs, Leaf, Steps, TooManyWaysError


def pair_leaves(
    row: Sequence[Leaf], costs: Costs, count: int, *, steps: Steps, match_all: bool
) -> Pairing:
    """Pair leaves with observations, and stop at the first that finds no partner.

    With `match_all`, each observation must have a leaf.

    Raises:
        TooManyWaysError: no step is left.

    """
    pairing = Pairing(row, costs, count, steps=steps)
    pairing.fill(match_all=match_all, stop_when_short=True)
    if pairing.is_exhausted:
        raise TooManyWaysError
    return pairing


class Pairing:
    """Pairs of leaves and observations that cost nothing."""

    def __init__(self, row: Sequence[Leaf], costs: Costs, count: int, *, steps: Steps) -> None:
        self._row = row
        self._costs = costs
        self._steps = steps
        self._observations_of: list[list[int]] = [[] for _ in row]
        self._leaf_of: list[int | None] = [None] * count
        self._free = dict.fromkeys(range(count))
        self.is_complete = True
        "Whether each leaf has its minimum and, if required, each observation has a leaf."

        self.is_exhausted = False

    def fill(self, *, match_all: bool, stop_when_short: bool) -> None:
        """Give each leaf its minimum, then, with `match_all`, each observation a leaf."""
        try:
            self._fill(match_all=match_all, stop_when_short=stop_when_short)
        except TooManyWaysError:
            self.is_exhausted, self.is_complete = True, False

    def pairs(self) -> list[tuple[int, int]]:
        """Return row and observation of each pair, in the order of the observations."""
        return [
            (self._row[holder].row, observation)
            for observation, holder in enumerate(self._leaf_of)
            if holder is not None
        ]

    def list_unused(self) -> Iterator[int]:
        yield from self._free

    def open_leaves(self) -> Iterator[Leaf]:
        """Yield the leaves that can take more, less the observations that they have."""
        for leaf, taken in zip(self._row, self._observations_of, strict=True):
            used = len(taken)
            if leaf.maximum is None or used < leaf.maximum:
                most = None if leaf.maximum is None else leaf.maximum - used
                yield replace(leaf, minimum=max(0, leaf.minimum - used), maximum=most)

    def has_optional(self) -> bool:
        """Tell whether a leaf has more than its minimum, so that another leaf may take the rest."""
        return any(
            len(taken) > leaf.minimum
            for leaf, taken in zip(self._row, self._observations_of, strict=True)
        )

    def _fill(self, *, match_all: bool, stop_when_short: bool) -> None:
        for index, leaf in enumerate(self._row):
            while len(self._observations_of[index]) < leaf.minimum:
                if not (self._take_free(index) or self._augment_from_leaf(index)):
                    self.is_complete = False
                    if stop_when_short:
                        return
                    break
        for observation in list(self._free) if match_all else ():
            if not self._augment_from_observation(observation):
                self.is_complete = False
                if stop_when_short:
                    return

    def _take_free(self, index: int) -> bool:
        row = self._row[index].row
        for observation in self._free:
            self._steps.take()
            if self._costs.holds(row, observation):
                self._assign(index, observation)
                return True
        return False

    def _augment_from_leaf(self, index: int) -> bool:
        """Take an observation of another leaf, which takes another one in turn."""
        came_from: dict[int, int] = {}
        queue = deque([index])
        released: dict[int, int | None] = {index: None}
        while queue:
            leaf = queue.popleft()
            for observation, holder in enumerate(self._leaf_of):
                if observation in came_from or holder == leaf:
                    continue
                self._steps.take()
                if not self._costs.holds(self._row[leaf].row, observation):
                    continue
                came_from[observation] = leaf
                if holder is None:
                    self._apply_leaf_path(observation, came_from, released)
                    return True
                if holder not in released:
                    released[holder] = observation
                    queue.append(holder)
        return False

    def _apply_leaf_path(
        self, observation: int, came_from: dict[int, int], released: dict[int, int | None]
    ) -> None:
        """Give the free observation to the leaf that found it, and so on back to the first."""
        holder = came_from[observation]
        while (former := released[holder]) is not None:
            self._observations_of[holder].remove(former)
            self._assign(holder, observation)
            observation, holder = former, came_from[former]
        self._assign(holder, observation)

    def _augment_from_observation(self, observation: int) -> bool:
        """Give an observation to a leaf with room, or to a leaf that can pass another one on."""
        visited: set[int] = set()
        came_from: dict[int, tuple[int, int]] = {}
        queue = deque([observation])
        while queue:
            current = queue.popleft()
            for index, leaf in enumerate(self._row):
                if index in visited:
                    continue
                self._steps.take()
                if not self._costs.holds(leaf.row, current):
                    continue
                visited.add(index)
                if leaf.maximum is None or len(self._observations_of[index]) < leaf.maximum:
                    self._apply_observation_path(current, index, came_from)
                    return True
                for other in self._observations_of[index]:
                    came_from[other] = (current, index)
                    queue.append(other)
        return False

    def _apply_observation_path(
        self, observation: int, index: int, came_from: dict[int, tuple[int, int]]
    ) -> None:
        while True:
            before = self._leaf_of[observation]
            if before is not None:
                self._observations_of[before].remove(observation)
            self._assign(index, observation)
            if observation not in came_from or before is None:
                return
            observation, index = came_from[observation]

    def _assign(self, index: int, observation: int) -> None:
        self._leaf_of[observation] = index
        self._free.pop(observation, None)
        self._observations_of[index].append(observation)
