"""Pages that a test writes: compared byte by byte, written anew on demand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REGOLD = "TAVUS_REGOLD"


def regold() -> bool:
    """Tell whether the pages are to be written anew: where ``TAVUS_REGOLD=1`` is set."""
    return os.environ.get(REGOLD) == "1"


def hold(page: Path, text: str) -> None:
    """Require that a page is this text; where it is to be written anew, write it."""
    if regold():
        page.write_text(text, encoding="utf-8")
    if page.read_text(encoding="utf-8") != text:
        pytest.fail(f"{page} is not current: run with {REGOLD}=1 and read what changed")
