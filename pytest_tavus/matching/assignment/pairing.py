"""Single expectations in any order: as many pairs that cost nothing as there can be.

The method is that of augmenting paths (Kuhn), with expectations that take several observations.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from pytest_tavus.matching.assignment.plan import Costs, Leaf, Steps, TooManyWaysError


def pair_leaves(
    row: Sequence[Leaf], costs: Costs, count: int, *, steps: Steps, all_seen: bool
) -> Pairing:
    """Return pairs that cost nothing, as far as it takes to know whether they leave nothing over.

    Raises:
        TooManyWaysError: all steps are used up.

    """
    pairing = Pairing(row, costs, count, steps=steps)
    pairing.fill(all_seen=all_seen, until_short=True)
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
        "Whether nothing that had to be paired is left over."

        self.is_exhausted = False

    def fill(self, *, all_seen: bool, until_short: bool) -> None:
        """Give each leaf what it needs, then each observation a leaf, if it must have one."""
        try:
            self._fill(all_seen=all_seen, until_short=until_short)
        except TooManyWaysError:
            self.is_exhausted, self.is_complete = True, False

    def pairs(self) -> list[tuple[int, int]]:
        """Return the pairs, each with the row of its leaf, by observation."""
        return [
            (self._row[taker].row, seen)
            for seen, taker in enumerate(self._leaf_of)
            if taker is not None
        ]

    def list_unused(self) -> Iterator[int]:
        """Yield the observations without a leaf."""
        yield from self._free

    def open_leaves(self) -> Iterator[Leaf]:
        """Yield what the leaves can still take."""
        for leaf, taken in zip(self._row, self._observations_of, strict=True):
            used = len(taken)
            if leaf.maximum is None or used < leaf.maximum:
                most = None if leaf.maximum is None else leaf.maximum - used
                yield replace(leaf, minimum=max(0, leaf.minimum - used), maximum=most)

    def has_optional(self) -> bool:
        """Tell whether a leaf has more than it needs, which another might need."""
        return any(
            len(taken) > leaf.minimum
            for leaf, taken in zip(self._row, self._observations_of, strict=True)
        )

    def _fill(self, *, all_seen: bool, until_short: bool) -> None:
        for index, leaf in enumerate(self._row):
            while len(self._observations_of[index]) < leaf.minimum:
                if not (self._take_free(index) or self._augment_from_leaf(index)):
                    self.is_complete = False
                    if until_short:
                        return
                    break
        for seen in list(self._free) if all_seen else ():
            if not self._augment_from_observation(seen):
                self.is_complete = False
                if until_short:
                    return

    def _take_free(self, index: int) -> bool:
        """Take an observation that nobody has."""
        row = self._row[index].row
        for seen in self._free:
            self._steps.take()
            if self._costs.holds(row, seen):
                self._assign(index, seen)
                return True
        return False

    def _augment_from_leaf(self, index: int) -> bool:
        """Take an observation of another leaf, which finds another for it."""
        came_from: dict[int, int] = {}
        open_ones = deque([index])
        asked: dict[int, int | None] = {index: None}
        while open_ones:
            asking = open_ones.popleft()
            for seen, taker in enumerate(self._leaf_of):
                if seen in came_from or taker == asking:
                    continue
                self._steps.take()
                if not self._costs.holds(self._row[asking].row, seen):
                    continue
                came_from[seen] = asking
                if taker is None:
                    self._apply_leaf_path(seen, came_from, asked)
                    return True
                if taker not in asked:
                    asked[taker] = seen
                    open_ones.append(taker)
        return False

    def _apply_leaf_path(
        self, seen: int, came_from: dict[int, int], asked: dict[int, int | None]
    ) -> None:
        """Give the free observation to the leaf that found it, and so on back to the first."""
        taker = came_from[seen]
        while (given := asked[taker]) is not None:
            self._observations_of[taker].remove(given)
            self._assign(taker, seen)
            seen, taker = given, came_from[given]
        self._assign(taker, seen)

    def _augment_from_observation(self, seen: int) -> bool:
        """Give an observation to a leaf that can take more, or whose own another can take."""
        asked: set[int] = set()
        came_from: dict[int, tuple[int, int]] = {}
        open_ones = deque([seen])
        while open_ones:
            offered = open_ones.popleft()
            for index, leaf in enumerate(self._row):
                if index in asked:
                    continue
                self._steps.take()
                if not self._costs.holds(leaf.row, offered):
                    continue
                asked.add(index)
                if leaf.maximum is None or len(self._observations_of[index]) < leaf.maximum:
                    self._apply_observation_path(offered, index, came_from)
                    return True
                for held in self._observations_of[index]:
                    came_from[held] = (offered, index)
                    open_ones.append(held)
        return False

    def _apply_observation_path(
        self, offered: int, index: int, came_from: dict[int, tuple[int, int]]
    ) -> None:
        while True:
            before = self._leaf_of[offered]
            if before is not None:
                self._observations_of[before].remove(offered)
            self._assign(index, offered)
            if offered not in came_from or before is None:
                return
            offered, index = came_from[offered]

    def _assign(self, index: int, seen: int) -> None:
        self._leaf_of[seen] = index
        self._free.pop(seen, None)
        self._observations_of[index].append(seen)
