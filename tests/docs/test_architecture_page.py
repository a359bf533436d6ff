"""docs/architecture.md and docs/decisions.md describe the code as it is."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from tests.docs.architecture_page import PAGE, page
from tests.docs.golden import hold
from tests.docs.pages import DOCS
from tests.floors import known
from tests.source import PACKAGE, REPOSITORY

TEXT = PAGE.read_text(encoding="utf-8")
DECISIONS = (DOCS / "decisions.md").read_text(encoding="utf-8")


def test_the_table_of_wings_is_the_one_that_is_enforced() -> None:
    hold(PAGE, page())


def test_every_wing_of_the_package_is_on_the_map() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}

    assert rooms <= known()


def type_rows() -> list[tuple[str, str]]:
    """Return every type of the table with the module it is said to be in."""
    rows = re.findall(r"^\| (`[^|]+`) \| (`[^|]+`) \| [^|]+ \|$", TEXT, re.MULTILINE)
    found: list[tuple[str, str]] = []
    for names, homes in rows:
        modules = re.findall(r"`([a-z_.]+)`", homes)
        found += [(name, module) for name in re.findall(r"`(\w+)`", names) for module in modules]
    return found


def test_every_core_type_is_where_the_page_says() -> None:
    rows = type_rows()
    by_name: dict[str, list[bool]] = {}
    for name, module in rows:
        home = import_module(f"pytest_tavus.{module}")
        by_name.setdefault(name, []).append(hasattr(home, name))

    assert len(by_name) >= 25
    assert [name for name, there in by_name.items() if not any(there)] == []


@pytest.mark.parametrize(
    "file", sorted(set(re.findall(r"`([a-z_/]+\.py|[a-z_/]+/)`", TEXT + DECISIONS)))
)
def test_a_file_that_is_named_exists(file: str) -> None:
    assert (PACKAGE / file).exists() or (REPOSITORY / file).exists()
