"""Every example of the guide to Python tests is run, and fails as the guide shows."""

from __future__ import annotations

import re
import textwrap

import pytest

from tests.docs.golden import regold
from tests.docs.pages import DOCS, Block, blocks
from tests.docs.project import Project, Run
from tests.docs.story import story

GUIDE = DOCS / "guides" / "python.md"
GROUND = story(DOCS / "guides" / "first-scenario.md").files
"""The project in which the examples stand."""

BLOCKS = blocks(GUIDE)
EXAMPLES = {b.comments["python"]: b.text for b in BLOCKS if "python" in b.comments}
SHOWN = tuple(block for block in BLOCKS if "shown" in block.comments)


def run(project: Project, files: dict[str, str], *args: str) -> Run:
    for file, text in {**GROUND, **files}.items():
        project.write(file, text)
    plugins = ("-p", "anyio", "-p", "pytest_asyncio.plugin")
    ini = ("-o", "asyncio_default_fixture_loop_scope=function", "-W", "error")
    return project.run(*plugins, *ini, "-q", *args)


def test_the_guide_has_its_examples() -> None:
    assert len(EXAMPLES) == 5
    assert len(SHOWN) == 1


def test_every_block_of_python_is_run() -> None:
    assert [b.place for b in BLOCKS if b.language == "python" and "python" not in b.comments] == []


@pytest.mark.parametrize("file", EXAMPLES)
def test_an_example_names_its_file_and_passes(project: Project, file: str) -> None:
    assert EXAMPLES[file].startswith(f"# {file}\n")

    ran = run(project, {file: EXAMPLES[file]}, file)

    assert ran.ret == pytest.ExitCode.OK, ran.printed
    assert ran.counts.keys() == {"passed"}


@pytest.mark.parametrize("shown", SHOWN, ids=lambda block: block.place)
def test_a_change_that_fails_shows_what_the_guide_shows(project: Project, shown: Block) -> None:
    file, _, change = shown.comments["shown"].partition(": ")
    old, _, new = change.partition(" -> ")
    assert EXAMPLES[file].count(old) == 1

    ran = run(project, {file: EXAMPLES[file].replace(old, new)}, file)

    assert ran.counts == {"failed": 1}, ran.printed
    picture = told(ran)
    rewrite(shown, picture)
    assert shown.text == picture


def told(ran: Run) -> str:
    """Return what pytest marks with an `E`, without the name of the exception."""
    marked = re.findall(r"^E(?: (.*))?$", ran.printed, re.MULTILINE)
    text = textwrap.dedent("\n".join(marked)).rstrip()
    name, _, picture = text.partition(": ")
    assert name == "pytest_tavus.plugin.failure.VerdictError", text
    return "".join(f"{line.rstrip()}\n" for line in picture.splitlines())


def rewrite(shown: Block, picture: str) -> None:
    """Where pages are to be written anew, put the picture where the guide shows another."""
    if not regold() or shown.text == picture:
        return
    lines = GUIDE.read_text(encoding="utf-8").splitlines(keepends=True)
    rest = "".join(lines[shown.line :]).removeprefix(shown.text)
    GUIDE.write_text("".join(lines[: shown.line]) + picture + rest, encoding="utf-8")
    pytest.fail(f"{shown.place} was written anew: read the difference", pytrace=False)
