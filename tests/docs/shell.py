"""Console blocks of a page: what a reader types, what is printed then, and a shell to type it in.

A line that begins with ``$ `` is typed, the lines after it that begin with ``> `` go on with it,
and all others are what is printed.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import Block
from tests.source import REPOSITORY

SECONDS = 120
"""How long a page's commands may take, all of them."""

_MARK = "=-=-= ended with"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?")
_KEY = re.compile(r"(tavus_sim_prod_)[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that is typed."""

    command: str
    printed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it."""

    status: int
    printed: str


def steps(block: Block) -> tuple[Step, ...]:
    """Return what is typed in a block, in order."""
    found: list[Step] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append(Step(command=line[2:], printed=""))
        elif not found:
            message = f"{block.place}: the first line is to begin with '$ ': {line!r}"
            raise AssertionError(message)
        elif line.startswith("> ") and not found[-1].printed:
            found[-1] = Step(command=f"{found[-1].command}\n{line[2:]}", printed="")
        else:
            last = found[-1]
            found[-1] = Step(command=last.command, printed=f"{last.printed}{line}\n")
    return tuple(found)


def written(typed: Iterable[tuple[Step, str]]) -> str:
    """Return the text of a block in which each step prints this."""
    return "".join(
        "$ " + step.command.replace("\n", "\n> ") + "\n" + printed for step, printed in typed
    )


def run(commands: Iterable[str], *, cwd: Path, env: Mapping[str, str]) -> list[Outcome]:
    """Type commands into one shell, one after the other."""
    script = "".join(f"{command}\nprintf '\\n{_MARK} %d\\n' $?\n" for command in commands)
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=cwd,
        env=dict(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    parts = re.split(rf"\n{_MARK} (\d+)\n", ran.stdout)
    return [
        Outcome(status=int(status), printed=_ended(printed))
        for printed, status in zip(parts[::2], parts[1::2], strict=False)
    ]


def _ended(printed: str) -> str:
    return printed if not printed or printed.endswith("\n") else f"{printed}\n"


def same_everywhere(printed: str, *, port: int) -> str:
    """Return what is printed as it would be on any machine, at any time."""
    text = printed.replace(f"127.0.0.1:{port}", "127.0.0.1:8000").replace(str(REPOSITORY), "…")
    text = _KEY.sub(r"\1…", text)
    return _TIME.sub("2026-01-01T00:00:00Z", text)


def rewrite(block: Block, text: str) -> None:
    """Put another text into a block of a page."""
    page = REPOSITORY / block.page
    lines = page.read_text(encoding="utf-8").splitlines(keepends=True)
    rest = "".join(lines[block.line :]).removeprefix(block.text)
    page.write_text("".join(lines[: block.line]) + text + rest, encoding="utf-8", newline="\n")
