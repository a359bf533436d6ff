"""The tour of docs/failures.md, run for real.

After a deliberate change of wording, write the page anew and read it:

    TAVUS_REGOLD=1 python -m pytest tests/docs/test_failures.py
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.docs.failures_page import page
from tests.docs.golden import hold, regold
from tests.docs.pages import DOCS, blocks
from tests.docs.project import Project
from tests.docs.tour import CASES, FAILURES, SOUND, Case, files

PAGE = DOCS / "failures.md"


@pytest.fixture(scope="module")
def gathered() -> Iterator[dict[str, str]]:
    """What the cases print, which becomes the page where it is to be written anew."""
    printed: dict[str, str] = {}
    yield printed
    if regold() and printed.keys() == {case.name for case in CASES}:
        hold(PAGE, page(printed))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_mistake_is_told_as_the_page_says(
    project: Project, case: Case, gathered: dict[str, str]
) -> None:
    for file, text in case.files().items():
        project.write(file, text)

    run = project.run(*case.arguments)

    gathered[case.name] = run.printed
    assert run.ret not in {pytest.ExitCode.OK, pytest.ExitCode.INTERNAL_ERROR}
    if not regold():
        assert run.printed == shown()[case.name]


def test_the_page_is_the_tour_and_nothing_else() -> None:
    if not regold():
        hold(PAGE, page(shown()))


def test_the_project_without_a_mistake_is_green(project: Project) -> None:
    for file, text in files(SOUND).items():
        project.write(file, text)

    run = project.run("--tavus-scenarios", "-q")

    assert run.counts == {"passed": 1}


def test_every_directory_is_a_case_with_a_mistake() -> None:
    directories = {path.name for path in FAILURES.iterdir() if path.is_dir()} - {SOUND.name}

    assert directories == {case.name for case in CASES if case.own_files()}
    assert [case.name for case in CASES if case.files() == files(SOUND)] == []


def shown() -> dict[str, str]:
    """What the page says that each case prints."""
    texts = [block.text for block in blocks(PAGE) if block.language == "text"]
    assert len(texts) == len(CASES)
    return {case.name: text for case, text in zip(CASES, texts, strict=True)}
