"""Writes all cells as one project of a user: scenario files, tests in Python, a handler, a page."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import copy
from typing import Any, cast

from tests.truth.cell import CELL, Cell

USER = Path(__file__).with_name("user")

HEAD = """
import asyncio
import contextlib
import gc
import json
import threading
from pathlib import Path

import pytest
from pytest_tavus import PalSaid, ToolCalled, ToolResolved, UserSaid, VerdictError

SETTINGS = json.loads(Path("settings.json").read_text())
"""


def write(cells: Sequence[Cell], root: Path) -> None:
    """Write the project: a scenario file for each cell, a test file for each class."""
    for file in ("shop.py", "reporting.py"):
        copy(USER / file, root / file)
    answers = {key: value for cell in cells for key, value in _answers(cell).items()}
    settings = {cell.slug: _setting(cell, root) for cell in cells}
    (root / "answers.json").write_text(json.dumps(answers))
    (root / "settings.json").write_text(json.dumps(settings))
    (root / "pytest.ini").write_text("[pytest]\n")
    (root / "scenarios").mkdir()
    (root / "tests").mkdir()
    functions: dict[str, list[str]] = {}
    for cell in cells:
        if cell.surface == "yaml":
            (root / "scenarios" / f"{cell.slug}.yaml").write_text(_yaml(cell, root))
        else:
            functions.setdefault(cell.defect.replace(" ", "_"), []).append(_python(cell))
    for name, tests in functions.items():
        (root / "tests" / f"test_{name}.py").write_text("\n\n".join((HEAD, *tests)))


def _yaml(cell: Cell, root: Path) -> str:
    """Return a scenario file: JSON, which is YAML."""
    whole = {**_setting(cell, root), "scenarios": [{"name": "it", "turns": cell.draft.turns}]}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _python(cell: Cell) -> str:
    """Return a test function. Its setting is no source: pytest prints the source of a failure."""
    lines = cell.draft.lines or [_said(turn) for turn in cell.draft.turns]
    inside = "\n".join(f"        {line}" for text in lines for line in text.splitlines())
    inside = inside.replace("WANTED", repr(cell.ground.wanted))
    head = f"def test_{cell.slug}({cell.draft.fixture}):\n"
    if cell.draft.fixture == "tavus":
        opened = f"    with tavus.open(**SETTINGS[{cell.slug!r}]) as session:\n"
        return f"{head}{opened}{inside or '        pass'}\n"
    opened = f"        async with tavus_async.open(**SETTINGS[{cell.slug!r}]) as session:\n"
    inside = inside.replace("\n", "\n    ")
    return f"{head}    async def talk():\n{opened}    {inside}\n    asyncio.run(talk())\n"


def _said(turn: Mapping[str, Any]) -> str:
    words = "".join(f", {key}={value!r}" for key, value in turn.items() if key != "user")
    return f"session.say({turn['user']!r}{words})"


def _setting(cell: Cell, root: Path) -> dict[str, Any]:
    """Return the keys of the scenario but for its turns."""
    tools = _tools(cell)
    keys: dict[str, Any] = {"pal": {"pal_name": "Clerk", "tools": tools}, "env": cell.ground.env}
    if cell.ground.transport == "client":
        names = [tool["name"] for tool in tools if "app_message" in tool["delivery"]]
        keys["client"] = {name: {"call": f"shop:{CELL}__{name}"} for name in names}
    else:
        keys["handler"] = _handler(cell, root)
    keys.update(cell.draft.setting)
    written = json.dumps({key: value for key, value in keys.items() if value not in (None, [])})
    return cast("dict[str, Any]", json.loads(written.replace(CELL, cell.slug)))


def _handler(cell: Cell, root: Path) -> Any:
    """Return the handler: the application, or a command, one with variables and one without."""
    if cell.ground.transport == "in_process":
        return "shop:app"
    command = [sys.executable, str(root / "shop.py"), "{port}"]
    handler: dict[str, Any] = {"command": command, "cwd": str(root), "startup_timeout": "60s"}
    return {**handler, "env": ["DEBUG", "RETRIES"]} if cell.ground.env else handler


def _answers(cell: Cell) -> dict[str, Any]:
    """Return the answers of a cell's tools, by path."""
    named: dict[str, Any] = {tool["name"]: {} for tool in _tools(cell)}
    named.update(cell.draft.answers)
    return {f"{cell.slug}/{name}": answer for name, answer in named.items()}


def _tools(cell: Cell) -> Sequence[Mapping[str, Any]]:
    return cell.draft.tools or (cell.ground.tool(),)
