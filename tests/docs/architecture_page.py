"""Writes the table of floors in docs/architecture.md, from the table that is enforced."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.docs.pages import DOCS
from tests.floors import FLOORS
from tests.source import PACKAGE

PAGE = DOCS / "architecture.md"
BEGIN, END = "<!-- floors -->\n", "<!-- end of floors -->\n"


def page() -> str:
    """Return the page as it stands, with the table as it must be."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


def table() -> str:
    """Return the rooms by floor, the highest first."""
    return "".join(f"{line}\n" for line in _table())


def _table() -> Iterator[str]:
    yield "| floor | room | what it is for |"
    yield "|---|---|---|"
    for number, rooms in reversed(list(enumerate(FLOORS))):
        for room in rooms:
            if room != "__init__":
                yield f"| {number} | `{room}` | {_purpose(room)} |"


def _purpose(room: str) -> str:
    """Return the first line of the room's docstring."""
    module = PACKAGE / f"{room}.py"
    file = module if module.exists() else PACKAGE / room / "__init__.py"
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.splitlines()[0].removesuffix("::").rstrip().replace("``", "`")
