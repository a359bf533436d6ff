"""The package's own source, for the tests that read it instead of running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
PACKAGE = REPOSITORY / "pytest_tavus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One module that another one imports."""

    target: str
    "Absolute and dotted; for ``from a import b`` it is ``a.b``."

    line: int
    lazy: bool
    "Inside a function."

    typing_only: bool
    "Under ``if TYPE_CHECKING:``."


def modules() -> list[Path]:
    """Return every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def label(path: Path) -> str:
    """Return the path as a test id."""
    return str(path.relative_to(REPOSITORY))


def imports(tree: ast.Module) -> Iterator[Import]:
    """Yield every import of a module, wherever it stands."""
    yield from _imports(tree, lazy=False, typing_only=False)


def _imports(node: ast.AST, *, lazy: bool, typing_only: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            for target in _targets(child):
                yield Import(target=target, line=child.lineno, lazy=lazy, typing_only=typing_only)
        inside = lazy or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        guarded = typing_only or (
            isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
        )
        yield from _imports(child, lazy=inside, typing_only=guarded)


def _targets(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    home = "." * node.level + (node.module or "")
    return [f"{home}.{alias.name}" for alias in node.names]


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function, methods and inner ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
