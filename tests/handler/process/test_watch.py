"""A process does not outlive an interpreter that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_tavus.errors import HandlerError
from pytest_tavus.handler.process import process as watch
from pytest_tavus.handler.process.process import Process, ProcessGuard, pauses
from tests.handler.process.shop import is_alive

TIMEOUT = 20

STUBBORN = """
import os, signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
print(os.getpid(), child.pid, flush=True)
signal.pause()
"""

SCRIPT = f"""
import os, signal, sys
from pathlib import Path
from pytest_tavus.handler.process.process import Process

process = Process([sys.executable, "-c", {STUBBORN!r}], cwd=Path(), environ=dict(os.environ))
while "\\n" not in process.output.read_since(0):
    pass
print(process.output.read_since(0), flush=True)
signal.pause()
"""


def has_ended(pid: int) -> bool:
    """Tell whether a process ends within the timeout."""
    for pause in pauses(TIMEOUT):
        if not is_alive(pid):
            return True
        time.sleep(pause)
    return False


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process group that must survive the test."""
    words = [sys.executable, "-c", "import signal; signal.pause()"]
    with subprocess.Popen(words, start_new_session=True) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_process_and_its_children_do_not_outlive_a_killed_interpreter(
    number: signal.Signals,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        text=True,
    ) as interpreter:
        assert interpreter.stdout is not None
        pids = [int(word) for word in interpreter.stdout.readline().split()]
        interpreter.send_signal(number)
        try:
            assert interpreter.wait(TIMEOUT) == -number
        finally:
            interpreter.kill()
    left = [pid for pid in pids if not has_ended(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert len(pids) == 2
    assert not left


def test_a_dismissed_guard_leaves_the_group_alone(bystander: subprocess.Popen[bytes]) -> None:
    guard = ProcessGuard()
    guard.guard(bystander.pid)
    guard.dismiss()
    guard.dismiss()
    assert bystander.poll() is None


def test_a_guard_that_was_ended_does_no_harm(bystander: subprocess.Popen[bytes]) -> None:
    guard = ProcessGuard()
    popen = guard._popen  # pyright: ignore[reportPrivateUsage]  # what a stranger may end
    popen.kill()
    popen.wait()
    guard.guard(bystander.pid)
    assert bystander.poll() is None
    os.close(guard._writer)  # pyright: ignore[reportPrivateUsage]  # left open by that


def test_a_command_that_cannot_be_guarded_is_not_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(watch, "_SHELL", str(tmp_path / "no-shell"))
    script = "import pathlib; pathlib.Path('started').touch()"
    with pytest.raises(HandlerError) as refused:
        Process([sys.executable, "-c", script], cwd=tmp_path, environ={})
    assert refused.value.message == (
        f"the handler's command {sys.executable!r} cannot be run: No such file or directory"
    )
    assert not (tmp_path / "started").exists()
