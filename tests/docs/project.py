"""A user's project in a directory of its own, and pytest run in it as the user runs it."""

from __future__ import annotations

import re

import pytest

from tests.examples.masks import masked
from tests.installed import install_in
from tests.source import REPOSITORY

SECONDS = 60
"""How long a run may take."""

_PICTURE = re.compile(
    r"^_+ .+ _+\n(?P<picture>.*?)^(?:=+ .+ =+|_+ .+ _+)$", re.DOTALL | re.MULTILINE
)


class Project:
    """A directory in which pytest runs with this plugin and no other."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self._pytester = pytester
        self._monkeypatch = monkeypatch
        self.path = pytester.mkdir("project")
        monkeypatch.chdir(self.path)
        site = install_in(pytester.mkdir("site"))
        for name, value in (
            ("PYTHONPATH", f"{REPOSITORY}:{site}"),
            ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
            ("COLUMNS", "100"),
        ):
            monkeypatch.setenv(name, value)
        for name in ("CI", "PYTEST_ADDOPTS", "FORCE_COLOR", "PY_COLORS"):
            monkeypatch.delenv(name, raising=False)

    def write(self, file: str, text: str) -> None:
        """Write one file of the project."""
        path = self.path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, *args: str) -> Run:
        """Run pytest in a process of its own."""
        result = self._pytester.runpytest_subprocess("-p", "tavus", *args, timeout=SECONDS)
        printed = [*result.outlines, *result.errlines]
        return Run(result, masked("\n".join(printed), self.path))


class Run:
    """What a run printed, and what it came to."""

    def __init__(self, result: pytest.RunResult, printed: str) -> None:
        self.ret = result.ret
        self.printed = printed
        """Everything, without what differs from run to run."""

        self.counts = result.parseoutcomes() if self._ended() else {}
        """Passed, failed, ...: as in pytest's last line."""

    def _ended(self) -> bool:
        return self.ret in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}

    def picture(self) -> str:
        """Return the first failure picture, from its first line to its last."""
        found = _PICTURE.search(self.printed)
        assert found is not None, self.printed
        return found["picture"]
