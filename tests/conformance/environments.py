"""Virtual environments for packages of others: each made once from the package index, and kept.

Knows pip, and nothing of Tavus. Workers that run side by side share what one of them has made.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.processes import Ran, run

MAKING_SECONDS = 300.0
ASKING_SECONDS = 60.0
ALWAYS_THERE = "pip"

_COMPLETE = "complete"
"""A file that says that an environment was made to its end."""

_PIP: Mapping[str, str] = {
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
    "PIP_RETRIES": "1",
    "PIP_TIMEOUT": "15",
}
_NOT_FOR_PIP = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_REQUIRE_VIRTUALENV", "PIP_QUIET")


class IndexUnreachableError(Exception):
    """The package index does not answer, so that nothing can be said of a package."""


class NotInstalledError(Exception):
    """The package index answers, and a package cannot be installed from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A virtual environment with one requirement and what that needs."""

    requirement: str
    directory: Path

    def program(self, name: str) -> Path:
        """Return one of its programs."""
        return self.directory / "bin" / name

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.program("python")


class Environments:
    """The environments below one directory."""

    def __init__(self, directory: Path, *, environ: Mapping[str, str]) -> None:
        """Keep them in `directory`; `environ` is what pip is run with."""
        self._directory = directory
        self._environ = {
            **{name: value for name, value in environ.items() if name not in _NOT_FOR_PIP},
            **_PIP,
        }
        self._silent: str | None = None

    def get(self, requirement: str) -> Environment:
        """Return the environment of a requirement; make it where it is not there.

        Raises:
            IndexUnreachableError: the package index does not answer.
            NotInstalledError: it answers, and the requirement cannot be installed.

        """
        directory = self._directory / key(requirement)
        with self._alone(directory):
            if not (directory / _COMPLETE).exists():
                shutil.rmtree(directory, ignore_errors=True)
                self._make(directory, requirement)
                (directory / _COMPLETE).touch()
        return Environment(requirement=requirement, directory=directory)

    def run(self, *command: str, seconds: float) -> Ran:
        """Run a step; one that takes longer has failed."""
        try:
            return run(*command, env=self._environ, cwd=self._directory, seconds=seconds)
        except subprocess.TimeoutExpired:
            return Ran(code=1, out="", err=f"it took longer than {seconds:g} s")

    def _make(self, directory: Path, requirement: str) -> None:
        if self._silent is not None:
            raise IndexUnreachableError(self._silent)
        made = self.run(sys.executable, "-m", "venv", str(directory), seconds=MAKING_SECONDS)
        if made.code == 0:
            pip = (str(directory / "bin" / "python"), "-m", "pip", "--quiet")
            self._ask(pip, directory / "asked")
            made = self.run(*pip, "install", requirement, seconds=MAKING_SECONDS)
        if made.code != 0:
            message = f"{requirement} cannot be installed: {_last_line(made)}"
            raise NotInstalledError(message)

    def _ask(self, pip: tuple[str, ...], aside: Path) -> None:
        """Ask the package index for a package that is always there: once, where it is silent."""
        words = ("download", "--no-deps", "--dest", str(aside), ALWAYS_THERE)
        asked = self.run(*pip, *words, seconds=ASKING_SECONDS)
        if asked.code != 0:
            self._silent = f"the package index cannot be reached: {_last_line(asked)}"
            raise IndexUnreachableError(self._silent)

    @contextmanager
    def _alone(self, directory: Path) -> Generator[None]:
        """Let no other process make the same environment meanwhile."""
        self._directory.mkdir(parents=True, exist_ok=True)
        with directory.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _last_line(ran: Ran) -> str:
    lines = [line for line in f"{ran.out}\n{ran.err}".splitlines() if line.strip()]
    return lines[-1] if lines else f"exit {ran.code}"


def key(requirement: str) -> str:
    """Name the directory of a requirement: other for another interpreter."""
    base = f"{os.path.realpath(sys.executable)} {sys.version} {requirement}"
    digest = hashlib.sha256(base.encode()).hexdigest()[:12]
    readable = re.sub(r"[^A-Za-z0-9]+", "-", requirement).strip("-")
    return f"{readable}-{digest}"
