"""What is ours and what is the user's in a traceback: our bugs say so, our frames stay out."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import PASSING, Project

OUR_BUG = "this is a bug of pytest-tavus and not of the scenario: please report it"


@pytest.mark.parametrize("bug", ["bug", "harness"])
@pytest.mark.parametrize("style", ["auto", "long", "short"])
def test_a_bug_of_the_plugin_says_so_and_shows_no_local_variable(
    project: Project, style: str, bug: str
) -> None:
    project.scenarios(PASSING | {"raises": bug})

    result = project.run("--tavus-scenarios", "--showlocals", f"--tb={style}")

    result.assert_outcomes(failed=1)
    text = result.stdout.str()
    assert OUR_BUG in text
    assert "fakes.py:" in text
    assert "decision   =" not in text
    assert "FakeRunner object" not in text
    assert "_pytest" not in text
    assert "pluggy/" not in text


def test_the_short_summary_of_a_bug_says_whose_it_is(project: Project) -> None:
    project.scenarios(PASSING | {"raises": "bug"})

    result = project.run("--tavus-scenarios", "--tb=line")

    result.stdout.fnmatch_lines(["FAILED *tells where the order is - a bug of pytes*"])


def test_an_exception_of_a_users_hook_is_not_called_a_bug_of_the_plugin(project: Project) -> None:
    project.scenarios(PASSING)
    project.conftest("""
def pytest_tavus_result(item, result):
    raise ValueError("the dashboard is away")
""")

    result = project.run("--tavus-scenarios")

    result.stdout.fnmatch_lines(["E *ValueError: the dashboard is away"])
    assert OUR_BUG not in result.stdout.str()


def test_a_fixture_that_needs_one_that_is_missing_shows_itself_alone(project: Project) -> None:
    project.scenarios(PASSING | {"fixtures": ["orders"]})
    project.conftest("""
@pytest.fixture
def orders(database):
    pass
""")

    result = project.run("--tavus-scenarios")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["file *conftest.py, line *", "E *fixture 'database' not found"])
    assert "marks.py" not in result.stdout.str()
    assert "def scenario" not in result.stdout.str()


def test_a_debugger_does_not_start_in_a_frame_of_the_plugin(project: Project) -> None:
    project.scenarios(PASSING | {"outcome": "failed"})
    project.write(
        "quiet_debugger.py",
        """
from pdb import Pdb


class Quiet(Pdb):
    def interaction(self, frame, thrown, *rest):
        # From Python 3.13 on, it is the exception and no longer its traceback.
        stack, index = self.get_stack(frame, getattr(thrown, "__traceback__", thrown))
        print("begins in", stack[index][0].f_code.co_filename)
""",
    )

    project.pytester.syspathinsert()
    result = project.run("--tavus-scenarios", "--pdb", "--pdbcls=quiet_debugger:Quiet", "-s")

    begins = [line for line in result.outlines if line.startswith("begins in")]
    assert len(begins) == 1
    assert "pytest_tavus" not in begins[0]
