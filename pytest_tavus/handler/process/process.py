"""A process of the user and its children: started, watched, and ended as one process group."""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from pytest_tavus.errors import HandlerError

_SHELL = "/bin/sh"
_SCRIPT = """\
trap '' HUP INT TERM
read -r group || exit 0
while read -r _; do :; done
kill -s TERM -- "-$group"
sleep 1
kill -s KILL -- "-$group"
"""
"""Reads the number of the group in the first line, and ends the group when the pipe is closed."""


class ProcessGuard:
    """A shell that ends one process group when this interpreter has ended, however it ends.

    A fork of this interpreter that lives longer keeps the pipe open, and so delays that end.
    """

    def __init__(self) -> None:
        """Start the guard.

        Raises:
            OSError: the system cannot start a process.

        """
        reader, self._writer = os.pipe()
        try:
            self._popen = subprocess.Popen(  # noqa: S603 - a script of ours
                [_SHELL, "-c", _SCRIPT],
                env={"PATH": os.defpath},
                stdin=reader,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            os.close(self._writer)
            raise
        finally:
            os.close(reader)

    def guard(self, group: int) -> None:
        """Set the group that must not outlive this interpreter."""
        with suppress(BrokenPipeError):  # another process ended the guard
            os.write(self._writer, b"%d\n" % group)

    def dismiss(self) -> None:
        """End the guard without ending the group. May be called twice."""
        if self._popen.returncode is None:
            self._popen.kill()
            self._popen.wait()
            os.close(self._writer)


_BUFFER_SIZE = 64 * 1024
"""Bytes. Earlier output is dropped."""

_LINES = 60


class Output:
    """Keeps the last output from the reading end of a pipe, and closes the pipe at its end."""

    def __init__(self, source: int) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._buffer = bytearray()
        self._bytes_written = 0
        self._thread = threading.Thread(target=self._drain, name="tavus-output", daemon=True)
        self._thread.start()

    @property
    def bytes_written(self) -> int:
        """Bytes written so far: a position for :meth:`read_since`."""
        return self._bytes_written

    def read_since(self, position: int) -> str:
        """Return the output after a position, as far as the buffer holds it."""
        with self._lock:
            start = max(0, len(self._buffer) - (self._bytes_written - position))
            data = bytes(self._buffer[start:])
        return data.decode(errors="replace")

    def tail(self) -> str | None:
        """Return the last lines; `None` if there is no output."""
        lines = self.read_since(0).rstrip().splitlines()
        if self._bytes_written > len(self._buffer):
            del lines[:1]  # this line may be cut, and half a secret cannot be masked
        return "\n".join(lines[-_LINES:]) or None

    def finish(self, *, within: float) -> None:
        """Read the rest of the output, for at most so many seconds after the process has ended."""
        self._thread.join(within)

    def _drain(self) -> None:
        while chunk := os.read(self._source, 65536):
            with self._lock:
                self._buffer += chunk
                del self._buffer[:-_BUFFER_SIZE]
                self._bytes_written += len(chunk)
        os.close(self._source)


_GRACE = 3.0
"""Seconds between SIGTERM and SIGKILL to the group."""

_ORPHANS_GRACE = 0.5
"""The same, in seconds, for the children that are left when the first process has ended."""

_LAST_GRACE = 0.5
"""The same, in seconds, when the interpreter itself ends."""


class Process:
    """A started process group. It does not outlive this interpreter, however that ends."""

    def __init__(self, words: Sequence[str], *, cwd: Path, environ: Mapping[str, str]) -> None:
        """Start the process.

        Raises:
            HandlerError: there is no such command or directory, or the command may not be run.

        """
        self._guard = _start_guard(words[0])
        reader, writer = os.pipe()
        try:
            self._popen = _spawn(words, cwd, environ, writer)
        except HandlerError:
            self._guard.dismiss()
            os.close(reader)
            raise
        finally:
            os.close(writer)
        self._guard.guard(self._popen.pid)
        self.output = Output(reader)
        self._owner = os.getpid()
        self._closed = False
        atexit.register(self._end_at_exit)

    @property
    def ended(self) -> str | None:
        """The exit code or signal of the process as a phrase; `None` while it runs."""
        code = self._popen.poll()
        if code is None:
            return None
        return f"exit code {code}" if code >= 0 else f"signal {_signal_name(-code)}"

    async def wait_for_exit(self, *, within: float) -> str | None:
        """Wait for the process to end by itself; return :attr:`ended`."""
        if await _wait_until(lambda: self.ended is not None, within):
            self.output.finish(within=within)
        return self.ended

    async def end(self) -> None:
        """End the process and its children. May be called twice.

        Raises:
            HandlerError: the process survived SIGKILL.

        """
        if self._closed:
            return
        self._signal(signal.SIGTERM)
        if not await _wait_until(lambda: self.ended is not None, _GRACE):
            await self._kill()
        elif not await _wait_until(self._is_group_empty, _ORPHANS_GRACE):
            self._signal(signal.SIGKILL)
        self._closed = True  # the system may give the number of the group to another one now
        self._guard.dismiss()
        atexit.unregister(self._end_at_exit)
        self.output.finish(within=0.5)

    async def _kill(self) -> None:
        self._signal(signal.SIGKILL)
        if not await _wait_until(lambda: self.ended is not None, _GRACE):
            message = f"the handler's process {self._popen.pid} could not be ended"
            raise HandlerError(message)

    def _is_group_empty(self) -> bool:
        try:
            os.killpg(self._popen.pid, 0)
        except (ProcessLookupError, PermissionError):
            return True
        return False

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, number)

    def _end_at_exit(self) -> None:
        if os.getpid() != self._owner:
            return  # a fork of this interpreter inherits the exit function, but not the process
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(_LAST_GRACE)
        self._signal(signal.SIGKILL)
        self._guard.dismiss()


def pauses(within: float) -> Iterator[float]:
    """Yield growing pauses for a polling loop, in seconds, until `within` seconds have passed."""
    until, pause = time.monotonic() + within, 0.002
    while time.monotonic() < until:
        yield pause
        pause = min(pause * 1.5, 0.05)


async def _wait_until(condition: Callable[[], bool], within: float) -> bool:
    for pause in pauses(within):
        if condition():
            return True
        await asyncio.sleep(pause)
    return condition()


def _start_guard(command: str) -> ProcessGuard:
    try:
        return ProcessGuard()
    except OSError as error:
        message = f"the handler's command {command!r} cannot be run: {error.strerror}"
        raise HandlerError(message) from None


def _spawn(
    words: Sequence[str], cwd: Path, environ: Mapping[str, str], writer: int
) -> subprocess.Popen[bytes]:
    if not cwd.is_dir():
        message = f"the handler's cwd {str(cwd)!r} is not a directory"
        raise HandlerError(message)
    try:
        return subprocess.Popen(  # noqa: S603 - the user's own command, without a shell
            list(words),
            cwd=cwd,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=writer,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except FileNotFoundError:
        message = f"the handler's command {words[0]!r} was not found"
    except OSError as error:
        message = f"the handler's command {words[0]!r} cannot be run: {error.strerror}"
    raise HandlerError(message)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
