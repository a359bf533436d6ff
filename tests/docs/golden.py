"""Pages that tests write: compared byte by byte, or written anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.report.golden_files import REGOLD


def regold() -> bool:
    """Tell whether what is printed is to be written anew instead of compared."""
    return os.environ.get(REGOLD) == "1"


def hold(page: Path, text: str) -> None:
    """Require that a page is this text; where it is to be written anew, write it and fail."""
    if regold():
        page.write_text(text, encoding="utf-8", newline="\n")
        pytest.fail(f"{page.name} was written anew: read the difference", pytrace=False)
    assert page.read_text(encoding="utf-8") == text
