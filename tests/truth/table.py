"""All cells of the table of truth."""

from __future__ import annotations

from tests.truth import orders, played, python_cells, refused, statuses, values, wire
from tests.truth.cell import expanded

ROOMS = (values, wire, statuses, orders, refused, played, python_cells)

CELLS = expanded([defect for room in ROOMS for defect in room.DEFECTS])
