"""A copy of the examples, as a stranger has them after a clone, to run and to break."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.examples.masks import masked

REPOSITORY = Path(__file__).parents[2]
EXAMPLES = REPOSITORY / "scenarios"
COLUMNS = "100"
INI = """
[pytest]
addopts = --strict-markers --show-capture=no
filterwarnings = error
xfail_strict = true
"""
_TITLE = re.compile(r"^=+ (?:FAILURES|ERRORS) =+$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One replacement in one file of the examples."""

    file: str
    old: str
    new: str


class Scene:
    """A directory with the examples in it, and pytest with this plugin alone."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester
        self.path = pytester.path
        shutil.copytree(
            EXAMPLES, self.path / "scenarios", ignore=shutil.ignore_patterns("__pycache__")
        )
        pytester.makeini(INI)

    def edit(self, edit: Edit) -> None:
        """Make one replacement, of a text that is there exactly once."""
        path = self.path / "scenarios" / edit.file
        text = path.read_text()
        assert text.count(edit.old) == 1, f"{edit.old!r} is {text.count(edit.old)} times in {path}"
        path.write_text(text.replace(edit.old, edit.new))

    def run(self, *args: str) -> pytest.RunResult:
        """Run pytest in this process."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
            patch.setenv("COLUMNS", COLUMNS)
            patch.delenv("CI", raising=False)
            return self._pytester.runpytest_inprocess(
                "-p", "tavus", "-p", "no:cacheprovider", "--tavus-scenarios", "-q", *args
            )

    def red_text(self, result: pytest.RunResult) -> str:
        """Return what a failed run printed, from the heading of its failures on."""
        printed = result.stdout.str()
        title = _TITLE.search(printed)
        assert title is not None, printed
        return masked(printed[title.start() :], self.path)
