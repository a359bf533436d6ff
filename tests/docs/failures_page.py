"""Writes docs/failures.md from the cases of the tour and what each of them prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.docs.tour import CHAPTERS, SOUND, Case, Chapter, files

HEAD = """\
# What a failure looks like

A tour of what can go wrong, each as it is printed. Written by a test that runs every case and
compares this page with what it printed, byte by byte; times, ports and addresses are masked.

Each case is this project with one mistake in it. Only the files that are different are shown.
Every run is `pytest --tavus-scenarios -q`.
"""

_LANGUAGES = {"yaml": "yaml", "py": "python"}


def head() -> str:
    """Return the page's beginning: the project without a mistake."""
    return "\n".join([HEAD, *_files(SOUND.name, files(SOUND))])


def chapter_head(chapter: Chapter) -> str:
    """Return what stands before a chapter's cases."""
    return f"\n## {chapter.title}\n\n{chapter.text}\n"


def section(case: Case, printed: str) -> str:
    """Return one case: its sentence, its files, and what it printed."""
    lines = [f"\n### {case.title}\n", f"{case.sentence}\n", *_files(case.name, case.own_files())]
    return "\n".join([*lines, f"```text\n{printed}```\n"])


def page(printed: Mapping[str, str]) -> str:
    """Return the whole page, with what every case printed."""
    return "".join([head(), *(text for chapter in CHAPTERS for text in _chapter(chapter, printed))])


def _chapter(chapter: Chapter, printed: Mapping[str, str]) -> Iterator[str]:
    yield chapter_head(chapter)
    yield from (section(case, printed[case.name]) for case in chapter.cases)


def _files(name: str, found: Mapping[str, str]) -> Iterator[str]:
    for file, text in found.items():
        language = _LANGUAGES[file.rpartition(".")[2]]
        yield f"`{file}`\n\n<!-- tour: {name}/{file} -->\n```{language}\n{text}```\n"
