"""All cells of the table of truth."""

from __future__ import annotations

from tests.truth import values, wire
from tests.truth.cell import expanded

CELLS = expanded((*values.DEFECTS, *wire.DEFECTS))
