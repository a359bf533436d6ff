"""The assignment problem: rows to columns at the least total cost, in polynomial time.

The method is the shortest augmenting path with potentials (Kuhn, Munkres, Jonker and Volgenant).
Costs are whole numbers, so the result is exact, and ties are broken by the lowest column.
"""

from __future__ import annotations

from collections.abc import Sequence

Costs = Sequence[Sequence[int]]


def cheapest(costs: Costs) -> list[int]:
    """Return the column of each row. There must not be more rows than columns."""
    if not costs:
        return []
    columns = len(costs[0])
    row_potential = [0] * len(costs)
    column_potential = [0] * columns
    row_of = [-1] * columns
    for row in range(len(costs)):
        _augment(costs, row, row_of, row_potential=row_potential, column_potential=column_potential)
    result = [-1] * len(costs)
    for column, row in enumerate(row_of):
        if row >= 0:
            result[row] = column
    return result


def _augment(
    costs: Costs,
    first: int,
    row_of: list[int],
    *,
    row_potential: list[int],
    column_potential: list[int],
) -> None:
    """Give `first` a column, moving other rows along the cheapest path of changes."""
    columns = range(len(row_of))
    slack: list[int | None] = [None] * len(row_of)
    came_from = [-1] * len(row_of)
    done: list[int] = []
    row, column = first, -1
    while row >= 0:
        _relax(
            costs[row],
            slack,
            came_from,
            offset=(row_potential[row], column),
            left=[(c, column_potential[c]) for c in columns if c not in done],
        )
        open_columns = [c for c in columns if c not in done]
        nearest = min(open_columns, key=lambda c: (slack[c], c))
        delta = slack[nearest] or 0
        row_potential[first] += delta
        for c in done:
            row_potential[row_of[c]] += delta
            column_potential[c] -= delta
        for c in open_columns:
            slack[c] = (slack[c] or 0) - delta
        done.append(nearest)
        row, column = row_of[nearest], nearest
    while column >= 0:
        previous = came_from[column]
        row_of[column] = row_of[previous] if previous >= 0 else first
        column = previous


def _relax(
    costs: Sequence[int],
    slack: list[int | None],
    came_from: list[int],
    *,
    offset: tuple[int, int],
    left: list[tuple[int, int]],
) -> None:
    potential, column = offset
    for c, column_potential in left:
        reduced = costs[c] - potential - column_potential
        known = slack[c]
        if known is None or reduced < known:
            slack[c] = reduced
            came_from[c] = column
