"""Every cell of the table has the colour that it must have, and for the right reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.truth.cell import ENVIRON, Cell
from tests.truth.outcomes import Run
from tests.truth.table import CELLS

SECRETS = ("SHOP_KEY", "SPARE_KEY")
MASK = "⟦env.SHOP_KEY⟧"
OURS = {"VerdictError", "ScenarioError", None}


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_the_cell_has_its_colour(truth: Run, cell: Cell) -> None:
    came = truth.came[cell.slug]

    assert came.colour == cell.colour, came.text
    assert [text for text in cell.draft.shows if text not in came.text] == [], came.text
    if came.colour == "failed" and not cell.draft.raises:
        assert came.raised in OURS, came.text
    if not cell.draft.faulty:
        assert "fault" not in came.kinds, came.text


def test_every_cell_came_to_something_and_nothing_else_did(truth: Run) -> None:
    assert set(truth.came) == {cell.slug for cell in CELLS}


def test_every_class_has_right_and_wrong_cells() -> None:
    signs: dict[str, set[str]] = {}
    for cell in CELLS:
        signs.setdefault(cell.defect, set()).add(cell.sign)

    assert {name for name, found in signs.items() if found != {"right", "wrong"}} == set()


def test_the_table_is_as_large_as_it_is_said_to_be() -> None:
    assert len(CELLS) >= 300
    grounds = Counter((cell.surface, cell.ground.transport, cell.ground.value) for cell in CELLS)
    assert len(grounds) == 12
    assert min(grounds.values()) >= 20
    assert len({str(cell) for cell in CELLS}) == len(CELLS)


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_is_printed_or_left_in_a_file(written: dict[Path, str], name: str) -> None:
    assert [path for path, text in written.items() if ENVIRON[name] in text] == []


def test_the_run_has_masked_something(written: dict[Path, str]) -> None:
    """What makes the test above able to fail: the keys went through the run."""
    assert {path.suffix for path, text in written.items() if MASK in text} >= {".jsonl", ".xml"}
