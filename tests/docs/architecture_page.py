"""Writes the tables of docs/architecture.md, from the data that is enforced."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.docs.pages import DOCS
from tests.floors import GROUND, THROUGH, WINGS
from tests.source import PACKAGE

PAGE = DOCS / "architecture.md"
BEGIN, END = "<!-- wings -->\n", "<!-- end of wings -->\n"


def page() -> str:
    """Return the page as it stands, with the table as it must be."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


def table() -> str:
    """Return the wings, the highest first, and the ground."""
    return "".join(f"{line}\n" for line in _table())


def _table() -> Iterator[str]:
    yield "| wing | what it is for | may import, beside the ground |"
    yield "|---|---|---|"
    for wing in reversed(list(WINGS)):
        if wing != "__init__":
            yield f"| `{wing}` | {_purpose(wing)} | {_others(wing) or 'nothing else'} |"
    for name in reversed(list(GROUND)):
        yield f"| `{name}` | {_purpose(name)} | {_names(GROUND[name]) or 'nothing'} |"


def _others(wing: str) -> str:
    """Return what a wing may import, the lowest first."""
    if {*WINGS} - {*WINGS[wing]} <= {wing, "simulator", "__init__"}:
        return "everything"
    return _names(
        other for other in WINGS if other in WINGS[wing] and (wing, other) not in THROUGH
    ) + "".join(
        f"; `{other}` in `{file}` alone"
        for (importer, other), file in THROUGH.items()
        if importer == wing
    )


def _names(rooms: Iterator[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in rooms)


def _purpose(room: str) -> str:
    """Return the first line of the room's docstring."""
    module = PACKAGE / f"{room}.py"
    file = module if module.exists() else PACKAGE / room / "__init__.py"
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.splitlines()[0].removesuffix("::").rstrip().replace("``", "`")
