"""Messages that nobody read: words run together, placeholders that are never filled."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.source import label, modules

PLACEHOLDER = re.compile(r"(?<!\{)\{[a-z_]+(\.[a-z_]+)*(![rsa])?\}(?!\})")


def joined_words(text: str) -> Iterator[int]:
    """Yield the lines where two adjacent string literals run two words together."""
    yield from _joined_below(ast.parse(text), text)


def _joined_below(node: ast.AST, text: str) -> Iterator[int]:
    if isinstance(node, ast.Constant | ast.JoinedStr):
        yield from _joined(ast.get_source_segment(text, node) or "", node.lineno)
        return
    for child in ast.iter_child_nodes(node):
        yield from _joined_below(child, text)


def _joined(segment: str, line: int) -> Iterator[int]:
    pieces = _pieces(segment)
    for (_, before), (row, after) in pairwise(pieces):
        escaped = before[-2:-1] == "\\"
        if before and after and not escaped and _word(before[-1]) and _word(after[0]):
            yield line + row


def _pieces(segment: str) -> list[tuple[int, str]]:
    """Return the literals of one implicit concatenation: the row, and the text between quotes."""
    if not segment or segment[0] not in "\"'fFrRbBuU":
        return []
    found: list[tuple[int, str]] = []
    depth, opened = 0, (0, 0)
    lines = f"({segment})".splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO("".join(lines)).readline):
        name = tokenize.tok_name[token.type]
        if name == "FSTRING_START":
            opened, depth = (token.start if depth == 0 else opened), depth + 1
        elif name == "FSTRING_END":
            depth -= 1
            if depth == 0:
                found.append((opened[0] - 1, _between(lines, opened, token.end)))
        elif token.type == tokenize.STRING and depth == 0:
            found.append((token.start[0] - 1, _inner(token.string)))
    return found


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return _inner(lines[start[0] - 1][start[1] : end[1]])
    return _inner(lines[start[0] - 1][start[1] :] + lines[end[0] - 1][: end[1]])


def _inner(literal: str) -> str:
    quoted = literal.lstrip("fFrRbBuU")
    for quotes in ('"""', "'''", '"', "'"):
        if quoted.startswith(quotes):
            return quoted[len(quotes) : -len(quotes)]
    return quoted


def _word(character: str) -> bool:
    return character.isalnum() or character in ".,;:)}{'`"


def unfilled(text: str) -> Iterator[tuple[int, str]]:
    """Yield the plain strings of messages that hold a ``{placeholder}``."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Raise) or _is_message(node):
            yield from _plain_placeholders(node)


def _is_message(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        return bool({"message", "hint", "reason"} & set(names))
    return isinstance(node, ast.keyword) and node.arg in {"message", "hint", "reason", "detail"}


def _plain_placeholders(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.JoinedStr) or _is_template(node):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from ((node.lineno, found[0]) for found in PLACEHOLDER.finditer(node.value))
    for child in ast.iter_child_nodes(node):
        yield from _plain_placeholders(child)


def _is_template(node: ast.AST) -> bool:
    """Pydantic fills these itself, from the context beside them."""
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Name) and called.id == "PydanticCustomError"


MEANT: frozenset[str] = frozenset({"{port}"})
"""Placeholders that a message shows because the user is to write them."""

MODULES = pytest.mark.parametrize("path", modules(), ids=label)


@MODULES
def test_no_two_words_run_together_between_literals(path: Path) -> None:
    assert list(joined_words(path.read_text())) == []


@MODULES
def test_every_placeholder_of_a_message_is_filled(path: Path) -> None:
    found = [(line, text) for line, text in unfilled(path.read_text()) if text not in MEANT]
    assert found == []


@MODULES
def test_nothing_is_left_to_do(path: Path) -> None:
    assert not re.search(r"\b(TODO|FIXME|XXX)\b", path.read_text())


def test_the_scan_finds_words_that_run_together() -> None:
    source = 'x = ("a tool was"\n     "called")\ny = (f"{x} was"\n     f"called {x}")\n'
    assert list(joined_words(source)) == [2, 4]


def test_the_scan_leaves_proper_literals_alone() -> None:
    source = 'x = ("a tool was "\n     "called\\n" "twice")\ny = f"{x}"\n'
    assert list(joined_words(source)) == []


def test_the_scan_finds_a_placeholder_without_its_prefix() -> None:
    source = 'raise E("no tool {name!r}")\nmessage = "in {file}"\nE(hint=f"{x}", y="{z}")\n'
    assert list(unfilled(source)) == [(1, "{name!r}"), (2, "{file}")]
