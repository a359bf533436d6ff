"""Every YAML block of the README and the docs is run, and shows what really happens."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

import pytest
import yaml

from tests.docs.golden import regold
from tests.docs.pages import blocks, label, pages
from tests.docs.project import Project, Run
from tests.docs.story import Failing, Story, story
from tests.docs.tour import SOUND, files
from tests.source import REPOSITORY

STORIES = tuple(story(page) for page in pages())
TOLD = tuple(one for one in STORIES if one.scenario_files())
FAILING = tuple((one, failing) for one in TOLD for failing in one.failing)

BLOCKS = {
    "README.md": 2,
    "docs/failures.md": 23,
    "docs/guides/ci.md": 1,
    "docs/guides/concurrency.md": 3,
    "docs/guides/first-scenario.md": 3,
    "docs/guides/handlers.md": 8,
    "docs/guides/server.md": 1,
}
"""How many YAML blocks each page has. One that silently disappears is found out here."""

PORT = "127.0.0.1:8000"


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.page)
def test_the_project_of_a_page_is_green(project: Project, told: Story) -> None:
    run = run_project(project, told.files, told.serves)

    assert run.ret == pytest.ExitCode.OK, run.printed
    assert run.counts.keys() == {"passed"}
    passed = set(re.findall(r"^PASSED ([^:]+)::", run.printed, re.MULTILINE))
    assert passed == told.scenario_files()


@pytest.mark.parametrize(
    ("told", "failing"), FAILING, ids=[failing.block.place for _, failing in FAILING]
)
def test_a_change_that_fails_prints_what_the_page_shows(
    project: Project, told: Story, failing: Failing
) -> None:
    run = run_project(project, failing.files, told.serves)

    assert run.ret in {pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED}, run.printed
    if failing.picture is not None:
        show(failing, run.picture())
        assert failing.picture == run.picture()


@pytest.mark.parametrize("told", STORIES, ids=lambda told: told.page)
def test_every_yaml_block_is_run(told: Story) -> None:
    assert [stray.place for stray in told.strays] == []


def test_no_yaml_block_is_lost() -> None:
    counts = {
        label(page): sum(block.language == "yaml" for block in blocks(page)) for page in pages()
    }

    assert {page: count for page, count in counts.items() if count} == BLOCKS


def test_the_blocks_of_the_tour_are_the_files_that_it_runs() -> None:
    tours = [b for page in pages() for b in blocks(page) if "tour" in b.comments]
    assert tours
    for block in tours:
        case, _, file = block.comments["tour"].partition("/")
        assert block.text == files(SOUND.parent / case)[file], block.place


def test_a_workflow_runs_the_scenarios(project: Project) -> None:
    (told,) = [one for one in STORIES if one.page == "docs/guides/ci.md"]
    (workflow,) = [text for name, text in told.files.items() if name.startswith(".github/")]
    commands = [
        step["run"]
        for job in yaml.safe_load(workflow)["jobs"].values()
        for step in job["steps"]
        if step.get("run", "").startswith("pytest ")
    ]
    assert commands
    for file, text in told.files.items():
        project.write(file, text)
    for command in commands:
        assert project.run(*shlex.split(command)[1:]).ret == pytest.ExitCode.OK, command


def run_project(project: Project, files: dict[str, str], serves: str | None) -> Run:
    """Run the scenarios of a page, with what it serves on a port of its own."""
    for file, text in files.items():
        project.write(file, text)
    if serves is None:
        return project.run("--tavus-scenarios", "-q", "-rA")
    with served(project, serves) as address:
        for file, text in files.items():
            project.write(file, text.replace(PORT, address))
        return project.run("--tavus-scenarios", "-q", "-rA")


@contextmanager
def served(project: Project, command: str) -> Generator[str]:
    """Run a command of the project that says on which port it listens."""
    words = shlex.split(command.replace("8000", "0"))
    words[0] = sys.executable
    with subprocess.Popen(
        words, cwd=project.path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield f"127.0.0.1:{process.stdout.readline().split()[-1]}"
        finally:
            process.kill()


def show(failing: Failing, picture: str) -> None:
    """Where pages are to be written anew, put the picture where the page shows another."""
    if not regold() or failing.picture == picture:
        return
    page = REPOSITORY / failing.block.page
    text = page.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    before, after = "".join(lines[: failing.shown_at]), "".join(lines[failing.shown_at :])
    shown = failing.picture or ""
    if not after.startswith(shown):  # a picture above it was written anew
        pytest.fail(f"{failing.block.page} has changed: run this again", pytrace=False)
    page.write_text(before + picture + after.removeprefix(shown), encoding="utf-8", newline="\n")
    pytest.fail(f"{failing.block.page} was written anew: read the difference", pytrace=False)
