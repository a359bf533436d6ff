"""What ends a process group when this interpreter cannot, because it was killed.

A shell waits on a pipe of which this interpreter alone holds the other end. However the interpreter
ends, that end is closed, and the shell ends the group. Knows nothing of handlers.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress

_SHELL = "/bin/sh"
_SCRIPT = """\
trap '' HUP INT TERM
read -r group || exit 0
while read -r _; do :; done
kill -s TERM -- "-$group"
sleep 1
kill -s KILL -- "-$group"
"""
"""The first line it reads is the group; nothing more comes until the pipe is closed."""


class Watch:
    """A guard over one process group. A fork of this interpreter that lives on holds it back."""

    def __init__(self) -> None:
        """Start the guard.

        Raises:
            OSError: no process can be started.

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

    def over(self, group: int) -> None:
        """Say which group it is that must not outlive this interpreter."""
        with suppress(BrokenPipeError):  # somebody ended the guard
            os.write(self._writer, b"%d\n" % group)

    def dismiss(self) -> None:
        """End the guard, and leave the group alone. May be called twice."""
        if self._popen.returncode is None:
            self._popen.kill()
            self._popen.wait()
            os.close(self._writer)
