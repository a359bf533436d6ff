"""Reads Markdown: the fenced blocks of a page, and what the comments above them say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.source import REPOSITORY

DOCS = REPOSITORY / "docs"

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\s*$")
_COMMENT = re.compile(r"^ *<!-- (?P<name>[a-z]+)(?:: (?P<value>.*))? -->\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block of a page."""

    page: str
    "From the repository's root."

    line: int
    "Of its opening fence, counted from 1."

    language: str
    text: str
    comments: dict[str, str]
    "What the HTML comments directly above it say, by their first word."

    @property
    def place(self) -> str:
        """As an editor understands it."""
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """Return every page: the README first."""
    return [REPOSITORY / "README.md", *sorted(DOCS.rglob("*.md"))]


def label(page: Path) -> str:
    """Return a page's path as a test id."""
    return page.relative_to(REPOSITORY).as_posix()


def blocks(page: Path) -> tuple[Block, ...]:
    """Return the fenced blocks of a page in order."""
    return tuple(read(page.read_text(encoding="utf-8"), label(page)))


def read(text: str, page: str) -> Iterator[Block]:
    """Yield the fenced blocks of a text."""
    lines = iter(enumerate(text.splitlines(), start=1))
    comments: dict[str, str] = {}
    for number, line in lines:
        if comment := _COMMENT.match(line):
            comments[comment["name"]] = comment["value"] or ""
        elif fence := _FENCE.match(line):
            inside = _inside(lines, fence["indent"])
            yield Block(
                page=page, line=number, language=fence["language"], text=inside, comments=comments
            )
            comments = {}
        elif line.strip():
            comments = {}


def _inside(lines: Iterator[tuple[int, str]], indent: str) -> str:
    inside: list[str] = []
    for _, line in lines:
        if line.rstrip() == f"{indent}```":
            return "".join(f"{one}\n" for one in inside)
        inside.append(line.removeprefix(indent))
    raise AssertionError("a fenced block is never closed")
