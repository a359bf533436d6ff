"""The server as its guide starts it, and a shell that is typed into as the guide says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.golden import regold
from tests.docs.pages import DOCS, Block, blocks
from tests.docs.shell import Step, rewrite, run, same_everywhere, steps, written
from tests.docs.story import story
from tests.source import REPOSITORY

GUIDE = DOCS / "guides" / "server.md"
BLOCKS = blocks(GUIDE)
FILES = story(GUIDE).files
SCRIPTS = {b.comments["script"]: b.text for b in BLOCKS if "script" in b.comments}
(STARTS,) = (steps(block)[0].command for block in BLOCKS if "starts" in block.comments)

_PRELUDE = re.compile(r"\w+\(\) \{|PAL=")
LAST = "# Ctrl-C ends it.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server as the guide starts it, and what a shell pastes of what it has printed."""

    home: Path
    exports: str
    port: int

    def typed(self, commands: Iterable[str], *, path: str = "") -> list[str]:
        """Type commands into a shell of a client, and return what is printed."""
        found = run([self.exports, *commands], cwd=self.home, env=environment(path))
        assert [each.status for each in found] == [0] * len(found), found
        return [same_everywhere(each.printed, port=self.port) for each in found[1:]]


def environment(path: str = "") -> dict[str, str]:
    """Return the environment of a shell in which the package is installed."""
    places = (path, str(Path(sys.executable).parent), os.environ["PATH"])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TAVUS_")}
    return {
        **kept,
        "PATH": os.pathsep.join(place for place in places if place),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NO_COLOR": "1",
    }


@contextmanager
def serving(command: str, home: Path, env: Mapping[str, str]) -> Generator[Server]:
    """Run the command of a block on a port of its own."""
    words = shlex.split(command.replace("--port 8000", "--port 0"))
    assert words[0] == "pytest-tavus"
    main = "import sys; from pytest_tavus.cli import main; sys.exit(main())"
    with subprocess.Popen(
        [sys.executable, "-c", main, *words[1:]],
        cwd=home,
        env={**env, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield _started(process, home)
        finally:
            process.terminate()
    assert process.returncode == 0


def _started(process: subprocess.Popen[str], home: Path) -> Server:
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if line == LAST:
            break
    port = lines[0].partition("127.0.0.1:")[2].partition(",")[0]
    return Server(home=home, exports="".join(lines), port=int(port))


def write(home: Path, files: Mapping[str, str]) -> None:
    """Write the files of a project."""
    for file, text in files.items():
        (home / file).parent.mkdir(exist_ok=True)
        (home / file).write_text(text, encoding="utf-8")


def marked(*names: str) -> list[Block]:
    """Return the guide's blocks with one of these comments above them, in order."""
    return [block for block in BLOCKS if any(name in block.comments for name in names)]


def prelude() -> list[str]:
    """Return what is typed in one part of the guide and used in others."""
    typed = [step.command for block in marked("typed") for step in steps(block)]
    return [command for command in typed if _PRELUDE.match(command)]


def hold(told: Sequence[tuple[Block, Step, str]]) -> None:
    """Require that blocks show what was printed; where pages are written anew, write them."""
    assert told, "the guide has no such block"
    blocks_shown = {block.line: block for block, _, _ in told}
    printed = {
        line: written((step, text) for block, step, text in told if block.line == line)
        for line in blocks_shown
    }
    if not regold():
        assert printed == {line: block.text for line, block in blocks_shown.items()}
    wrong = [line for line, block in blocks_shown.items() if printed[line] != block.text]
    for line in sorted(wrong, reverse=True):
        rewrite(blocks_shown[line], printed[line])
    if wrong:
        pytest.fail(f"{GUIDE.name} was written anew: read the difference", pytrace=False)
