"""Programs of others, run so that they find nothing of whoever runs the tests, and end in time."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

CLEAN: Mapping[str, str] = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "COLUMNS": "400",
    "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    "FASTMCP_CHECK_FOR_UPDATES": "off",
    "FASTMCP_SHOW_SERVER_BANNER": "false",
}
"""Wide enough that nothing is wrapped; no keyring, no questions to a registry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of a program."""

    code: int
    out: str
    err: str

    def told(self) -> str:
        """Return what it printed, for a message."""
        return f"exit {self.code}\n{self.out}\n{self.err}"


def clean(home: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which there is nothing but what a client is given."""
    return {**CLEAN, "HOME": str(home), **given}


def run(*command: str | Path, env: Mapping[str, str], cwd: Path, seconds: float) -> Ran:
    """Run a program to its end.

    Raises:
        subprocess.TimeoutExpired: it did not end in time; nothing of it is left.

    """
    with started(*command, env=env, cwd=cwd) as process:
        out, err = process.communicate(timeout=seconds)
    return Ran(code=process.returncode, out=out, err=err)


@contextlib.contextmanager
def started(
    *command: str | Path, env: Mapping[str, str], cwd: Path
) -> Generator[subprocess.Popen[str]]:
    """Start a program in a session of its own, and end whatever is left of it."""
    with subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(env),
        cwd=cwd,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def ended_after(process: subprocess.Popen[str], seconds: float) -> Generator[None]:
    """End a program that is read from line by line where that takes too long."""
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
