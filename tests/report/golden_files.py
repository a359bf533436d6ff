"""Golden files: texts that are printed, kept beside the tests and compared byte for byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"
REGOLD = "TAVUS_REGOLD"
"""Set to 1 to write the golden files anew; the run then fails, and the difference is to be read."""


def assert_golden(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.txt"
    printed = text + "\n"
    if os.environ.get(REGOLD) == "1":
        path.write_text(printed, encoding="utf-8", newline="\n")
        pytest.fail(f"{path.name} was written anew: read the difference", pytrace=False)
    assert printed == path.read_text(encoding="utf-8")
