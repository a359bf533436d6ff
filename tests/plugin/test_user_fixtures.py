"""Fixtures of the user's project around a scenario."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Project

SCOPES = ["function", "class", "module", "package", "session"]


@pytest.mark.parametrize("scope", SCOPES)
def test_the_handler_comes_from_a_fixture_of_any_scope(project: Project, scope: str) -> None:
    project.scenarios()
    project.conftest(f"""
@pytest.fixture(scope={scope!r})
def tavus_handler():
    return "of the {scope}"
""")

    project.run("--tavus-scenarios").assert_outcomes(passed=1)

    assert f"run tells where the order is with 'of the {scope}'" in project.log()


def test_a_fixture_of_a_module_is_set_up_once_for_each_file(project: Project) -> None:
    project.scenarios(file="scenarios/a.yaml")
    project.scenarios(file="scenarios/b.yaml")
    project.conftest("""
@pytest.fixture(scope="module", autouse=True)
def shop(request):
    print(f"open {request.module.__name__}, {request.path.name}")
""")

    result = project.run("--tavus-scenarios", "-s")

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*open a, a.yaml*", "*open b, b.yaml*"])


def test_a_fixture_that_raises_shows_its_own_frame_and_no_other(project: Project) -> None:
    project.scenarios()
    project.conftest("""
@pytest.fixture
def tavus_handler():
    raise ValueError("no database")
""")

    result = project.run("--tavus-scenarios")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["conftest.py:*: ValueError"])
    frames = [line for line in result.outlines if ".py:" in line and not line.startswith("ERROR")]
    assert [line.partition(":")[0] for line in frames] == ["conftest.py"]
