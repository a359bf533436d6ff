"""Takes out of a printed run what differs from one run to the next, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

_CARETS = re.compile(r"^  \| +[~^]+$")
"""Which part of a line a traceback underlines differs from one Python to the next."""

_MASKS = (
    (re.compile(r"\bin \d+\.\d+s\b"), "in <time>"),  # pytest's last line
    (re.compile(r" in \d+\.\d s\b"), ""),  # how long a handler took, which is told if it is slow
    (re.compile(r"(?<=127\.0\.0\.1:)\d+"), "<port>"),
    (re.compile(r"\bport \d{4,5}\b"), "port <port>"),
    (re.compile(r" at 0x[0-9a-f]+"), " at <address>"),
)


def masked(text: str, directory: Path) -> str:
    """Return the text of a run in `directory` as it would be on any machine, at any time."""
    text = text.replace(f"{directory}/", "").replace(str(directory), "<directory>")
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    lines = [line.rstrip() for line in text.splitlines() if _CARETS.match(line) is None]
    return "\n".join(lines).strip() + "\n"
