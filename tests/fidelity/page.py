"""Writes docs/fidelity.md from the manifest and the tests that carry its names."""

from __future__ import annotations

from collections.abc import Iterator

from tests.docs.pages import DOCS
from tests.fidelity.manifest import SOURCES, Entry, Mark

PAGE = DOCS / "fidelity.md"

HEAD = """\
# What the simulated Tavus does as Tavus does

Written by a test from `tests/fidelity/`. Each line is a behaviour of Tavus that the simulated one
has, with where it was learned, the tests that prove it of ours, and what is knowingly different.
No line is without a test.

| mark | learned from |
|---|---|
{sources}

Nothing here was measured against the live service. *Seen* is the day on which the page was read,
or the official client was run against the simulated Tavus.
"""

TITLES = {
    "builder": "Building a PAL by conversation",
    "conformance": "The official clients as they are",
    "door": "What holds for every door",
    "live": "Conversations",
    "llm": "A language model as the brain",
    "mcp": "The MCP server",
    "oauth": "OAuth",
    "resources": "Documents, skills, faces and the rest",
    "rest": "The REST API",
}


def page(entries: list[Entry], marks: list[Mark]) -> str:
    """Return the page, in Markdown."""
    sources = "\n".join(f"| {mark} | {text} |" for mark, text in SOURCES.items())
    lines = [HEAD.format(sources=sources)]
    for area, title in sorted(TITLES.items(), key=lambda item: item[1]):
        own = [entry for entry in entries if entry.area == area]
        lines += [*_area(title, own, marks), ""] if own else []
    return "\n".join(lines).rstrip("\n") + "\n"


def _area(title: str, entries: list[Entry], marks: list[Mark]) -> Iterator[str]:
    yield f"## {title}\n"
    yield "| behaviour | learned from | different here | tests | seen |"
    yield "|---|---|---|---|---|"
    for entry in entries:
        files = sorted({mark.file for mark in marks if mark.name == entry.name})
        cells = [
            f"**{entry.name}**: {entry.behaviour}",
            "; ".join(f"{place} [{kind}]" for kind, place in entry.source.items()),
            entry.divergence or "",
            ", ".join(f"[{file.rpartition('/')[2]}](../{file})" for file in files),
            entry.seen.isoformat(),
        ]
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
