"""The assignment problem: rows to columns at the least total cost, in polynomial time.

The method is the shortest augmenting path with potentials (Kuhn; Munkres; Jonker and Volgenant).
Costs are integers, so the result is exact, and ties go to the lowest column.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from pytest_tavus.matching.assignment.plan import Steps

CostMatrix = Sequence[Sequence[int]]

_UNREACHED = 1 << 200


def cheapest_columns(costs: CostMatrix, steps: Steps) -> list[int]:
    """Return the column of each row. There must not be more rows than columns.

    Raises:
        TooManyWaysError: no step is left.

    """
    if not costs:
        return []
    width = len(costs[0])
    state = _State(
        costs=costs, rows=[0] * len(costs), columns=[0] * width, row_of=[-1] * (width + 1)
    )
    for row in range(len(costs)):
        state.place(row, steps)
    result = [-1] * len(costs)
    for column in range(width):
        if state.row_of[column] >= 0:
            result[state.row_of[column]] = column
    return result


class _State(Struct, kw_only=True):
    costs: CostMatrix
    rows: list[int]
    "The potential of each row."

    columns: list[int]
    "The potential of each column."

    row_of: list[int]
    "The row that owns each column, or -1. An additional column is the start of a path."

    came_from: list[int] = field(default_factory=list[int])

    def place(self, row: int, steps: Steps) -> None:
        """Give a row a column, and move other rows along the cheapest augmenting path."""
        start = len(self.columns)
        self.row_of[start] = row
        column = self._shortest_path(start, steps)
        while column != start:
            self.row_of[column] = self.row_of[self.came_from[column]]
            column = self.came_from[column]

    def _shortest_path(self, start: int, steps: Steps) -> int:
        self.came_from = [start] * start
        slack = [_UNREACHED] * start
        left = list(range(start))
        done = [start]
        column = start
        while self.row_of[column] >= 0:
            steps.take(len(left))
            self._relax(column, slack, left)
            column = min(left, key=slack.__getitem__)
            self._shift(slack[column], done, slack, left=left)
            left.remove(column)
            done.append(column)
        return column

    def _relax(self, column: int, slack: list[int], left: list[int]) -> None:
        row = self.row_of[column]
        costs, potential = self.costs[row], self.rows[row]
        for other in left:
            reduced = costs[other] - potential - self.columns[other]
            if reduced < slack[other]:
                slack[other] = reduced
                self.came_from[other] = column

    def _shift(self, by: int, done: list[int], slack: list[int], *, left: list[int]) -> None:
        for column in done:
            self.rows[self.row_of[column]] += by
            if column < len(self.columns):
                self.columns[column] -= by
        for column in left:
            slack[column] -= by
