"""Costs of an assignment as a table."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class Matrix(Struct, frozen=True):
    """One row of costs for each expectation; `None` for a pair that is impossible."""

    cells: Sequence[Sequence[int | None]]

    def holds(self, row: int, observation: int) -> bool:
        return self.cells[row][observation] == 0

    def fits(self, row: int, observation: int) -> bool:
        return self.cells[row][observation] is not None

    def price(self, row: int, observation: int) -> int | None:
        return self.cells[row][observation]
