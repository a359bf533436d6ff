"""The one run that all cells of the table read their colour from."""

from __future__ import annotations

import fcntl
from pathlib import Path

import msgspec
import pytest

from tests.truth.outcomes import Run, run
from tests.truth.table import CELLS


@pytest.fixture(scope="session")
def truth(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Run:
    """What came of every cell: found out by the first worker that asks, read by the others."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    kept = shared / "truth.json"
    with (shared / "truth.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            root = shared / "truth"
            root.mkdir()
            kept.write_bytes(msgspec.json.encode(run(CELLS, root)))
    return msgspec.json.decode(kept.read_bytes(), type=Run)


@pytest.fixture(scope="session")
def written(truth: Run) -> dict[Path, str]:
    """What the run printed, and the files that it left."""
    return {Path(name): text for name, text in truth.written.items()}
