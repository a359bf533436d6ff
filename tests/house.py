"""``python -m tests.house``: the shape of the package in figures.

Counts modules without the folders' ``__init__``, which hold a docstring only.
"""

from __future__ import annotations

import ast
import io
import re
import statistics
import sys
import tokenize
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tests.source import PACKAGE, functions, imports, modules

SHORT, SHORT_FUNCTION = 60, 15


def lines(path: Path) -> int:
    """Return the number of lines of a module."""
    return len(path.read_text().splitlines())


def share(part: int, whole: int) -> str:
    """Write a count with what it is of the whole."""
    return f"{part} ({100 * part / whole:.0f}%)"


def longest_chain() -> int:
    """Return the length of the longest way from a module to one that imports nothing of ours."""
    graph = {path: set(_imported(path)) for path in modules()}

    @cache
    def depth(path: Path) -> int:
        return 1 + max((depth(below) for below in graph[path]), default=0)

    return max(map(depth, graph))


def _imported(path: Path) -> Iterator[Path]:
    for found in imports(ast.parse(path.read_text())):
        parts = found.target.split(".")
        if parts[0] != PACKAGE.name or found.typing_only or found.lazy:
            continue
        for length in (len(parts), len(parts) - 1):
            module = PACKAGE.joinpath(*parts[1:length]).with_suffix(".py")
            if module.is_file() and module != path:
                yield module
                break


def comments(path: Path) -> int:
    """Return the number of comments of a module that are for readers."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
    tools = ("# noqa", "# pyright", "# type:")
    return sum(
        token.type == tokenize.COMMENT and not token.string.startswith(tools) for token in tokens
    )


def figures() -> Mapping[str, str]:
    """Return each figure by its name."""
    every = modules()
    files = [path for path in every if path.name != "__init__.py"]
    sizes = [lines(path) for path in files]
    whole = sum(map(lines, every))
    bodies = [
        node.end_lineno - node.lineno + 1
        for path in every
        for node in functions(ast.parse(path.read_text()))
        if node.end_lineno is not None
    ]
    anys = sum(len(re.findall(r"\bAny\b", path.read_text())) for path in every)
    return {
        "lines, modules": f"{whole}, {len(files)}",
        "lines of a module: median, most": f"{statistics.median(sizes):.0f}, {max(sizes)}",
        f"modules of fewer than {SHORT} lines": share(
            sum(size < SHORT for size in sizes), len(sizes)
        ),
        f"functions of at most {SHORT_FUNCTION} lines": share(
            sum(size <= SHORT_FUNCTION for size in bodies), len(bodies)
        ),
        "longest chain of imports": str(longest_chain()),
        "`Any` in 1000 lines": f"{1000 * anys / whole:.1f}",
        "comments in 100 lines": f"{100 * sum(map(comments, every)) / whole:.1f}",
    }


if __name__ == "__main__":
    for name, figure in figures().items():
        sys.stdout.write(f"| {name} | {figure} |\n")
