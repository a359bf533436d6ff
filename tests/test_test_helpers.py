"""What several test modules need is in a module that has no tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from textwrap import dedent

from tests.source import REPOSITORY, imports, label

TESTS = REPOSITORY / "tests"


def test_no_test_module_imports_from_another() -> None:
    misplaced = [
        f"{label(path)}:{line}: {target} belongs in a module that has no tests"
        for path in sorted(TESTS.rglob("*.py"))
        for target, line in out_of_test_modules(path.read_text(encoding="utf-8"))
    ]

    assert not misplaced, "\n".join(misplaced)


def test_the_scan_sees_what_comes_out_of_a_test_module_and_nothing_else() -> None:
    text = """\
        import tests.simulator.account.test_pals
        from tests.simulator.account import test_pals
        from tests.simulator.account.test_pals import desk
        from .test_pals import desk
        from . import test_pals
        from tests.simulator.account.stocked import desk
        from .stocked import desk
        from pytest_tavus.test_pals import desk
    """
    found = list(out_of_test_modules(dedent(text)))

    assert [line for _, line in found] == [1, 2, 3, 4, 5]
    assert found[2] == ("tests.simulator.account.test_pals.desk", 3)


def out_of_test_modules(text: str) -> Iterator[tuple[str, int]]:
    """Yield what a module of the tests imports out of one that has tests, with the line."""
    for found in imports(ast.parse(text)):
        home, *parts = found.target.split(".")
        if home in {"tests", ""} and any(part.startswith("test_") for part in parts):
            yield found.target, found.line
